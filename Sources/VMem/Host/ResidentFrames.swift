internal import Glibc

/// Which frames of RAM the host has memory for. The others are zero and need not be read.
struct ResidentFrames {
  let ram: RAM

  /// Calls `body` for every frame that may hold something, ascending.
  func forEachFrame(_ body: (UInt32) -> Void) {
    let batch = 16384
    var flags = [UInt8](repeating: 0, count: batch)
    var first = 0
    let count = Int(ram.frameCount)
    while first < count {
      let here = min(batch, count - first)
      // Safe: the range is part of our own mapping, and `flags` has a byte for each page of it.
      let failed = unsafe flags.withUnsafeMutableBufferPointer { buffer in
        unsafe mincore(ram.base + first << 12, here << 12, buffer.baseAddress) != 0
      }
      for index in 0..<here where failed || flags[index] & 1 != 0 { body(UInt32(first + index)) }
      first += here
    }
  }
}
