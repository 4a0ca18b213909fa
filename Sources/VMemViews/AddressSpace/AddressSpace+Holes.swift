/// Holes in numbers.
package struct HoleSummary: Sendable {
  package private(set) var count = 0
  /// All of them.
  package private(set) var bytes: UInt64 = 0
  package private(set) var largest: UInt64 = 0

  package init(count: Int = 0, bytes: UInt64 = 0, largest: UInt64 = 0) {
    (self.count, self.bytes, self.largest) = (count, bytes, largest)
  }

  package mutating func add(_ size: UInt64) {
    count += 1
    bytes &+= size
    largest = max(largest, size)
  }

  /// Leaves one out; the largest stays what it was.
  mutating func remove(_ size: UInt64) {
    count -= 1
    bytes &-= size
  }

  /// How much of the free bytes the largest hole lacks, in thousandths: 0 for one hole, or none.
  package var fragmentation: UInt64 {
    guard bytes > 0, largest <= bytes else { return 0 }
    return bytes.dividingFullWidth((bytes - largest).multipliedFullWidth(by: 1000)).quotient
  }

  /// The same from 0 to 1.
  var fragmentationRatio: Double {
    bytes > 0 && largest <= bytes ? Double(bytes - largest) / Double(bytes) : 0
  }
}

extension AddressSpace {
  package var holes: HoleSummary {
    var summary = HoleSummary()
    for segment in all where segment.kind == .hole { summary.add(segment.bytes) }
    return summary
  }

  /// Places of the largest holes, of equal ones the lowest first.
  ///
  /// Complexity: linear in the segments for few of them, else that of putting all holes in order.
  func largestHoles(_ count: Int) -> [Int] {
    let isBefore = { (a: Int, b: Int) in
      (all[b].bytes, all[a].start) < (all[a].bytes, all[b].start)
    }
    guard count <= 1000 else {
      var holes: [(bytes: UInt64, at: Int)] = []
      for at in all.indices where all[at].kind == .hole { holes.append((all[at].bytes, at)) }
      holes.sort { ($1.bytes, $0.at) < ($0.bytes, $1.at) }
      return holes.prefix(count).map(\.at)
    }
    var best: [Int] = []
    for at in all.indices where all[at].kind == .hole {
      if best.count == count {
        guard let least = best.last, isBefore(at, least) else { continue }
        best.removeLast()
      }
      let place = best.firstIndex { isBefore(at, $0) } ?? best.count
      best.insert(at, at: place)
    }
    return best
  }

  /// As a purge of everything leaves it: what waits, what pools keep and idle blocks of vm_map_ram are
  /// holes, one with those beside them.
  package func purged(_ idleBlocks: Set<UInt64>) -> AddressSpace {
    var result = self
    result.all.removeAll(keepingCapacity: true)
    var isHole = false
    for segment in all {
      let isFree =
        switch segment.kind {
        case .hole, .unpurged, .pool: true
        case .mapRAM: idleBlocks.contains(segment.start)
        default: false
        }
      if isFree {
        let start = isHole ? result.all.removeLast().start : segment.start
        result.all.append(Segment(start, segment.last, .hole))
      } else {
        result.all.append(segment)
      }
      isHole = isFree
    }
    return result
  }

  /// Whether a purge would change anything.
  func hasWaiting(_ idleBlocks: Set<UInt64>) -> Bool {
    all.contains { segment in
      switch segment.kind {
      case .unpurged, .pool: true
      case .mapRAM: idleBlocks.contains(segment.start)
      default: false
      }
    }
  }
}
