extension Help {
  /// How a machine lives in a file.
  package var image: String {
    """
    `vmemctl VERB …` works on the machine in an image: --image FILE, else $VMEMCTL_IMAGE, else
    ./vmem.img. The first verb that changes a machine boots one with default settings; `boot`
    makes one deliberately, and replaces one only with --force. `run --image FILE` runs scripts
    on it, and `shell` takes lines at a prompt, each a commit. Readers write nothing; where there
    is no image they answer from a fresh machine.

      --durable   the commit is on the disk before its answer is printed
      --no-wait   exit 75, naming the process, when another one holds the image

    Files
      IMAGE          frame n at offset n * 4096; behind the RAM a checksum of each frame (CRC-32C,
                     exclusive or that of a zero frame), and a last block that says which commit
                     the RAM contains, the CRC-32C of frame 0, and how the machine was booted
      IMAGE-wal      the commits since: one record each, with the lines that ran, the frames that
                     changed, and a CRC-32C for every 512 bytes
      IMAGE-history  the lines of the commits before, a script

    A commit is one write to the log, made before the answer leaves the process. Records are
    numbered, and each names the checksum of the one before. When the log is long (64 frames or
    1 MiB), or `run --image` ends, a checkpoint brings it home: the log is synced, its frames are
    written to IMAGE, IMAGE is synced, the log is emptied.

    Opening reads the log up to the first record that is not whole, and puts its frames over
    those of IMAGE. So a killed process leaves its last acknowledged line, and a power cut a whole
    earlier state; the last one with --durable. A last record that was cut short is left out, with
    a note. A record that others follow, frame 0 or the last block with a wrong checksum, or a
    file that is too short: image corrupt, exit 4, and nothing is written. Other damage of IMAGE is
    what `check` looks for, in the machine's structures and by the checksums of all frames.

    One process writes at a time, or any number read: an fcntl lock on byte 0 of IMAGE says so.
    To copy a machine, copy IMAGE and IMAGE-wal while nobody writes.

    """
  }
}
