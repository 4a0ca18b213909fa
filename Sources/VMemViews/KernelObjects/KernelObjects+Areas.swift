internal import VMem

/// The areas of the vmalloc window: `vmap_area`s in trees and lists, and their `vm_struct`s.
extension KernelObjects {
  /// Places in the structures of an area.
  private struct Fields {
    let start, end, node, list, structure, flags: TypeTable.Field
    let address, size, kinds, pages, order, count, physical, caller: TypeTable.Field
    let requested: TypeTable.Field?
    /// Bytes of each.
    let areaSize, structureSize: Int

    init(_ table: TypeTable) {
      func area(_ path: String) -> TypeTable.Field { table.field("struct vmap_area", path) }
      func structure(_ path: String) -> TypeTable.Field { table.field("struct vm_struct", path) }
      start = area("va_start")
      end = area("va_end")
      node = area("rb_node")
      list = area("list")
      self.structure = area("vm")
      flags = area("flags")
      address = structure("addr")
      size = structure("size")
      kinds = structure("flags")
      pages = structure("pages")
      order = structure("page_order")
      count = structure("nr_pages")
      physical = structure("phys_addr")
      caller = structure("caller")
      requested =
        table.has("struct vm_struct", "requested_size") ? structure("requested_size") : nil
      areaSize = table.size("struct vmap_area")
      structureSize = table.size("struct vm_struct")
    }
  }

  mutating func addAreas(_ machine: borrowing Machine) {
    let fields = Fields(table)
    guard image.has("vmap_nodes") else {
      var areas: [UInt64] = []
      machine.vmAreas.forEachBusyArea { areas.append(add($0, fields, machine)) }
      memory.link(image["vmap_area_list"], areas.map { $0 + UInt64(fields.list.offset) })
      memory.tree(image["vmap_area_root"], areas.map { $0 + UInt64(fields.node.offset) })
      return
    }
    let count = machine.vmAreas.vmapNodeCount
    let nodes = count == 1 ? image["single"] : memory.allocate("struct vmap_node", count: count)
    memory.set("vmap_nodes", nodes)
    memory.set("nr_vmap_nodes", UInt64(count))
    // Nodes take turns by 64 KiB of address space.
    memory.set("vmap_zone_size", count == 1 ? 1 : 1 << 16)
    let size = UInt64(table.size("struct vmap_node"))
    for number in 0..<count {
      add(node: number, at: nodes + UInt64(number) * size, fields, machine)
    }
    if count > 1 { prepareNode(image["single"]) }
  }

  private mutating func add(
    node number: Int, at node: UInt64, _ fields: Fields, _ machine: borrowing Machine
  ) {
    prepareNode(node)
    var busy: [UInt64] = []
    machine.vmAreas.forEachBusyArea(ofNode: number) { busy.append(add($0, fields, machine)) }
    var lazy: [UInt64] = []
    machine.vmAreas.forEachLazyArea {
      if $1 == number { lazy.append(add($0, fields, machine, isLazy: true)) }
    }
    for (name, areas) in [("busy", busy), ("lazy", lazy)] {
      let root = node + image.offset("struct vmap_node", "\(name).root")
      let head = node + image.offset("struct vmap_node", "\(name).head")
      memory.link(head, areas.map { $0 + UInt64(fields.list.offset) })
      memory.tree(root, areas.map { $0 + UInt64(fields.node.offset) })
    }
  }

  private mutating func prepareNode(_ node: UInt64) {
    let lists = ["busy.head", "lazy.head", "purge_list"]
    for list in lists { memory.link(node + image.offset("struct vmap_node", list), []) }
    let pool = UInt64(table.size("struct vmap_pool"))
    for index in 0..<256 as Range<UInt64> { memory.link(node + index * pool, []) }
  }

  private mutating func add(
    _ area: borrowing VMArea, _ fields: Fields, _ machine: borrowing Machine, isLazy: Bool = false
  ) -> UInt64 {
    let at = memory.allocate(bytes: fields.areaSize, alignment: 64)
    memory.store(area.start, at: at, fields.start)
    memory.store(area.end, at: at, fields.end)
    // Bit 2 no kernel uses; readers of kernels that had it want it where there is a vm_struct.
    let isStructure = area.isVMStruct && !isLazy
    memory.store(UInt64(area.areaFlags) | (isStructure ? 4 : 0), at: at, fields.flags)
    guard isStructure else { return at }
    let vm = memory.allocate(bytes: fields.structureSize, alignment: 64)
    memory.store(vm, at: at, fields.structure)
    structures[area.start] = vm
    memory.store(area.start, at: vm, fields.address)
    memory.store(area.reserved, at: vm, fields.size)
    memory.store(area.flags.rawValue, at: vm, fields.kinds)
    memory.store(UInt64(area.pageOrder), at: vm, fields.order)
    memory.store(area.physicalAddress, at: vm, fields.physical)
    memory.store(caller(of: area, machine), at: vm, fields.caller)
    if let requested = fields.requested { memory.store(area.requestedSize, at: vm, requested) }
    var frames: [UInt32] = []
    machine.vmAreas.forEachPage(of: area) { frames.append($0) }
    memory.store(UInt64(area.pageCount), at: vm, fields.count)
    guard !frames.isEmpty else { return at }
    let pages = memory.allocate(bytes: frames.count * 8)
    memory.store(pages, at: vm, fields.pages)
    for (index, pfn) in frames.enumerated() {
      memory.store(machine.pageSets.structPageAddress(UInt64(pfn)), at: pages + UInt64(index) * 8)
    }
    return at
  }

  /// An address in the function that an area's caller names, where the image has it, else 0.
  private mutating func caller(
    of area: borrowing VMArea, _ machine: borrowing Machine
  ) -> UInt64 {
    guard !area.caller.isNone else { return 0 }
    if let known = callers[area.caller] { return known }
    let text = machine.ram.text(of: area.caller)
    let name = String(decoding: text.prefix { $0 != 0x2b }, as: UTF8.self)
    let address = image.has(name) ? image[name] + 5 : 0
    callers[area.caller] = address
    return address
  }
}
