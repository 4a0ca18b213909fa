internal import VMem

extension AddressChains {
  /// Chains, at least, that have a row which is not among the modules. Rows that share a key, with
  /// whichever end, count as one chain: so do all that really follow each other.
  ///
  /// Complexity: about linear in the rows.
  static func leastChains(_ file: VmallocinfoFile, _ counted: [Int], _ keys: RowKeys) -> Int {
    var chains = DisjointSets(keys.count)
    for at in keys.starts.indices { chains.join(Int(keys.starts[at]), Int(keys.ends[at])) }
    var isSure = [Bool](repeating: false, count: keys.count)
    for (at, row) in counted.enumerated() where file.isOutsideModules(file.rows[row]) {
      isSure[chains.root(of: Int(keys.starts[at]))] = true
    }
    return isSure.count { $0 }
  }
}

/// Numbers from 0 on that are put together.
private struct DisjointSets {
  private var parents: [Int]

  init(_ count: Int) { parents = Array(0..<count) }

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
  /// Whether callers tell that the machine has a device tree, as those of x86-64 have not.
  var isOfDeviceTree: Bool {
    let callers: [StaticString] = [
      "of_iomap+", "of_io_request_and_map+", "devm_of_iomap+", "gic_", "arch_timer_",
      "iotable_init+",
    ]
    return rows.contains { row in callers.contains { texts.hasPrefix($0, at: row.caller) } }
  }

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
