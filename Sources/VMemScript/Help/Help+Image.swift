extension Help {
  /// How a machine lives in a file.
  package var image: String {
    """
    `vmemctl VERB …` works on the machine in an image: --image FILE, else $VMEMCTL_IMAGE, else
    ./vmem.img. The first verb that changes a machine, and is not refused, boots one with default
    settings; `boot` makes one deliberately, and replaces one only with --force. `run --image FILE`
    runs scripts on it, and `shell` takes lines at a prompt, each a commit. Readers write nothing;
    an image that was named and is not there is 66 for them, and where nobody named one they answer
    from a fresh machine.

      --durable   the commit is on the disk before its answer is printed
      --no-wait   exit 75, naming the process, when another one holds the image

    Files
      IMAGE          frame n at offset n * 4096; behind the RAM a checksum of each frame (CRC-32C,
                     exclusive or that of a zero frame), and a last block that says which commit
                     the RAM contains, the CRC-32C of frame 0, and how the machine was booted;
                     format 4, others are refused (65)
      IMAGE-wal      the commits since: one record each, with the lines that ran and the sectors of
                     512 bytes that changed (whole frames the first time), a CRC-32C for each
      IMAGE-history  the lines of the commits before, a script

    A commit is one write to the log, made before the answer leaves the process. Records are
    numbered, and each names the checksum of the one before. When the log is long (64 frames or
    512 KiB), or `run --image` ends, a checkpoint brings it home: the log is synced, its frames are
    written to IMAGE, IMAGE is synced, the log is emptied.

    Opening reads the log up to the first record that is not whole, and puts its frames over
    those of IMAGE. So a killed process leaves its last acknowledged line, and a power cut a whole
    earlier state; the last one with --durable. A last record that was cut short, one that is
    damaged, and a log that has lost its commits are left out, with a note that says which it was.
    A record that others follow, frame 0 or the last block with a wrong checksum, or a file that is
    too short: image corrupt, exit 4, and nothing is written. Other damage of IMAGE is what `check`
    looks for, in the machine's structures and by the checksums of all frames. A history that
    cannot be written keeps the commits in the log, with a note; one that was cut off says where
    lines are missing. A line that cannot be carried out (64 to 74) is not of the history; behind
    one that was refused, or failed after it had acted, a comment says so.

    One process writes at a time, or any number read: a lock on byte 0 of IMAGE says so, which
    belongs to the open file (F_OFD_SETLK) and ends with the process. To copy a machine, copy IMAGE
    and IMAGE-wal while nobody writes.

    An image is one file with one name. A symbolic link to it is followed before the names of the
    other files are derived; a second hard link of any of the three is refused (73). IMAGE-wal and
    IMAGE-history are no links, and all are regular files: what else stands in their place, or is
    the log of another machine, is left as it is (65), before anything is committed; where a log or
    a history without its image has lines, no image is made (73). No line reads or writes these
    files by their paths (73), and snapshot, memory, kcore, vmcore and vmlinux replace another
    machine's only with --force.

    The image of a stranger
      Opening one runs nothing of it: RAM, tables and log are data, checked before they are used,
      and damage ends in exit 4. It can hold open files of the host by their paths. Reading
      such a file (readahead, pread) reads yours; what was read stays in the image, so do not hand
      it on. Only fsync writes to the host, and it refuses a path that came with an image made
      elsewhere, or with a copy of one, unless it is told --host-paths. A script (`log`) can name
      any file that you can write: read it before you run it.

    """
  }
}
