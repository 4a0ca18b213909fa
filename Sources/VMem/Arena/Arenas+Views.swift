/// What there is to see of an arena.
public struct ArenaInfo: Sendable {
  /// First address of its area.
  public let area: VirtualAddress
  /// Kernel address of its first page.
  public let kernelStart: VirtualAddress
  public let userStart: VirtualAddress
  public let userEnd: VirtualAddress
  public let mapExtra: UInt64
  /// `max_entries`.
  public let maximum: UInt64
  public let flags: UInt64
  /// Pages that are there.
  public let pages: UInt64
  /// Pages of frees that wait for the arena's lock; they may or may not be there.
  public let waiting: UInt64
  /// User mappings.
  public let mappings: UInt64
  public let isFrozen: Bool
  /// Whether it lives only as long as users map it.
  public let isClosed: Bool
  /// Free runs: first and last page, by place.
  public let byPlace: [(first: UInt32, last: UInt32)]
  /// First pages of the free runs, from the longest to the shortest, of equal ones the oldest
  /// first.
  public let byLength: [UInt32]
}

extension Arenas {
  /// Carries out `Machine.arenaInfo`.
  package func arenaInfo(_ address: UInt64) throws(Refusal) -> ArenaInfo {
    guard let arena = arenaOrClosed(at: address) else {
      throw Refusal(.errno(.ENOENT), .noArena, address)
    }
    let record = ram[arena]
    var waiting: UInt64 = 0
    var span = record.spans
    var limit = caches.stepLimit(ArenaSpan.self)
    while !span.isNone {
      limit.step()
      waiting += UInt64(ram[span].pages)
      span = ram[span].next
    }
    let ranges = ArenaRanges(ram: ram, arena: arena)
    var byPlace: [(first: UInt32, last: UInt32)] = []
    ranges.byPlace.forEach { byPlace.append((ram[$0].start, ram[$0].last)) }
    var byLength: [UInt32] = []
    ranges.byLength.forEach { byLength.append(ram[$0].start) }
    return ArenaInfo(
      area: VirtualAddress(ram[record.area].start), kernelStart: VirtualAddress(address),
      userStart: VirtualAddress(record.userStart), userEnd: VirtualAddress(record.userEnd),
      mapExtra: record.mapExtra, maximum: UInt64(record.maximum),
      flags: UInt64(record.rawFlags), pages: UInt64(record.pageCount),
      waiting: waiting, mappings: UInt64(record.mappings), isFrozen: record.is(.frozen),
      isClosed: record.is(.closed), byPlace: byPlace, byLength: byLength.reversed())
  }
}
