internal import VMem

/// Nodes, zones, their free blocks, and the sections of the frame table.
extension KernelObjects {
  mutating func addNodes(_ machine: borrowing Machine) {
    let zones = machine.pageSets.zoneRanges
    let configuration = machine.configuration
    let summaries = machine.pageSets.zoneSummaries
    for node in 0..<configuration.nodes {
      let at = memory.allocate("struct pglist_data")
      add(node: at)
      memory.set("node_data[\(node)]", at)
      let own = zones.enumerated().filter { $0.element.node == node }
      let frames = own.map(\.element.frames)
      let start = frames.map(\.lowerBound).min() ?? 0
      let end = frames.map(\.upperBound).max() ?? 0
      store(at, "struct pglist_data", "node_id", UInt64(node))
      store(at, "struct pglist_data", "node_start_pfn", start)
      store(at, "struct pglist_data", "node_spanned_pages", end - start)
      store(
        at, "struct pglist_data", "node_present_pages", frames.reduce(0) { $0 + UInt64($1.count) })
      store(at, "struct pglist_data", "nr_zones", UInt64(table.constant("ZONE_MOVABLE") ?? 2) + 1)
      addZones(
        of: at, own.map { ($0.offset, $0.element, summaries[$0.offset].freeFrames) }, machine)
    }
    let mask = UInt64(1) << UInt64(configuration.nodes) - 1
    memory.set("node_online_map.bits[0]", mask)
    memory.set("node_possible_map.bits[0]", mask)
    for state in 0..<4 { memory.set("node_states[\(state)].bits[0]", mask) }
    memory.set("nr_node_ids", UInt64(configuration.nodes))
    for kind in ZoneKind.allCases { pages.zoneNumbers[kind.rawValue] = UInt64(zoneIndex(kind)) }
    let managed = zones.reduce(0) { $0 + $1.managed }
    memory.set("_totalram_pages.counter", managed)
    memory.set("vm_zone_stat[0].counter", summaries.reduce(0) { $0 + $1.freeFrames })
  }

  mutating func store(_ address: UInt64, _ structure: String, _ path: String, _ value: UInt64) {
    memory.store(value, at: address, table.field(structure, path))
  }

  /// The place of a zone in a node: kernels without a ZONE_DMA begin with that below 4 GiB. High memory,
  /// which no such kernel has, stands where movable pages do.
  func zoneIndex(_ kind: ZoneKind) -> Int {
    switch kind {
    case .dma32: table.constant("ZONE_DMA32")!
    case .normal: table.constant("ZONE_NORMAL")!
    case .highmem: table.constant("ZONE_MOVABLE")!
    }
  }

  private mutating func addZones(
    of node: UInt64, _ zones: [(Int, ZoneRange, free: UInt64)], _ machine: borrowing Machine
  ) {
    let names: [(name: String, index: Int?)] = [
      ("DMA", table.constant("ZONE_DMA")), ("DMA32", table.constant("ZONE_DMA32")),
      ("Normal", table.constant("ZONE_NORMAL")),
      (
        zones.contains { $0.1.kind == .highmem } ? "HighMem" : "Movable",
        table.constant("ZONE_MOVABLE")
      ),
      ("Device", table.constant("ZONE_DEVICE")),
    ]
    for (name, index) in names {
      guard let index else { continue }
      let zone = memory.text(Array(name.utf8))
      store(node, "struct pglist_data", "node_zones[\(index)].name", zone)
      store(node, "struct pglist_data", "node_zones[\(index)].zone_pgdat", node)
      for order in 0..<11 { emptyLists(node, index, order) }
    }
    let total = machine.pageSets.zoneRanges.reduce(0) { $0 + $1.managed }
    for (number, zone, free) in zones {
      let path = "node_zones[\(zoneIndex(zone.kind))]"
      store(node, "struct pglist_data", "\(path).node", UInt64(zone.node))
      store(node, "struct pglist_data", "\(path).zone_start_pfn", zone.frames.lowerBound)
      store(node, "struct pglist_data", "\(path).spanned_pages", UInt64(zone.frames.count))
      store(node, "struct pglist_data", "\(path).present_pages", UInt64(zone.frames.count))
      store(node, "struct pglist_data", "\(path).managed_pages", zone.managed)
      store(node, "struct pglist_data", "\(path).initialized", 1)
      store(node, "struct pglist_data", "\(path).vm_stat[0]", free)
      for (mark, pages) in Watermarks(managed: zone.managed, total: total).pages.enumerated() {
        store(node, "struct pglist_data", "\(path)._watermark[\(mark)]", pages)
      }
      for order in 0..<11 {
        let area = "\(path).free_area[\(order)]"
        let head = node + image.offset("struct pglist_data", "\(area).free_list[0]")
        let blocks = pages.blocks(zone: number, order: order)
        if let first = blocks.first, let last = blocks.last {
          // Members are in struct pages, which are made when the dump is written.
          memory.store(pages.lru(first), at: head)
          memory.store(pages.lru(last), at: head + 8)
        }
        store(node, "struct pglist_data", "\(area).nr_free", UInt64(blocks.count))
        pages.link(zone: number, order: order, head)
      }
    }
  }

  private mutating func emptyLists(_ node: UInt64, _ zone: Int, _ order: Int) {
    let path = "node_zones[\(zone)].free_area[\(order)]"
    let area = node + image.offset("struct pglist_data", path)
    let lists = table.size("struct free_area") / 16
    for list in 0..<lists { memory.link(area + UInt64(list * 16), []) }
  }

  /// `mem_section`: a root for each 256 sections of 128 MiB.
  mutating func addSections(_ machine: borrowing Machine) {
    let roots = memory.allocate(
      bytes: (machine.map.levels == 5 ? 131_072 : 2048) * 8, alignment: 4096)
    memory.set("mem_section", roots)
    pages.share(frameCount: Int(machine.ram.frameCount))
    // Sections take memory that they describe: room for one more than there seem to be.
    placePages()
    let most = frameCount / Self.framesOfSection + 2
    let usage = memory.allocate(bytes: Int(most) * 16)
    var sections: [UInt64] = []
    for root in 0...(most - 1) / Self.sectionsOfRoot {
      sections.append(memory.allocate(bytes: 4096, alignment: 4096))
      memory.store(sections[Int(root)], at: roots + root * 8)
    }
    placePages()
    let count = (frameCount + Self.framesOfSection - 1) / Self.framesOfSection
    precondition(count <= most)
    for section in 0..<count {
      let at =
        sections[Int(section / Self.sectionsOfRoot)] + section % Self.sectionsOfRoot * 16
      // Present, with a map, online and there since boot.
      memory.store(machine.map.vmemmap | 0xf, at: at)
      memory.store(usage + section * 16, at: at + 8)
      let parts = min(64, (frameCount - section * Self.framesOfSection) / 512)
      memory.store(parts == 64 ? .max : 1 << parts - 1, at: usage + section * 16)
    }
    memory.set("__highest_present_section_nr", count - 1)
    for name in ["max_pfn", "max_low_pfn", "max_mapnr"] { memory.set(name, frameCount) }
    memory.set("high_memory", machine.map.pageOffset + frameCount << 12)
  }

  private static let framesOfSection: UInt64 = 1 << 15
  private static let sectionsOfRoot: UInt64 = 4096 / 16
}
