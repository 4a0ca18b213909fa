/// What there is to see of an arena.
public struct ArenaInfo: Sendable {
  /// First address of its area.
  public let area: UInt64
  /// Kernel address of its first page.
  public let kernelStart: UInt64
  public let userStart: UInt64
  public let userEnd: UInt64
  public let mapExtra: UInt64
  /// `max_entries`.
  public let maximum: UInt64
  public let flags: UInt64
  /// Pages that are there.
  public let pages: UInt64
  /// User mappings.
  public let mappings: UInt64
  public let isFrozen: Bool
  /// Free runs: first and last page, by place.
  public let byPlace: [(first: UInt32, last: UInt32)]
  /// First pages of the free runs, from the longest to the shortest, of equal ones the oldest
  /// first.
  public let byLength: [UInt32]
}

extension Machine {
  /// What there is to see of an arena; -ENOENT where there is none.
  public func arenaInfo(_ address: UInt64) throws(Refusal) -> ArenaInfo {
    let arena = try requiredArena(address)
    let record = ram[arena]
    let ranges = ArenaRanges(ram: ram, arena: arena)
    var byPlace: [(first: UInt32, last: UInt32)] = []
    ranges.byPlace.forEach { byPlace.append((ram[$0].start, ram[$0].last)) }
    var byLength: [UInt32] = []
    ranges.byLength.forEach { byLength.append(ram[$0].start) }
    return ArenaInfo(
      area: ram[record.area].start, kernelStart: address, userStart: record.userStart,
      userEnd: record.userEnd, mapExtra: record.mapExtra, maximum: UInt64(record.maximum),
      flags: UInt64(record.rawFlags), pages: UInt64(record.pageCount),
      mappings: UInt64(record.mappings), isFrozen: record.is(.frozen), byPlace: byPlace,
      byLength: byLength.reversed())
  }
}
