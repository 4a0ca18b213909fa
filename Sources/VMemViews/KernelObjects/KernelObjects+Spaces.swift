internal import VMem

/// Address spaces: `mm_struct`s with their mappings in maple trees.
extension KernelObjects {
  private static let mm = "struct mm_struct"
  private static let vma = "struct vm_area_struct"

  mutating func addSpaces(_ machine: borrowing Machine) {
    memory.set("init_mm.pgd", image["init_top_pgt"])
    memory.set("init_mm.mm_users", 2)
    memory.set("init_mm.mm_count", 1)
    memory.set("init_mm.start_code", KernelImage.start)
    memory.set("init_mm.end_code", image["_etext"])
    memory.link(memory.address("init_mm.mmlist"), [])
    for space in machine.users.summaries { spaces[space.address] = add(space, machine) }
    let list = image.offset(Self.mm, "mmlist")
    memory.link(
      memory.address("init_mm.mmlist"), machine.users.summaries.map { spaces[$0.address]! + list })
  }

  private mutating func add(_ space: UserSpaceSummary, _ machine: borrowing Machine) -> UInt64 {
    let at = memory.allocate(bytes: table.size(Self.mm) + 64, alignment: 64)
    store(at, Self.mm, "pgd", machine.map.pageOffset + space.top << 12)
    store(at, Self.mm, "mm_users", 1)
    store(at, Self.mm, "mm_count", 1)
    store(at, Self.mm, "task_size", machine.map.taskSize)
    var entries: [(start: UInt64, end: UInt64, entry: UInt64)] = []
    var pages: UInt64 = 0
    var counts: [String: UInt64] = [
      "MM_FILEPAGES": 0, "MM_ANONPAGES": 0, "MM_SWAPENTS": 0, "MM_SHMEMPAGES": 0,
    ]
    let walk = LeafWalk(machine, of: space)
    // Safe to ignore: the space is one of those that there are.
    try? machine.users.forEachUserMapping(of: space.address) { mapping, file in
      let vma = add(mapping, file, of: at, machine)
      entries.append((mapping.start, mapping.end - 1, vma))
      pages += (mapping.end - mapping.start) >> 12
      walk.forEachUserPage(in: mapping.start...mapping.end - 1) { pfn in
        counts[counter(of: pfn, machine), default: 0] += 1
      }
    }
    store(at, Self.mm, "map_count", UInt64(entries.count))
    store(at, Self.mm, "total_vm", pages)
    addCounters(at, counts)
    let tree = at + image.offset(Self.mm, "mm_mt")
    // MT_FLAGS_ALLOC_RANGE, the lock outside, RCU.
    store(tree, "struct maple_tree", "ma_flags", 0x309)
    store(tree, "struct maple_tree", "ma_root", addMaple(entries, tree))
    return at
  }

  private mutating func add(
    _ mapping: UserMapping, _ file: MappedFile, of mm: UInt64, _ machine: borrowing Machine
  ) -> UInt64 {
    let at = memory.allocate(Self.vma)
    store(at, Self.vma, "vm_start", mapping.start)
    store(at, Self.vma, "vm_end", mapping.end)
    store(at, Self.vma, "vm_mm", mm)
    store(at, Self.vma, "vm_flags", UInt64(mapping.flags.rawValue))
    store(at, Self.vma, "vm_pgoff", mapping.offset)
    memory.link(at + image.offset(Self.vma, "anon_vma_chain"), [])
    let path = file.hostPath.isEmpty ? Array("\(file.path)".utf8) : file.hostPath
    if mapping.kind == .file, let known = files[file.inode] {
      store(at, Self.vma, "vm_file", known)
    } else if !path.isEmpty {
      store(at, Self.vma, "vm_file", addFile(path, inode: 0))
    }
    return at
  }

  /// Pages that are there, by kind (`rss_stat`). Counters per CPU add nothing to them.
  private mutating func addCounters(_ mm: UInt64, _ counts: [String: UInt64]) {
    let isPerCPU = table.has(Self.mm, "rss_stat[0].count")
    for (name, count) in counts {
      let kind = table.constant(name)!
      guard isPerCPU else {
        store(mm, Self.mm, "rss_stat.count[\(kind)]", count)
        continue
      }
      store(mm, Self.mm, "rss_stat[\(kind)].count", count)
      store(mm, Self.mm, "rss_stat[\(kind)].counters", image["percpu_counter_zero"])
    }
  }

  /// What a page counts as: one of a file in memory alone, of another file or a device, or the
  /// program's own. The corresponding kernel function is `mm_counter`.
  private func counter(of pfn: UInt64, _ machine: borrowing Machine) -> String {
    guard let record = machine.pageSets.structPage(pfn) else { return "MM_FILEPAGES" }
    if let kind = fileKinds[record.mapping] {
      return kind == .memfd || kind == .zero ? "MM_SHMEMPAGES" : "MM_FILEPAGES"
    }
    return record.flags & machine.ram.pageFlags.swapbacked != 0 ? "MM_ANONPAGES" : "MM_FILEPAGES"
  }

  /// A maple tree of ranges that ascend, bottom up: leaves of up to 15 entries, above them nodes of
  /// up to 10 with the widest gaps. Returns what `ma_root` is.
  private mutating func addMaple(
    _ entries: [(start: UInt64, end: UInt64, entry: UInt64)], _ tree: UInt64
  ) -> UInt64 {
    guard !entries.isEmpty else { return 0 }
    // What lies between the ranges is a range as well, without an entry.
    var ranges: [(last: UInt64, entry: UInt64, gap: UInt64)] = []
    var next: UInt64 = 0
    for (start, end, entry) in entries {
      if start > next { ranges.append((start - 1, 0, start - next)) }
      ranges.append((end, entry, 0))
      next = end &+ 1
    }
    if next != 0 { ranges.append((.max, 0, 0 &- next)) }
    var kind: UInt64 = 1
    var most = 15
    repeat {
      var above: [(last: UInt64, entry: UInt64, gap: UInt64)] = []
      let parts = (ranges.count + most - 1) / most
      let each = (ranges.count + parts - 1) / parts
      for from in stride(from: 0, to: ranges.count, by: each) {
        let part = ranges[from..<min(from + each, ranges.count)]
        let node = addMapleNode(Array(part), kind)
        above.append((part.last!.last, node | kind << 3 | 4, part.map(\.gap).max()!))
      }
      ranges = above
      kind = 3
      most = 10
    } while ranges.count > 1
    store(ranges[0].entry & ~255, "struct maple_node", "parent", tree | 1)
    return ranges[0].entry | 2
  }

  private mutating func addMapleNode(
    _ ranges: [(last: UInt64, entry: UInt64, gap: UInt64)], _ kind: UInt64
  ) -> UInt64 {
    let structure = kind == 1 ? "struct maple_range_64" : "struct maple_arange_64"
    let node = memory.allocate(bytes: 256, alignment: 256)
    let pivots = kind == 1 ? 15 : 9
    for (index, range) in ranges.enumerated() {
      if index < pivots { store(node, structure, "pivot[\(index)]", range.last) }
      store(node, structure, "slot[\(index)]", range.entry)
      guard kind != 1 else { continue }
      store(node, structure, "gap[\(index)]", range.gap)
      // The parent, the slot in it and its kind.
      store(range.entry & ~255, "struct maple_node", "parent", node | UInt64(index) << 3 | 6)
    }
    store(node, structure, "meta.end", UInt64(ranges.count - 1))
    return node
  }
}
