internal import VMem

/// The used tables of a range, parents before children.
struct TableForest {
  private(set) var nodes: [TableNode] = []
  private let ram: RAM
  private let levels: Int
  /// Tables that may still be visited: sound tables are visited once each, so a loop in a damaged
  /// image ends here.
  private var budget: Int

  /// - Parameter top: frame of the top-level table.
  init(ram: RAM, levels: Int, top: UInt64, range: ClosedRange<UInt64>) {
    self.ram = ram
    self.levels = levels
    budget = Int(ram.frameCount)
    let half = Level.size(depth: levels) << 8
    // The addresses between the halves have no entries: a range over both is one of all entries.
    let (low, high) = (0...(half - 1), (0 &- half)...UInt64.max)
    guard low.overlaps(range) || high.overlaps(range) else { return }
    let from = low.overlaps(range) ? range.lowerBound : max(range.lowerBound, high.lowerBound)
    let to = high.overlaps(range) ? range.upperBound : min(range.upperBound, low.upperBound)
    _ = visit(top, levels, from...to, base: 0)
  }

  /// Files a table and those below; returns its place, or nil when there are more than there can be.
  private mutating func visit(
    _ table: UInt64, _ depth: Int, _ range: ClosedRange<UInt64>, base: UInt64
  ) -> Int? {
    guard budget > 0 else { return nil }
    budget -= 1
    let size = Level.size(depth: depth)
    let first = Level.index(of: range.lowerBound, depth: depth)
    let last = Level.index(of: range.upperBound, depth: depth)
    let place = nodes.count
    nodes.append(
      TableNode(
        level: Level(depth: depth, levels: levels), depth: depth, frame: table, base: base,
        entries: first...last))
    for index in first...last {
      let entry = ram[table: table, index]
      let start = address(base, index, depth)
      if isLeaf(entry, nodes[place].level, start) {
        nodes[place].leaves += 1
        nodes[place].mapped &+= size
      } else if entry.leadsToTable(at: nodes[place].level) {
        let part = max(start, range.lowerBound)...min(start + (size - 1), range.upperBound)
        guard let child = visit(entry.pfn, depth - 1, part, base: start) else { continue }
        nodes[place].children.append(child)
        nodes[place].mapped &+= nodes[child].mapped
        nodes[place].tables += 1 + nodes[child].tables
      }
    }
    return place
  }

  /// Whether an entry maps memory, to the kernel: a user's page that nobody may use is there.
  private func isLeaf(_ entry: Entry, _ level: Level, _ address: UInt64) -> Bool {
    if level == .pte, address >> 63 == 0, entry.isWithoutRights { return true }
    return entry.isPresent && entry.mapsMemory(at: level)
  }

  /// The address that an entry translates. The upper half of the top table is the kernel's.
  func address(_ base: UInt64, _ index: Int, _ depth: Int) -> UInt64 {
    let address = base &+ UInt64(index) &* Level.size(depth: depth)
    let isKernel = depth == levels && index >= 256
    return isKernel ? address | (0 &- (Level.size(depth: levels) << 8)) : address
  }

  /// The entries of a table in its range that say something, as runs of one kind.
  func runs(of node: TableNode) -> [EntryRun] {
    var runs: [EntryRun] = []
    var open: (from: Int, entry: Entry, isTable: Bool)?
    for index in node.entries {
      let entry = ram[table: node.frame, index]
      let isLeaf = isLeaf(entry, node.level, address(node.base, index, node.depth))
      let isTable = !isLeaf && entry.leadsToTable(at: node.level)
      let kind = isLeaf || isTable ? isTable : nil
      if let run = open, kind != run.isTable {
        runs.append(EntryRun(from: run.from, to: index, first: run.entry, isTable: run.isTable))
        open = nil
      }
      if open == nil, let kind { open = (index, entry, kind) }
    }
    if let run = open {
      runs.append(
        EntryRun(
          from: run.from, to: node.entries.upperBound + 1, first: run.entry, isTable: run.isTable))
    }
    return runs
  }
}
