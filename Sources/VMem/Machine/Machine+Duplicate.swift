extension Machine {
  /// Another machine with the same contents, in memory of its own; nil when the host refuses.
  ///
  /// Complexity: a copy of every frame that the host keeps.
  package func duplicate() -> Machine? {
    ram.settleFreedArea()
    guard let memory = HostMemory(size: Int(ram.frameCount) << 12) else { return nil }
    let copy = unsafe RAM(
      base: memory.base, frameCount: ram.frameCount, pastReach: memory.reserved)
    ResidentFrames(ram: ram, image: self.memory.image).forEachFrame { pfn in
      // Safe: both have that many frames.
      unsafe copy.frame(UInt64(pfn)).copyMemory(from: ram.frame(UInt64(pfn)), byteCount: 4096)
    }
    return Machine(memory: memory, ram: copy, map: map)
  }
}
