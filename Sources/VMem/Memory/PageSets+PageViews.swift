extension PageSets {
  /// Zones that have frames, in the order of `/proc/buddyinfo`.
  package var zoneSummaries: [ZoneSummary] {
    var result: [ZoneSummary] = []
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      guard zone.start < zone.end, let kind = ZoneKind(rawValue: zone.kind) else { continue }
      var blocks = InlineArray<11, UInt64>(repeating: 0)
      for order in 0..<Zone.orders { blocks[order] = UInt64(zone.freeArea[order].count) }
      var pfn = UInt64(zone.frontier)
      while pfn < UInt64(zone.end) {
        var order = min(FrameAllocator.maximumOrder, pfn == 0 ? 10 : pfn.trailingZeroBitCount)
        while pfn + 1 << UInt64(order) > UInt64(zone.end) { order -= 1 }
        blocks[order] += 1
        pfn += 1 << UInt64(order)
      }
      var perCPU: UInt64 = 0
      for cpu in 0..<cpuCount { perCPU += UInt64(zone.perCPU[cpu].count) }
      result.append(
        ZoneSummary(
          node: Int(zone.node), kind: kind, managedFrames: UInt64(zone.managed),
          freeBlocks: blocks, perCPUFrames: perCPU))
    }
    return result
  }

  /// What a frame of RAM is used for.
  package func use(ofFrame pfn: UInt64) -> FrameUse {
    guard let frame = structPage(pfn) else { return .reserved }
    switch frame.type {
    case .buddy: return .free
    case .perCPU: return .perCPU
    case .table: return .table
    case .slab: return .slab
    case .array: return .array
    case nil: break
    }
    if frame.refcount > 0 { return .allocated }
    // Frames that boot used and frames never handed out both have no record.
    let isBoot = BootLayout(configuration).taken.contains { $0.from <= pfn && pfn < $0.to }
    return isBoot ? .reserved : .free
  }

  /// The name a page is known by, and its position there; nil for a frame no name stands for.
  package func nameAndIndex(ofFrame pfn: UInt64) -> (name: Ref<Name>, index: UInt64)? {
    guard let (set, index) = setAndIndex(ofFrame: pfn), !ram[set].name.isNone,
      ram[ram[set].name].pages == set
    else { return nil }
    return (ram[set].name, index)
  }

  /// The name an area is known by, or nil.
  package func nameOfArea(_ area: VMArea) -> Ref<Name>? { area.name.isNone ? nil : area.name }
}
