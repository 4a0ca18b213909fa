internal import CHost
internal import Glibc

/// RAM that native code sees at addresses of its own: one shared file instead of private memory.
extension HostMemory {
  /// Puts the contents into a file that lies in memory alone, and that file in the place of the
  /// memory. Returns its descriptor, or nil when the host refuses; then all is as before.
  borrowing func share(_ ram: RAM) -> Int32? {
    let size = Int(ram.frameCount) << 12
    let file = chost_open_memory()
    guard file >= 0 else { return nil }
    var changed: [UInt32] = []
    if image != nil { ResidentFrames(ram: ram).forEachChangedFrame { changed.append($0) } }
    var isWritten = ftruncate(file, size) == 0
    ResidentFrames(ram: ram, image: image).forEachFrame { pfn in
      guard isWritten else { return }
      // Safe: a frame has 4096 bytes.
      isWritten = unsafe pwrite(file, ram.frame(UInt64(pfn)), 4096, Int(pfn) << 12) == 4096
    }
    // Safe: the same range of the reservation, whose contents are the file's by now.
    guard isWritten,
      unsafe mmap(
        base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, file, 0) == base
    else {
      close(file)
      return nil
    }
    sharing.file = file
    sharing.changed = changed
    return file
  }

  /// Makes the memory private again, with the contents of the file that `share` has made.
  ///
  /// Frames that a log of the image has stay written even where they are what the image has now: the log
  /// has something older.
  borrowing func unshare(_ file: Int32, _ ram: RAM) {
    let size = Int(ram.frameCount) << 12
    sharing.file = nil
    let flags =
      image == nil ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_PRIVATE | MAP_NORESERVE
    // Safe: as in `share`; a mapping can be replaced where one stands.
    let isMapped =
      unsafe mmap(
        base, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, image ?? -1, 0) == base
    precondition(isMapped)
    var page = [UInt8](repeating: 0, count: 4096)
    var changed = sharing.changed[...]
    sharing.changed = []
    // Where the file has nothing, nobody has written, and the image has nothing either.
    var at = lseek(file, 0, Int32(CHOST_SEEK_DATA))
    while at >= 0, at < size {
      let hole = lseek(file, at, Int32(CHOST_SEEK_HOLE))
      let end = hole < 0 ? size : min(size, hole)
      for pfn in UInt64(at) >> 12..<(UInt64(end) + 4095) >> 12 {
        // Safe: as many bytes as a frame has; what is equal stays the image's, unless it was not before:
        // the log has what the frame was then.
        let isRead = unsafe pread(file, &page, 4096, Int(pfn) << 12) == 4096
        precondition(isRead)
        while let first = changed.first, first < pfn { changed.removeFirst() }
        if unsafe changed.first == UInt32(pfn) || memcmp(ram.frame(pfn), page, 4096) != 0 {
          unsafe ram.frame(pfn).copyMemory(from: page, byteCount: 4096)
        }
      }
      at = lseek(file, end, Int32(CHOST_SEEK_DATA))
    }
    close(file)
  }
}

extension Machine {
  /// Lets native code share the RAM; the descriptor of a file whose byte n is physical byte n.
  package func shareMemory() -> Int32? { memory.share(ram) }

  /// Ends that.
  package func unshareMemory(_ file: Int32) { memory.unshare(file, ram) }
}
