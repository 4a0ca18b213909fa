/// Where a zone lies.
package struct ZoneRange: Sendable {
  package let node: Int
  package let kind: ZoneKind
  /// Its frames.
  package let frames: Range<UInt64>
  /// The first frame that has never been handed out: from there on all are free.
  package let frontier: UInt64
  /// Frames under the allocator's control.
  package let managed: UInt64
}

extension PageSets {
  /// The zones that have frames, ascending.
  package var zoneRanges: [ZoneRange] {
    (0..<frames.zoneCount).compactMap { number in
      let zone = ram[frames.zone(number)]
      guard zone.start < zone.end, let kind = ZoneKind(rawValue: zone.kind) else { return nil }
      return ZoneRange(
        node: Int(zone.node), kind: kind, frames: UInt64(zone.start)..<UInt64(zone.end),
        frontier: UInt64(zone.frontier), managed: UInt64(zone.managed))
    }
  }
}
