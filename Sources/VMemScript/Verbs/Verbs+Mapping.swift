internal import VMem

extension Subsystem {
  static let mapping = Subsystem(
    """
    vm_area_map_pages vm_area_unmap_pages vmap_pages_range vunmap_range populate \
    apply_to_page_range apply_to_existing_page_range set_pte_at vmalloc_to_page \
    vmalloc_to_pfn
    """,
    verbs: Verb.mapping, counters: Counter.mapping)
}

extension Verb.Group {
  static let mapping = Verb.Group("mapping", "Mapping")
}

extension Verb {
  static let mapping: [Verb] = [
    Verb(
      "vm_area_map_pages", .mapping, .nothing, .writer, [.area, .range, .pages],
      summary: "map pages into a part of a sparse area; takes no references, never rolls back",
      kernel: "vm_area_map_pages",
      returns: "0, -EINVAL, -E2BIG, -ERANGE, -ENOMEM, or -EOPNOTSUPP; BUG for an empty range",
      example: "vm_area_map_pages s s+0x4000..s+0x6000 P[0..2]",
      answers: [
        [
          .errno(.EINVAL, .notSparse, .flushResetPerms, .noGuard),
          .errno(.ERANGE, .beforeAreaStart, .pastAreaEnd), .errno(.E2BIG, .morePagesThanRAM),
          .errno(.ENOMEM, .slotOccupied, .nullPage, .invalidFrame, .noTableMemory),
          .errno(.ENOENT, .noAreaAtAddress), .errno(.EOPNOTSUPP, .noSparseAreas),
          .bug(.emptyRange, .belongsToArena, .leafInTheWay),
          .warn(.notSparse, .flushResetPerms, .noGuard, .slotOccupied, .nullPage, .invalidFrame),
          .note(.endsAreRounded, .endIsMissed, .listIsLonger),
        ], .sleeps,
      ], .call(mapAreaPages),
      parts: { call throws(LineFailure) in
        .vmAreaMapPages(
          area: call.arguments[.area], start: call.arguments[.range],
          end: call.arguments.end(.range), pages: call.arguments.pages)
      }),
    Verb(
      "vm_area_unmap_pages", .mapping, .nothing, .writer, [.area, .range],
      summary: "unmap a part of a sparse area and flush the TLBs; the tables stay",
      kernel: "vm_area_unmap_pages", returns: "0, also where the kernel silently does nothing",
      example: "vm_area_unmap_pages s s..s+64K",
      answers: [
        [
          .errno(.ENOENT, .noAreaAtAddress), .errno(.EOPNOTSUPP, .noSparseAreas),
          .bug(.emptyRange, .unalignedUnmap, .belongsToArena),
          .warn(.notSparse, .flushResetPerms, .noGuard), .warns("a part of a huge leaf goes"),
          .note(
            .notSparse, .flushResetPerms, .noGuard, .beforeAreaStart, .pastAreaEnd,
            .morePagesThanRAM),
        ], .sleeps,
      ], .call(unmapAreaPages),
      parts: { call throws(LineFailure) in
        .vmAreaUnmapPages(
          area: call.arguments[.area], start: call.arguments[.range],
          end: call.arguments.end(.range))
      }),
    Verb(
      "vmap_pages_range", .mapping, .nothing, .writer, [.range, .pagesOrNull],
      summary: "map pages at any kernel addresses; with `null` only the tables are built",
      kernel: "vmap_pages_range", returns: "0 or -ENOMEM; BUG for an empty range",
      example: "vmap_pages_range a..a+2p P[0..2]",
      answers: [
        [
          .errno(.ENOMEM, .slotOccupied, .nullPage, .invalidFrame, .noTableMemory),
          .errno(.EINVAL, .emptyRange, .leafInTheWay), .bug(.leafInTheWay),
          .warn(.slotOccupied, .nullPage, .invalidFrame),
          .note(.endsAreRounded, .endIsMissed, .listIsLonger),
        ], .anyRange, .sleeps,
      ], .call(mapPagesRange),
      parts: { call throws(LineFailure) in
        let list = call.tokens[call.arguments.token(.pagesOrNull)]
        guard !(list.text == "null") else {
          throw .script("tables alone are not built in parts", list)
        }
        return .vmapPagesRange(
          start: call.arguments[.range], end: call.arguments.end(.range),
          pages: call.arguments.pages)
      }),
    Verb(
      "vunmap_range", .mapping, .nothing, .writer, [.range],
      summary: "unmap a range and flush the TLBs; the tables stay",
      kernel: "vunmap_range", returns: "0; BUG for an empty range",
      example: "vunmap_range a..a+2p",
      answers: [[.bug(.unalignedUnmap), .warns("a part of a huge leaf goes")], .anyRange],
      .call(unmapRange),
      parts: { call throws(LineFailure) in
        .vunmapRange(start: call.arguments[.range], end: call.arguments.end(.range))
      }),
    Verb(
      "populate", .mapping, .nothing, .writer, [.range], options: [levels.parameter],
      summary: "build the page tables of a range and leave their entries empty",
      kernel: "apply_to_page_range with a function that does nothing",
      returns: "0, -EINVAL, or -ENOMEM", example: "populate s..s+64K",
      answers: [
        [
          .errno(.EINVAL, .emptyRange, .leafInTheWay), .errno(.ENOMEM, .noTableMemory),
          .bug(.notCanonical, .touchesDirectMap), .warn(.emptyRange, .leafInTheWay),
        ], .sleeps,
      ], .call(populate)),
    applied(
      "apply_to_page_range", "build the tables of a range and call a function for every entry",
      returns: "number of calls, -EINVAL, or -ENOMEM; BUG for parts of pages",
      "apply_to_page_range s..s+64K --fn count",
      answers: [[.errno(.ENOMEM, .noTableMemory)], .sleeps], applyToPages),
    applied(
      "apply_to_existing_page_range", "call a function for every entry of a range that is in use",
      returns: "number of calls, or -EINVAL; no table is allocated; BUG for parts of pages",
      "apply_to_existing_page_range s..s+64K --fn count", applyToExistingPages),
    Verb(
      "set_pte_at", .mapping, .nothing, .writer, [.address, .page],
      summary: "set one empty entry; never allocates or sleeps, so that any context may",
      kernel: "set_pte_at",
      returns: "0, -ENOENT where a table is missing, -EBUSY, or -EINVAL",
      example: "context irq\nset_pte_at s+0x1000 P[1]",
      answers: [
        [
          .errno(.ENOENT, .noTable), .errno(.EBUSY, .slotOccupied, .leafInTheWay),
          .errno(.EINVAL, .notCanonical, .invalidFrame, .touchesDirectMap), .bug(.belongsToArena),
        ]
      ], .call(setPTE)),
    Verb(
      "vmalloc_to_page", .mapping, .nothing, .reader, [.address], options: [.byName],
      summary: "find the page an address leads to",
      kernel: "vmalloc_to_page",
      returns: "address of the struct page; P[3] or pfn:N with --name; NULL for a hole",
      example: "expect P[3] vmalloc_to_page s+0x4000 --name", answers: [[.null(.notMapped)]],
      .call(toPage)),
    Verb(
      "vmalloc_to_pfn", .mapping, .nothing, .reader, [.address],
      summary: "find the frame number an address leads to",
      kernel: "vmalloc_to_pfn", returns: "the number, or NULL for a hole",
      example: "vmalloc_to_pfn s+0x4000", answers: [[.null(.notMapped)]], .call(toPFN)),
  ]

  private static func mapAreaPages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    do throws(Refusal) {
      try machine.mappings.vmAreaMapPages(
        area: call.arguments[.area], start: start, end: end, pages: call.arguments.pages)
    } catch {
      noteMissedEnd(&call, error, start, end)
      throw error
    }
    noteRest(&call, start, end)
    return .ok
  }

  /// Notes why a call went on behind the end it was given: steps of a page do not meet it.
  private static func noteMissedEnd(
    _ call: inout Call, _ error: Refusal, _ start: UInt64, _ end: UInt64
  ) {
    let isStepped = [.nullPage, .slotOccupied, .invalidFrame].contains(error.rule)
    if isStepped, start < end, (end &- start) & 4095 != 0 {
      call.note = Refusal(.errno(.EINVAL), .endIsMissed, start, end)
    }
  }

  /// Notes what the kernel does not say: that it has mapped other addresses than it was given, or not all
  /// pages.
  private static func noteRest(_ call: inout Call, _ start: UInt64, _ end: UInt64) {
    let (given, taken) = (UInt64(call.arguments.pages.count), (end &- start) >> 12)
    if start & 4095 != 0 || end & 4095 != 0 {
      call.note = Refusal(.errno(.EINVAL), .endsAreRounded, start & ~4095, end & ~4095)
    } else if given > taken {
      call.note = Refusal(.errno(.EINVAL), .listIsLonger, given, taken)
    }
  }

  private static func unmapAreaPages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    do throws(Refusal) {
      try machine.mappings.vmAreaUnmapPages(area: call.arguments[.area], start: start, end: end)
    } catch {
      guard isIgnored(error) else { throw error }
      call.note = error
    }
    return .ok
  }

  /// Whether vm_area_unmap_pages, which returns nothing, ignores what it refuses. That there is no such
  /// area or no such function, or that the CPU does something else, is not its refusal.
  static func isIgnored(_ refusal: Refusal) -> Bool {
    switch refusal.rule {
    case .noAreaAtAddress, .noSparseAreas, .cpuInTheMiddle, .cpuInInterrupt, .noSuchCPU:
      return false
    default:
      if case .errno = refusal.outcome { return true }
      return false
    }
  }

  private static func mapPagesRange(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    if call.word(.pagesOrNull) == "null" {
      try machine.mappings.populate(start: start, end: end, level: .pte)
    } else {
      do throws(Refusal) {
        try machine.mappings.vmapPagesRange(start: start, end: end, pages: call.arguments.pages)
      } catch {
        noteMissedEnd(&call, error, start, end)
        throw error
      }
      noteRest(&call, start, end)
    }
    return .ok
  }

  private static func unmapRange(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    try machine.mappings.vunmapRange(start: start, end: end)
    return .ok
  }

  private static func populate(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    try machine.mappings.populate(start: start, end: end, level: call.choice(levels) ?? .pte)
    return .ok
  }

  private static func setPTE(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.mappings.setPTE(at: call.arguments[.address], pfn: call.arguments[.page])
    return .ok
  }

  private static func toPage(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let pfn = try pfn(machine, call.arguments[.address])
    return call.arguments.has(.byName)
      ? .page(pfn: pfn) : .address(machine.pageSets.structPageAddress(pfn))
  }

  private static func toPFN(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(try pfn(machine, call.arguments[.address]))
  }

  private static func pfn(
    _ machine: borrowing Machine, _ address: UInt64
  ) throws(Refusal) -> UInt64 {
    if let pfn = machine.mappings.vmallocToPFN(address) { return pfn }
    let level = machine.map.isCanonical(address) ? machine.mmu.walk(address).last?.level : nil
    throw Refusal(.null, .notMapped, address, UInt64(level?.rawValue ?? 0))
  }
}

extension Verb {
  private static let levels = Choice<Level>(
    id: 35, option: "--level", ["pte": .pte, "pmd": .pmd, "pud": .pud],
    "the lowest level that gets tables (default pte)")
}

extension Counter {
  static let mapping: [Counter] = [
    Counter("pagetables", "pte", "PTE tables") { _, c in table(c, 1) },
    Counter("pagetables", "pmd", "PMD tables") { _, c in table(c, 2) },
    Counter("pagetables", "pud", "PUD tables") { _, c in table(c, 3) },
    Counter("pagetables", "p4d", "P4D tables (0 with 4 levels)") { m, c in
      m.map.levels == 5 ? table(c, 4) : 0
    },
    Counter("pagetables", "pgd", "top tables: 1") { m, c in table(c, m.map.levels) },
    Counter("pagetables", "total", "tables of all levels") { _, c in
      c.tables.reduce(0, +)
    },
  ]

  private static func table(_ counters: Counters, _ depth: Int) -> UInt64 {
    depth < counters.tables.count ? counters.tables[depth] : 0
  }
}

extension Parameter {
  static let pagesOrNull = Parameter(
    id: 34, .pages, "PAGES|null",
    "a list of pages, or `null`: build the tables and leave them empty")
}
