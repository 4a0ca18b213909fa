internal import Glibc

/// Which frames of RAM the host has memory for. The others are zero and need not be read.
struct ResidentFrames {
  let ram: RAM

  /// Calls `body` for every frame that may hold something, ascending.
  func forEachFrame(_ body: (UInt32) -> Void) {
    let batch = 16384
    // A byte for each page, eight of them looked at together: most are zero.
    var flags = [UInt64](repeating: 0, count: batch / 8)
    var first = 0
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
