import Testing

@testable import VMem

/// Entries of an index node are moved four at a time, against an array of them.
struct IndexGapTests {
  private struct Entry: Equatable {
    var size: Int32
    var ref: UInt32
    var start: UInt64

    init(_ number: Int) {
      size = Int32(number + 1)
      ref = UInt32(number + 1000)
      start = UInt64(number) << 32
    }
  }

  /// Fills a node of a machine's, lets `change` move its entries, and returns the first `result` of them. What
  /// lies around the node, and the end behind its entries, must be as before.
  private static func moved(
    _ machine: borrowing Machine, _ count: Int, result: Int, _ change: (IndexHandle) -> Void
  ) throws -> [Entry] {
    let caches = machine.areas.caches
    let nodes = try (0..<3).map { _ in try #require(caches.allocate(FreeIndex.Node.self)) }
      .sorted { $0.granule < $1.granule }
    let handles = nodes.map { machine.areas.space.index.handle($0.granule) }
    defer { for node in nodes { caches.free(node) } }
    for handle in handles { handle.clear() }
    let node = handles[1]
    node.count = count
    for at in 0..<count {
      let entry = Entry(at)
      (node.sizes[at], node.refs[at], node.starts[at]) = (entry.size, entry.ref, entry.start)
    }
    func around() -> [[UInt8]] {
      [0, 2].map { at in
        (0..<1024).map { machine.ram.byte(nodes[at], at: $0) }
      }
    }
    let before = around()
    change(node)
    #expect(around() == before && node.count == count)
    for at in max(count, result)..<64 {
      #expect(node.starts[at] == .max, "\(count) entries: behind the last, at \(at)")
    }
    return (0..<result).map {
      var entry = Entry(0)
      (entry.size, entry.ref, entry.start) = (node.sizes[$0], node.refs[$0], node.starts[$0])
      return entry
    }
  }

  @Test(arguments: 0..<FreeIndex.capacity)
  func openGaps(_ count: Int) throws {
    let machine = try Machine(Configuration())
    for position in 0...count {
      var entries = (0..<count).map { Entry($0) }
      entries.insert(Entry(500), at: position)
      let found = try Self.moved(machine, count, result: count + 1) { node in
        node.openGap(at: position, count)
        let new = Entry(500)
        (node.sizes[position], node.refs[position], node.starts[position]) =
          (new.size, new.ref, new.start)
      }
      try #require(found == entries, "\(count) entries, at \(position)")
    }
  }

  @Test(arguments: 1...FreeIndex.capacity)
  func closedGaps(_ count: Int) throws {
    let machine = try Machine(Configuration())
    for position in 0..<count {
      var entries = (0..<count).map { Entry($0) }
      entries.remove(at: position)
      let found = try Self.moved(machine, count, result: count - 1) {
        $0.closeGap(at: position, count)
        #expect($0.starts[count - 1] == .max)
      }
      try #require(found == entries, "\(count) entries, at \(position)")
    }
  }
}
