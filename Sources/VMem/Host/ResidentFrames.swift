internal import CHost
internal import Glibc

/// Which frames of RAM the host has memory for. The others are zero and need not be read.
struct ResidentFrames {
  let ram: RAM

  /// Calls `body` for every frame that may hold something, ascending.
  func forEachFrame(_ body: (UInt32) -> Void) {
    // Safe: the path is a literal.
    let pagemap = unsafe open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    defer { if pagemap >= 0 { close(pagemap) } }
    if let unseen = scan(pagemap, body) { ask(from: unseen, body) }
  }

  /// Lets the host list the pages it keeps. Returns the first frame it said nothing of, or nil when
  /// it has seen all.
  func scan(_ pagemap: Int32, _ body: (UInt32) -> Void) -> Int? {
    var runs = [chost_pages](repeating: chost_pages(), count: 512)
    let base = unsafe UInt(bitPattern: ram.base)
    let end = UInt64(base) + UInt64(ram.frameCount) << 12
    var at = UInt64(base)
    while at < end {
      // Safe: the range is our own mapping, and the host fills at most the runs there are.
      let found = unsafe runs.withUnsafeMutableBufferPointer {
        unsafe chost_used_pages(pagemap, &at, end, $0.baseAddress!, $0.count)
      }
      guard found >= 0 else { return Int(at - UInt64(base)) >> 12 }
      for run in runs[..<found] {
        for pfn in (run.start - UInt64(base)) >> 12..<(run.end - UInt64(base)) >> 12 {
          body(UInt32(pfn))
        }
      }
    }
    return nil
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
