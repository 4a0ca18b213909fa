/// What the row of a map says of itself.
struct MapWords: Sendable {
  /// The name that an area is bound to; empty for none.
  private(set) var name = ""
  /// Its kind, or how many of which.
  private(set) var what = ""
  /// Who made it; empty for nobody.
  private(set) var caller = ""
  /// Pages of its own, device memory, a guard page.
  private(set) var details: [String] = []
  private(set) var hasGuard = false
  /// How much of its areas is mapped, where that is known.
  var share: MappedShare?

  /// - Parameter details: what is known of the row's first segment.
  init(_ row: MapRow, details: SegmentDetails?) {
    caller = row.caller
    guard row.count == 1, let kind = row.kind else {
      what = row.parts.map { part in
        let isWord = part.count > 1 && (part.kind == .area || part.kind == .hole)
        return "\(part.count) \(part.kind.name)\(isWord ? "s" : "")"
      }.joined(separator: ", ")
      return
    }
    what = "\(kind.name)"
    if let details { add(details) }
  }

  /// Of one segment.
  init(_ segment: Segment, in space: AddressSpace, details: SegmentDetails?) {
    caller = space.caller(of: segment)
    what = "\(segment.kind.name)"
    if let details { add(details) }
  }

  private mutating func add(_ known: SegmentDetails) {
    name = known.name
    if known.pages > 0 { details.append("\(known.pages) pages of its own") }
    if known.physicalAddress != 0 {
      details.append("physical 0x\(String(known.physicalAddress, radix: 16))")
    }
    hasGuard = known.hasGuard
    if hasGuard { details.append("the last page is its guard page") }
  }

  /// All of it on one line.
  var line: String {
    [name, what, caller].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
