internal import VMem

/// BPF arenas and slab caches.
extension KernelObjects {
  /// Bytes of an arena's area in front of its first page.
  private static let guardHalf: UInt64 = 32 << 10

  mutating func addArenas(_ machine: borrowing Machine) {
    var maps: [(index: UInt64, entry: UInt64)] = []
    machine.vmAreas.forEachBusyArea { area in
      guard area.kind == .arena,
        let info = try? machine.arenas.arenaInfo(area.start + Self.guardHalf)
      else { return }
      let at = memory.allocate("struct bpf_arena")
      let number = UInt64(maps.count) + 1
      store(at, "struct bpf_arena", "map.ops", image["arena_map_ops"])
      store(at, "struct bpf_arena", "map.map_type", 33)
      store(at, "struct bpf_arena", "map.max_entries", info.maximum)
      store(at, "struct bpf_arena", "map.map_extra", info.mapExtra)
      store(at, "struct bpf_arena", "map.map_flags", info.flags)
      store(at, "struct bpf_arena", "map.id", number)
      store(at, "struct bpf_arena", "map.refcnt", 1)
      store(at, "struct bpf_arena", "map.usercnt", 1)
      store(at, "struct bpf_arena", "user_vm_start", info.userStart.bits)
      store(at, "struct bpf_arena", "user_vm_end", info.userEnd.bits)
      store(at, "struct bpf_arena", "kern_vm", structures[area.start] ?? 0)
      if let name = machine.pageSets.nameOfArea(area) {
        let text = Views.text(machine.names.name(name)).utf8.prefix(15)
        memory.store(Array(text), at: at + image.offset("struct bpf_arena", "map.name"))
      }
      memory.link(at + image.offset("struct bpf_arena", "vma_list"), [])
      maps.append((number, at))
    }
    addTree(of: maps, to: memory.address("map_idr.idr_rt"))
    memory.set("map_idr.idr_next", UInt64(maps.count) + 1)
  }

  mutating func addCaches(_ machine: borrowing Machine) {
    var links: [UInt64] = []
    let structure = "struct kmem_cache"
    let node = table.has(structure, "per_node[0].node") ? "per_node[0].node" : "node[0]"
    for summary in machine.pageSets.slabCaches {
      let at = memory.allocate(structure)
      let count = 4096 / max(summary.size, 1)
      let values: [(String, UInt64)] = [
        ("size", summary.size), ("object_size", summary.size), ("inuse", summary.size),
        ("align", 16), ("refcount", 1), ("oo", count), ("min", count),
      ]
      for (field, value) in values { store(at, structure, field, value) }
      store(at, structure, "name", memory.text(Array(summary.name.utf8)))
      let lists = memory.allocate("struct kmem_cache_node")
      for list in ["partial", "full"] {
        memory.link(lists + image.offset("struct kmem_cache_node", list), [])
      }
      store(lists, "struct kmem_cache_node", "nr_slabs", summary.slabs)
      store(lists, "struct kmem_cache_node", "total_objects", summary.slabs * count)
      store(at, structure, node, lists)
      store(at, structure, "cpu_slab", allocatePerCPU("struct kmem_cache_cpu"))
      links.append(at + image.offset(structure, "list"))
      pages.caches.append(at)
    }
    memory.link(image["slab_caches"], links)
  }

  /// What `/proc/vmstat` counts.
  mutating func addStatistics(_ machine: borrowing Machine) {
    let counters = machine.counters
    let cached = machine.files.cachedPages
    let values: [(String, UInt64)] = [
      ("NR_SLAB_UNRECLAIMABLE_B", counters.slabFrames), ("NR_FILE_PAGES", cached.all),
      ("NR_SHMEM", cached.shared), ("NR_KERNEL_STACK_KB", machine.stacks.stackStatistics.kernel),
      ("NR_PAGETABLE", counters.accountedTables),
    ]
    for (name, value) in values {
      let item = table.constant(name)!
      memory.set("vm_node_stat[\(item)].counter", value)
      store(nodes[0], "struct pglist_data", "vm_stat[\(item)]", value)
    }
    if image.has("nr_vmalloc_pages") {
      memory.set("nr_vmalloc_pages.counter", machine.mappings.vmallocPages)
    }
  }
}
