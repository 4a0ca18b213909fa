/// Which areas of per-CPU memory are of one group: such groups have the same sizes and distances.
enum PerCPUPattern {
  typealias Place = (start: UInt64, size: UInt64)

  /// Positions in `places`, which ascend, group by group: all first areas come before all second ones,
  /// since nodes are further from each other than chunks. Nil if groups of `count` are not all alike.
  static func groups(_ places: [Place], of count: Int) -> [[Int]]? {
    guard count > 1, !places.isEmpty, places.count % count == 0 else { return nil }
    let groups = places.count / count
    for member in 0..<count {
      let first = places[member * groups]
      if member > 0 {
        // Chunks of one node are beside each other.
        let before = places[member * groups - 1]
        guard first.start > before.start + before.size else { return nil }
      }
      for group in 0..<groups {
        let place = places[member * groups + group]
        guard place.size == first.size,
          place.start - places[group].start == first.start - places[0].start
        else { return nil }
      }
    }
    return (0..<groups).map { group in (0..<count).map { $0 * groups + group } }
  }
}
