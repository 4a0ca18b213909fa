extension VMArea {
  /// Whether it is part of a per-CPU group.
  package var isOfGroup: Bool { kind == .perCPU }

  /// Base pages the area owns on each NUMA node, counted in steps of its page order as the kernel
  /// does. All zero when the area owns none that are known.
  ///
  /// The corresponding kernel function is `show_numa_info`.
  @inline(__always)
  package func pagesPerNode(_ ram: RAM) -> InlineArray<8, UInt64> {
    var counts = InlineArray<8, UInt64>(repeating: 0)
    if kind == .stack, pages.isNone { return pagesPerNode(of: stack, ram) }
    if kind == .imported { return importedPages(ram) }
    guard !pages.isNone else { return counts }
    let known = min(pageCount, ram[pages].count, ram.frameCount)
    if ram[Superblock.ref].nodes == 1 {
      counts[0] = UInt64(known)
    } else {
      countByNode(UInt64(known), ram, &counts)
    }
    return counts
  }

  @inline(never)
  private func pagesPerNode(of stack: Ref<Stack>, _ ram: RAM) -> InlineArray<8, UInt64> {
    var counts = InlineArray<8, UInt64>(repeating: 0)
    for slot in 0..<Stack.maximumPages where ram[stack].slots[slot] != 0 {
      counts[ram[FrameAllocator(ram: ram).frame(ram[stack].slots[slot])].node & 7] += 1
    }
    return counts
  }

  @inline(never)
  private func countByNode(_ known: UInt64, _ ram: RAM, _ counts: inout InlineArray<8, UInt64>) {
    let allocator = FrameAllocator(ram: ram)
    let step: UInt64 = 1 << UInt64(pageOrder & 15)
    for at in stride(from: 0, to: known, by: Int(step)) {
      let set = ram[pages]
      let pfn = set.first != 0 ? set.first &+ UInt32(at) : set.frames.value(at, ram)
      counts[ram[allocator.frame(pfn)].node & 7] += step
    }
  }
}
