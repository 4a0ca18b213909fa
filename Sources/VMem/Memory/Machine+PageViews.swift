/// One zone as `/proc/buddyinfo` shows it.
public struct ZoneSummary: Sendable {
  public let node: Int
  public let kind: ZoneKind
  /// Free blocks of 2^order frames, by order. Frames that have never been handed out count as the
  /// largest blocks they will be cut into; those on per-CPU lists do not count.
  public let freeBlocks: InlineArray<11, UInt64>
  /// Free frames on per-CPU lists.
  public let perCPUFrames: UInt64

  /// Free frames, without those on per-CPU lists (`NR_FREE_PAGES`).
  public var freeFrames: UInt64 {
    var sum: UInt64 = 0
    for order in freeBlocks.indices { sum += freeBlocks[order] << UInt64(order) }
    return sum
  }
}

/// What a frame is used for.
@frozen
public enum FrameUse: Sendable {
  case free
  /// On a CPU's list of free frames.
  case perCPU
  /// Structures that boot placed, and the device hole below 1 MiB.
  case reserved
  case table
  case slab
  /// A chunk of the machine's own arrays.
  case array
  /// Allocated by a caller.
  case allocated
}

extension Machine {
  /// Zones that have frames, in the order of `/proc/buddyinfo`.
  public var zoneSummaries: [ZoneSummary] {
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
        ZoneSummary(node: Int(zone.node), kind: kind, freeBlocks: blocks, perCPUFrames: perCPU))
    }
    return result
  }

  /// What a frame of RAM is used for.
  public func use(ofFrame pfn: UInt64) -> FrameUse {
    guard let frame = structPage(pfn) else { return .reserved }
    switch PageType(word: frame.mapcount) {
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
  public func nameAndIndex(ofFrame pfn: UInt64) -> (name: Ref<Name>, index: UInt64)? {
    guard let (set, index) = setAndIndex(ofFrame: pfn), !ram[set].name.isNone,
      ram[ram[set].name].pages == set
    else { return nil }
    return (ram[set].name, index)
  }

  /// The name an area is known by, or nil.
  public func nameOfArea(_ area: VMArea) -> Ref<Name>? { area.name.isNone ? nil : area.name }
}
