extension Machine {
  /// FNV-1a, 64 bits, over (frame number as 8 bytes, 4096 bytes) of every frame that is not all zero,
  /// ascending. Equal machines have equal hashes, whatever process they live in.
  public func hash() -> UInt64 {
    ram.settleFreedArea()
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    ResidentFrames(ram: ram, image: memory.image).forEachFrame { pfn in
      unsafe ram.withFrame(pfn) { bytes in
        // Safe: a frame is 512 aligned words.
        let words = unsafe bytes.bindMemory(to: UInt64.self)
        guard unsafe words.contains(where: { $0 != 0 }) else { return }
        for shift in 0..<8 {
          hash = (hash ^ UInt64(pfn) >> UInt64(8 * shift) & 0xff) &* 0x0100_0000_01b3
        }
        for index in 0..<4096 { unsafe hash = (hash ^ UInt64(bytes[index])) &* 0x0100_0000_01b3 }
      }
    }
    return hash
  }

  /// Calls `body` for every frame that is not all zero, ascending.
  package func forEachUsedFrame(_ body: (UInt32, UnsafeMutableRawBufferPointer) -> Void) {
    ram.settleFreedArea()
    ResidentFrames(ram: ram, image: memory.image).forEachFrame { pfn in
      unsafe ram.withFrame(pfn) { bytes in
        let words = unsafe bytes.bindMemory(to: UInt64.self)
        if unsafe words.contains(where: { $0 != 0 }) { unsafe body(pfn, bytes) }
      }
    }
  }
}
