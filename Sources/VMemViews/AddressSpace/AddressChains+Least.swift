internal import VMem

extension AddressChains {
  /// Chains, at least, that have a row which is not among the modules. Rows that share a key, with
  /// whichever end, count as one chain: so do all that really follow each other.
  ///
  /// Complexity: about linear in the rows.
  static func leastChains(_ file: VmallocinfoFile, _ counted: [Int]) -> Int {
    var numbers: [UInt64: Int] = [:]
    var chains = DisjointSets()
    var sure: [Int] = []
    for at in counted {
      let row = file.rows[at]
      let (start, end) = (
        chains.number(of: row.start, &numbers), chains.number(of: row.end, &numbers)
      )
      chains.join(start, end)
      if file.isOutsideModules(row) { sure.append(start) }
    }
    return Set(sure.map { chains.root(of: $0) }).count
  }
}

/// Numbers from 0 on that are put together.
private struct DisjointSets {
  private var parents: [Int] = []

  /// A key's number, which is new for a new key.
  mutating func number(of key: UInt64, _ numbers: inout [UInt64: Int]) -> Int {
    if let number = numbers[key] { return number }
    let number = parents.count
    numbers[key] = number
    parents.append(number)
    return number
  }

  /// The number that stands for all that were put together with one.
  mutating func root(of number: Int) -> Int {
    var at = number
    while parents[at] != at {
      parents[at] = parents[parents[at]]
      at = parents[at]
    }
    return at
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (low, high) = (root(of: a), root(of: b))
    parents[max(low, high)] = min(low, high)
  }
}

extension VmallocinfoFile {
  /// Whether a row is surely not of the modules' window, where only vmalloc gets addresses: with another
  /// word than its own, of per-CPU memory, or of a thread's stack.
  func isOutsideModules(_ row: Row) -> Bool {
    switch row.kind {
    case .mapRAM: return true
    case .unpurged: return false
    case .area: break
    }
    let others: VMFlags = [.ioremap, .map, .usermap, .dmaCoherent, .sparse]
    if !row.flags.isDisjoint(with: others) || row.physicalAddress != 0 { return true }
    let callers: [StaticString] = [
      "pcpu_get_vm_areas+", "dup_task_struct+", "copy_process+", "kernel_clone+", "_do_fork+",
      "do_fork+", "fork_idle+",
    ]
    return callers.contains { texts.hasPrefix($0, at: row.caller) }
  }
}
