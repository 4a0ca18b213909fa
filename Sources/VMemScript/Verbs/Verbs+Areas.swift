internal import VMem
internal import VMemViews

extension Subsystem {
  static let areas = Subsystem(
    """
    get_vm_area free_vm_area find_vm_area vfree vm_map_ram vm_unmap_ram pcpu_get_vm_areas \
    pcpu_free_vm_areas pcpu_alloc pcpu_free drain_vmap_work reclaim_vmap \
    register_vmap_purge_notifier unregister_vmap_purge_notifier shrink_vmap_node \
    vm_unmap_aliases
    """,
    verbs: Verb.areas, counters: Counter.areas)
}

extension Verb.Group {
  static let areas = Verb.Group("areas", "Areas of address space")
}

extension Verb {
  static let areas: [Verb] = [
    Verb(
      "get_vm_area", .areas, .address, .writer, [.size],
      options: [.flags, .align, .searchRange, .shift, .caller],
      summary: "reserve address space: nothing is mapped, and a guard page follows",
      kernel: "__get_vm_area_node", returns: "the address, or NULL",
      example: "s = get_vm_area 64K --flags sparse\nw = get_vm_area 8K --range s+1M..s+2M",
      answers: [
        .reserves,
        [
          .null(.sizeRoundsToZero, .sizeWraps, .alignmentNotPowerOfTwo),
          .bug(.sizeWraps, .alignmentNotPowerOfTwo),
        ],
      ],
      .call(getVMArea)),
    Verb(
      "free_vm_area", .areas, .nothing, .writer, [.area],
      summary: "clear what an area maps, and hand its addresses to the next purge",
      kernel: "free_vm_area", returns: "0, or BUG for what is no area's start",
      example: "free_vm_area s",
      answers: [
        [.errno(.EINVAL, .addressNotAligned), .bug(.noAreaAtAddress, .notAreaStart)], .frees,
        [.warn(.addressNotAligned)], .sleeps,
      ], .call(freeVMArea)),
    Verb(
      "find_vm_area", .areas, .nothing, .reader, [.address],
      summary: "show the area that contains an address, guard page included",
      kernel: "find_vm_area",
      returns: "addr= size= get_vm_area_size= flags= nr_pages= page_order= phys=, or NULL",
      example: "find_vm_area s+0x2000", answers: [[.null(.noAreaAtAddress)]], .call(findVMArea)),
    Verb(
      "vfree", .areas, .nothing, .writer, [.address],
      summary: "free an area by any means that made it; NULL is ignored",
      kernel: "vfree", returns: "0; a warn for what is no area; BUG in NMI context",
      example: "vfree a",
      answers: [.frees, .freesFound, .freesLater, [.note(.noAreaAtAddress)], .sleeps], .call(vfree),
      parts: { call throws(LineFailure) in .vfree(call.arguments[.address]) }),
    Verb(
      "vm_map_ram", .areas, .address, .writer, [.pages], options: [.mapCount],
      summary: "map pages for a short while: up to 64 from the CPU's block",
      kernel: "vm_map_ram", returns: "the address, or NULL",
      example: "m = vm_map_ram P[0..4]",
      answers: [
        .reserves, .mapsOwnArea, .takesList,
        [.null(.zeroPages), .bug(.zeroPages), .warn(.zeroPages), .note(.countIsLonger)],
      ], .call(mapRAM)),
    Verb(
      "vm_unmap_ram", .areas, .nothing, .writer, [.address, .pageCount],
      summary: "unmap what vm_map_ram mapped, by the same number of pages",
      kernel: "vm_unmap_ram", returns: "0; BUG for address 0 and others outside the window",
      example: "vm_unmap_ram m 4",
      answers: [
        [
          .errno(.ENOENT, .noBlock),
          .bug(
            .outsideVmalloc, .addressNotAligned, .zeroPages, .moreThanHandedOut, .noAreaAtAddress),
          .warn(.noAreaAtAddress), .note(.noAreaAtAddress, .countIsLonger),
        ], .sleeps,
      ], .call(unmapRAM)),
    Verb(
      "pcpu_get_vm_areas", .areas, .address, .writer, [.align, .group], options: [.caller],
      summary: "reserve a group of areas at fixed distances, as high as it fits",
      kernel: "pcpu_get_vm_areas",
      returns: "the first address, or NULL; the others lie as far from it as their offsets",
      example: "g = pcpu_get_vm_areas --align 4K 0:64K 1M:64K\nfind_vm_area g+1M",
      answers: [
        [
          .null(.noHole, .holePastRangeEnd, .noDescriptor),
          .bug(.alignmentNotPowerOfTwo, .groupNotAligned, .groupOverlaps, .sizeRoundsToZero),
          .warn(.holePastRangeEnd), .warns("a member would overlap an area"),
        ]
      ], .control(getGroup),
      check: { parser throws(LineFailure) in _ = try parser.call.group() }),
    Verb(
      "pcpu_free_vm_areas", .areas, .nothing, .writer, [.area],
      summary: "free a group by the address of its first area",
      kernel: "pcpu_free_vm_areas", returns: "0", example: "pcpu_free_vm_areas g",
      answers: [[.bug(.noAreaAtAddress, .areaOfChunk)], .sleeps],
      .call(freeGroup)),
    Verb(
      "pcpu_alloc", .areas, .address, .writer, [.size], options: [.align],
      summary: "give every CPU its own memory of a size, at the same place of its unit",
      kernel: "__alloc_percpu",
      returns: "the address for CPU 0, or NULL; a warn for a size or alignment that cannot be",
      example: "c = pcpu_alloc 64 --align 8",
      answers: [
        [
          .null(.illegalPerCPU, .noFrames, .noHole, .noDescriptor, .noTableMemory),
          .bug(.inInterrupt), .warn(.illegalPerCPU),
        ], .sleeps,
      ], .call(allocPerCPU)),
    Verb(
      "pcpu_free", .areas, .nothing, .writer, [.address],
      summary: "free what pcpu_alloc gave", kernel: "free_percpu",
      returns: "0; BUG for another address", example: "c = pcpu_alloc 64\npcpu_free c",
      answers: [[.bug(.noPerCPUObject)], .sleeps],
      .call(freePerCPU)),
    Verb(
      "drain_vmap_work", .areas, .nothing, .writer,
      summary: "run the drain that too many lazy areas schedule",
      kernel: "drain_vmap_area_work", returns: "0", example: "drain_vmap_work",
      .call(drain), parts: { _ throws(LineFailure) in .drain }),
    Verb(
      "reclaim_vmap", .areas, .nothing, .writer,
      summary: "run what an allocation runs that finds no hole",
      kernel: "reclaim_and_purge_vmap_areas", returns: "0", example: "reclaim_vmap",
      .call(reclaim)),
    Verb(
      "register_vmap_purge_notifier", .areas, .nothing, .writer, [.area],
      summary: "let an area be freed when no address space is left",
      kernel: "register_vmap_purge_notifier",
      returns: "0, -EEXIST for an area that has one, -EINVAL for no area's start",
      example: "register_vmap_purge_notifier a",
      answers: [[.errno(.EEXIST, .hasNotifier), .errno(.EINVAL, .noAreaAtAddress, .areaIsStack)]],
      .call(registerNotifier)),
    Verb(
      "unregister_vmap_purge_notifier", .areas, .nothing, .writer, [.area],
      summary: "take an area's purge notifier away",
      kernel: "unregister_vmap_purge_notifier",
      returns: "0, -ENOENT for an area that has none, -EINVAL for no area's start",
      example: "register_vmap_purge_notifier a\nunregister_vmap_purge_notifier a",
      answers: [[.errno(.ENOENT, .noNotifier), .errno(.EINVAL, .noAreaAtAddress, .areaIsStack)]],
      .call(unregisterNotifier)),
    Verb(
      "shrink_vmap_node", .areas, .nothing, .writer,
      summary: "empty the size pools of all vmap nodes",
      kernel: "vmap_node_shrink_scan", returns: "0", example: "shrink_vmap_node",
      .call(shrink)),
    Verb(
      "vm_unmap_aliases", .areas, .nothing, .writer,
      summary: "purge: flush the TLBs once and give all freed addresses back",
      kernel: "vm_unmap_aliases", returns: "0", example: "vm_unmap_aliases",
      answers: [.sleeps, [.note(.otherCallEnded)]],
      .call(unmapAliases), parts: { _ throws(LineFailure) in .unmapAliases }),
  ]

  private static func getVMArea(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let caller = try call.caller(machine)
    let hasRange = call.arguments.has(.searchRange)
    let (start, end) = call.range(.searchRange)
    let flags = call.arguments[.flags, default: 0]
    return .address(
      try machine.vmAreas.getVMArea(
        size: call.arguments[.size], flags: VMFlags(rawValue: flags),
        align: call.arguments[.align, default: 1], start: hasRange ? start : nil,
        end: hasRange ? end : nil, shift: call.arguments[.shift, default: 12], caller: caller))
  }

  private static func freeVMArea(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.vmAreas.freeVMArea(call.arguments[.area])
    return .ok
  }

  private static func findVMArea(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let address = call.arguments[.address]
    guard let area = machine.vmAreas.findVMArea(address) else {
      throw Refusal(.null, .noAreaAtAddress, address)
    }
    call.scratch.write("addr=")
    call.scratch.address(area.start)
    call.scratch.write(" size=")
    call.scratch.decimal(area.reserved)
    call.scratch.write(" get_vm_area_size=")
    call.scratch.decimal(area.size)
    call.scratch.write(" flags=0x")
    call.scratch.hex(area.flags.rawValue)
    call.scratch.write(" nr_pages=")
    call.scratch.decimal(UInt64(area.pageCount))
    call.scratch.write(" page_order=")
    call.scratch.decimal(UInt64(area.pageOrder))
    call.scratch.write(" phys=0x")
    call.scratch.hex(area.physicalAddress)
    return .line
  }

  private static func unmapAliases(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.unmapAliases()
    return .ok
  }
}

extension Counter {
  static let areas: [Counter] = [
    Counter("areas", "busy", "areas that live") { _, c in c.busyAreas },
    Counter("areas", "lazy", "freed areas that wait for a purge") { _, c in
      c.lazyAreas
    },
    Counter("areas", "lazy_pages", "their pages, guard pages included") { _, c in
      c.lazyPages
    },
    Counter("areas", "lazy_max", "lazy pages that start a drain") { _, c in
      c.lazyMaximumPages
    },
    Counter("areas", "free", "blocks of free address space") { _, c in c.freeBlocks },
  ]
}

extension Parameter {
  static let shift = Parameter(
    id: 27, option: "--shift", .number, "K",
    "log2 of the largest page that will map the area (default 12)")
  static let group = Parameter(
    id: 31, .group, "OFF:SIZE…",
    "members of the group: offset and size in bytes, multiples of the alignment")
  static let pageCount = Parameter(
    id: 32, .number, "COUNT", "pages")
}
