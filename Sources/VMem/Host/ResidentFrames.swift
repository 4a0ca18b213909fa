internal import CHost
internal import Glibc

/// Which frames of RAM the host has memory for. The others are zero and need not be read.
struct ResidentFrames {
  let ram: RAM
  /// The file that RAM is a private mapping of, or nil.
  var image: Int32?

  /// Calls `body` for every frame that may hold something, ascending.
  func forEachFrame(_ body: (UInt32) -> Void) {
    if let image { return forEachFrame(of: image, body) }
    // Safe: the path is a literal.
    let pagemap = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    defer { if pagemap >= 0 { close(pagemap) } }
    if let unseen = scan(pagemap, body) { ask(from: unseen, body) }
  }

  /// What stands in a file, and what this process has written since.
  private func forEachFrame(of image: Int32, _ body: (UInt32) -> Void) {
    var changed: [UInt32] = []
    forEachChangedFrame { changed.append($0) }
    var next = 0
    let size = Int(ram.frameCount) << 12
    var at = 0
    while at < size {
      // Nothing but a hole follows when there is no more data.
      let data = lseek(image, at, Int32(CHOST_SEEK_DATA))
      let hasData = data >= 0 && data < size
      let start = data & ~4095
      let first = hasData ? UInt32(start >> 12) : ram.frameCount
      while next < changed.count, changed[next] < first {
        body(changed[next])
        next += 1
      }
      guard hasData else { break }
      let hole = lseek(image, start, Int32(CHOST_SEEK_HOLE))
      let end = hole < 0 ? size : min(size, (hole + 4095) & ~4095)
      for pfn in first..<UInt32(end >> 12) { body(pfn) }
      while next < changed.count, changed[next] < UInt32(end >> 12) { next += 1 }
      at = end
    }
    while next < changed.count {
      body(changed[next])
      next += 1
    }
  }

  /// Calls `body` for every frame of a machine in an image that this process has written to,
  /// ascending.
  func forEachChangedFrame(_ body: (UInt32) -> Void) {
    // Safe: the path is a literal.
    let pagemap = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    defer { if pagemap >= 0 { close(pagemap) } }
    if let unseen = scan(pagemap, changed: true, body) { look(pagemap, from: unseen, body) }
  }

  /// Reads an entry for each page from a frame on: what Linux before 6.7 can answer. Where that may
  /// not be read, every frame counts as changed.
  func look(_ pagemap: Int32, from frame: Int, _ body: (UInt32) -> Void) {
    var entries = [UInt64](repeating: 0, count: 8192)
    let base = unsafe UInt(bitPattern: ram.base) >> 12
    var first = frame
    let count = Int(ram.frameCount)
    while first < count {
      let here = min(entries.count, count - first)
      // Safe: the buffer has room for as many entries.
      let got = unsafe entries.withUnsafeMutableBytes {
        unsafe pread(pagemap, $0.baseAddress!, here * 8, (Int(base) + first) * 8)
      }
      for index in 0..<here {
        let entry = got == here * 8 ? entries[index] : 1 << 63
        // Present or swapped out, and no page of a file.
        if entry >> 62 != 0, entry >> 61 & 1 == 0 { body(UInt32(first + index)) }
      }
      first += here
    }
  }

  /// Lets the host list the pages it keeps, or those of them that are no file's. Returns the first
  /// frame it said nothing of, or nil when it has seen all.
  func scan(_ pagemap: Int32, changed: Bool = false, _ body: (UInt32) -> Void) -> Int? {
    let base = unsafe UInt64(UInt(bitPattern: ram.base))
    let end = base + UInt64(ram.frameCount) << 12
    var at = base
    // What a command changes is few runs, for which there is room on the stack.
    var most = changed ? 32 : 512
    while at < end {
      // Safe: what the host fills is all that is read.
      let isAnswered = unsafe withUnsafeTemporaryAllocation(of: chost_pages.self, capacity: most) {
        unsafe scan(pagemap, changed, $0, &at, end, body)
      }
      guard isAnswered else { return Int(at - base) >> 12 }
      most = 512
    }
    return nil
  }

  /// Lets the host fill `runs` once, from an address on. Returns false when it does not answer.
  private func scan(
    _ pagemap: Int32, _ changed: Bool, _ runs: UnsafeMutableBufferPointer<chost_pages>,
    _ at: inout UInt64, _ end: UInt64, _ body: (UInt32) -> Void
  ) -> Bool {
    // Safe: the range is our own mapping, and the host fills at most the runs there are.
    let found =
      changed
      ? unsafe chost_changed_pages(pagemap, &at, end, runs.baseAddress!, runs.count)
      : unsafe chost_used_pages(pagemap, &at, end, runs.baseAddress!, runs.count)
    guard found >= 0 else { return false }
    let base = unsafe UInt64(UInt(bitPattern: ram.base))
    for index in 0..<Int(found) {
      let run = unsafe runs[index]
      for pfn in (run.start - base) >> 12..<(run.end - base) >> 12 { body(UInt32(pfn)) }
    }
    return true
  }

  /// Asks the host about every page from a frame on: what Linux before 6.7 can answer.
  func ask(from frame: Int, _ body: (UInt32) -> Void) {
    let batch = 16384
    // A byte for each page, eight of them looked at together: most are zero.
    var flags = [UInt64](repeating: 0, count: batch / 8)
    var first = frame
    let count = Int(ram.frameCount)
    while first < count {
      let here = min(batch, count - first)
      // Safe: the range is part of our own mapping, and `flags` has a byte for each page of it.
      let failed = unsafe flags.withUnsafeMutableBytes { buffer in
        unsafe mincore(
          ram.base + first << 12, here << 12,
          buffer.assumingMemoryBound(to: UInt8.self).baseAddress) != 0
      }
      for group in 0..<(here + 7) / 8 {
        let known = UInt64(littleEndian: flags[group]) & 0x0101_0101_0101_0101
        var left = failed ? 0x0101_0101_0101_0101 : known
        while left != 0 {
          let index = group * 8 + left.trailingZeroBitCount / 8
          if index < here { body(UInt32(first + index)) }
          left &= left - 1
        }
      }
      first += here
    }
  }
}
