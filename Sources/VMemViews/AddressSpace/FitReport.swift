/// Why an area fits nowhere.
package struct FitReport: Sendable {
  /// Holes as they are at one time.
  struct State: Sendable {
    /// The largest hole, or nil.
    var largest: Segment?
    /// Holes that are large enough, but not at the alignment.
    var misaligned = 0
    /// Holes with room at the alignment, which a kernel passes over: it asks for room to align.
    var passedOver = 0
  }

  /// One or two areas between holes that would be one without them.
  struct Obstacle: Sendable {
    /// The hole before, the areas, the hole behind.
    var segments: [Segment] = []
    /// Whether the area would fit there.
    var isEnough = false

    var holes: [Segment] { segments.isEmpty ? [] : [segments[0], segments[segments.count - 1]] }
    var areas: ArraySlice<Segment> { segments.dropFirst().dropLast() }
    var joined: UInt64 {
      guard let first = segments.first, let last = segments.last else { return 0 }
      return ByteSize(from: first.start, through: last.last).bytes
    }
  }

  let extent: Extent
  let now: State
  /// After a purge of everything; nil where nothing waits for one.
  let purged: State?
  /// What stands between the largest neighbouring holes, after a purge; nil without such holes.
  let obstacle: Obstacle?
  /// Words for each of the obstacle's areas, and its JSON.
  let owners: [MapWords]
  private let digits: Int

  /// - Parameters:
  ///   - space: where the area would have to lie.
  ///   - source: what the space is made from.
  ///   - start, end: what the area may not leave.
  package init<S: AddressSource & ~Copyable>(
    _ extent: Extent, in space: AddressSpace, of source: borrowing S, from start: UInt64,
    to end: UInt64
  ) {
    self.extent = extent
    digits = space.digits
    let idle = source.idleBlocks
    now = Self.state(space, extent, start, end)
    let hasWaiting = space.hasWaiting(idle)
    let after = hasWaiting ? space.purged(idle) : space
    purged = hasWaiting ? Self.state(after, extent, start, end) : nil
    let obstacle = Self.obstacle(after, extent, start, end)
    self.obstacle = obstacle
    var owners: [MapWords] = []
    for area in obstacle?.areas ?? [] {
      owners.append(MapWords(area, in: space, details: source.details(of: area)))
    }
    self.owners = owners
  }

  private static func state(
    _ space: AddressSpace, _ extent: Extent, _ start: UInt64, _ end: UInt64
  ) -> State {
    var state = State()
    for segment in space.all where segment.kind == .hole {
      if segment.bytes > state.largest?.bytes ?? 0 { state.largest = segment }
      guard segment.bytes >= extent.size else { continue }
      if AddressSpace.place(for: extent, in: segment.start, segment.last, start, end) == nil {
        state.misaligned += 1
      } else {
        state.passedOver += 1
      }
    }
    return state
  }

  /// The one area without which the largest hole would come about, or the two if one is not enough.
  private static func obstacle(
    _ space: AddressSpace, _ extent: Extent, _ start: UInt64, _ end: UInt64
  ) -> Obstacle? {
    var best: Obstacle?
    for count in 1...2 {
      if best?.isEnough == true { break }
      var found: Range<Int>?
      var most: UInt64 = 0
      let all = space.all
      for at in all.indices.dropLast(count + 1)
      where all[at].kind == .hole && all[at + count + 1].kind == .hole {
        guard (1...count).allSatisfy({ all[at + $0].kind.isArea }) else { continue }
        let bytes = ByteSize(from: all[at].start, through: all[at + count + 1].last).bytes
        if bytes > most { (most, found) = (bytes, at..<at + count + 2) }
      }
      guard let found, most > best?.joined ?? 0 else { continue }
      var obstacle = Obstacle(segments: Array(all[found]))
      let (first, last) = (all[found.lowerBound].start, all[found.upperBound - 1].last)
      obstacle.isEnough =
        obstacle.joined >= extent.wanted(from: start, to: end) ?? .max
        && AddressSpace.place(for: extent, in: first, last, start, end) != nil
      best = obstacle
    }
    return best
  }

  // MARK: Text

  /// A line for each thing to know.
  package var lines: [String] {
    var lines = [Self.text(now, "the largest hole", digits)]
    if let purged {
      lines.append(Self.text(purged, "after a purge of everything, the largest hole", digits))
    } else {
      lines.append("nothing waits for a purge")
    }
    guard let obstacle else { return lines }
    let holes = obstacle.holes.map { "\($0.size)" }
    var text = "between the largest neighbouring holes, \(holes[0]) and \(holes[1]), "
    text += obstacle.areas.count == 1 ? "stands " : "stand "
    text += zip(obstacle.areas, owners).map { area, words in
      "\(Self.range(area, digits)) \(words.line)"
    }.joined(separator: " and ")
    let without = obstacle.areas.count == 1 ? "without it" : "without them"
    text += "; \(without) \(ByteSize(obstacle.joined)), "
    text += obstacle.isEnough ? "which is enough" : "which is not enough either"
    lines.append(text)
    return lines
  }

  private static func range(_ segment: Segment, _ digits: Int) -> String {
    "\(segment.start.address(digits))-\((segment.last &+ 1).address(digits))"
  }

  private static func text(_ state: State, _ what: String, _ digits: Int) -> String {
    guard let largest = state.largest else { return "\(what): none" }
    var text = "\(what): \(range(largest, digits)), \(largest.size)"
    if state.misaligned > 0 {
      text += "; \(state.misaligned) large enough, but with no place at the alignment"
    }
    if state.passedOver > 0 {
      text += "; \(state.passedOver) with a place that is passed over: "
      text += "a search asks for size + alignment - 1"
    }
    return text
  }
}
