internal import VMem
internal import VMemViews

extension Subsystem {
  static let kmap = Subsystem(
    """
    kmap kunmap kmap_flush_unused kmap_local_page kmap_local_pfn kunmap_local kmap_atomic \
    kunmap_atomic kmap_to_page page_address kmap_state kmap_audit kmap_compare
    """,
    verbs: Verb.kmap)
}

extension Verb.Group {
  static let kmap = Verb.Group("kmaps", "Temporary mappings")
}

/// Temporary mappings: kmap in all its forms.
extension Verb {
  static let kmap: [Verb] = [
    Verb(
      "kmap", .kmap, .address, .writer, [.page],
      summary: "give a page an address for all tasks; sleeps while every slot has users",
      kernel: "kmap",
      returns: "the address, -ENOMEM, or BLOCKED until a kunmap and the task's next turn",
      example: "k = kmap P[0]",
      answers: [
        [
          .blocked(.noKmapSlot), .errno(.ENOMEM, .noDescriptor),
          .bug(.noStructPage, .sleepsInAtomic),
        ], .sleeps,
      ], .call(map)),
    Verb(
      "kunmap", .kmap, .nothing, .writer, [.page],
      summary: "give up one use of a page's address; the last one wakes who sleeps",
      kernel: "kunmap", returns: "0; BUG for a page that has none",
      example: "kmap P[0]\nkunmap P[0]",
      answers: [[.bug(.noStructPage, .pageNotKmapped, .kunmapUnbalanced)], .sleeps],
      .call(unmap)),
    Verb(
      "kmap_flush_unused", .kmap, .nothing, .writer,
      summary: "clear the slots without users, and flush", kernel: "kmap_flush_unused",
      returns: "0", example: "kmap_flush_unused",
      .call(flushUnused)),
    Verb(
      "kmap_local_page", .kmap, .address, .writer, [.page],
      summary: "give a page an address for the current task, on top of its others",
      kernel: "kmap_local_page", returns: "the address, or -ENOMEM; BUG for one too many",
      example: "k = kmap_local_page P[0]",
      answers: [[.errno(.ENOMEM, .noDescriptor), .bug(.noStructPage, .kmapTooDeep)]],
      .call(mapLocal)),
    Verb(
      "kmap_local_pfn", .kmap, .address, .writer, [.anyFrame],
      summary: "as kmap_local_page, for a frame that may have no struct page",
      kernel: "kmap_local_pfn",
      returns:
        "the address, -ENOMEM, or -EINVAL where it is no physical address; BUG for one too many",
      example: "k = kmap_local_pfn 0x1000",
      answers: [
        [
          .errno(.ENOMEM, .noDescriptor), .bug(.noStructPage, .kmapTooDeep),
          .errno(.EINVAL, .noPhysicalAddress),
        ]
      ],
      .call(mapLocalPFN)),
    Verb(
      "kunmap_local", .kmap, .nothing, .writer, [.address],
      summary: "release the task's last kmap_local mapping, whose address this must be",
      kernel: "kunmap_local", returns: "0; a warn for another address; BUG when there is none",
      example: "k = kmap_local_page P[0]\nkunmap_local k",
      answers: [
        [
          .errno(.ENOMEM, .noDescriptor), .bug(.nothingKmapped),
          .warns("ADDRESS is not that of the last mapping", "ADDRESS is below the direct map"),
        ]
      ],
      .call(unmapLocal)),
    Verb(
      "kmap_atomic", .kmap, .address, .writer, [.page],
      summary: "as kmap_local_page, with page faults and preemption off",
      kernel: "kmap_atomic", returns: "the address, or -ENOMEM; BUG for one too many",
      example: "k = kmap_atomic P[0]\nkunmap_atomic k",
      answers: [
        [.errno(.ENOMEM, .noDescriptor), .bug(.noStructPage, .kmapTooDeep), .bug(.preemptTooDeep)]
      ],
      .call(mapAtomic)),
    Verb(
      "kunmap_atomic", .kmap, .nothing, .writer, [.address],
      summary: "release what kmap_atomic gave", kernel: "kunmap_atomic",
      returns: "0; a warn for another address; BUG when there is none",
      example: "k = kmap_atomic P[0]\nkunmap_atomic k",
      answers: [
        [
          .errno(.ENOMEM, .noDescriptor), .bug(.nothingKmapped),
          .warns("ADDRESS is not that of the last mapping", "ADDRESS is below the direct map"),
          .bug(.nothingAtomic),
        ]
      ],
      .call(unmapAtomic)),
    Verb(
      "kmap_to_page", .kmap, .nothing, .writer, [.address], options: [.byName],
      summary: "find the page of an address as the kernel does; its first answer for a slot warns",
      kernel: "kmap_to_page", returns: "address of the struct page; P[3] or pfn:N with --name",
      example: "kmap_to_page P[0] --name",
      answers: [[.warns("ADDRESS is in a slot: take the page you mapped")]], .call(toPage)),
    Verb(
      "page_address", .kmap, .nothing, .reader, [.page],
      summary: "show the address a page has: in the direct map, or from kmap",
      kernel: "page_address", returns: "the address, or NULL", example: "page_address P[0]",
      answers: [
        [
          .errno(.EINVAL, .noStructPage), .null(.pageNotKmapped),
        ]
      ],
      .call(pageAddress)),
    Verb(
      "kmap_state", .kmap, .nothing, .reader,
      summary: "show the slots of kmap, and what each task has mapped",
      returns: "text: the window, a line a slot that is not free, a line a task",
      example: "kmap_state", .call(state)),
    Verb(
      "kmap_audit", .kmap, .nothing, .reader,
      summary:
        "show mappings that other tasks used, released out of order, or held across a schedule",
      returns: """
        text: a line a mapping, nothing when there is none; at the end how many had no slot and no \
        key, so that nothing is known of their users
        """, example: "kmap_audit",
      .call(audit)),
    Verb(
      "kmap_compare", .kmap, .nothing, .reader, options: [.comparedPages, .cpus],
      summary: "count what copying pages costs by kmap, kmap_local, kmap_atomic and vmap",
      returns: """
        text: a line a way, on machines of their own like this one; vmap maps all pages of a CPU at \
        once, the others map one by one
        """,
      example: "kmap_compare --pages 64 --cpus 4",
      answers: [[.errno(.EINVAL, .noSuchCPU, .tooManyToCompare), .errno(.ENOMEM, .noFrames)]],
      .call(compare)),
  ]

  private static func map(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.highmem.kmap(call.page))
  }

  private static func unmap(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.kunmap(call.page)
    return .ok
  }

  private static func mapLocal(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.highmem.kmapLocalPage(call.page))
  }

  private static func mapLocalPFN(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.highmem.kmapLocalPFN(call.arguments[.anyFrame]))
  }

  private static func unmapLocal(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.kunmapLocal(call.arguments[.address])
    return .ok
  }

  private static func mapAtomic(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.highmem.kmapAtomic(call.page))
  }

  private static func unmapAtomic(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.kunmapAtomic(call.arguments[.address])
    return .ok
  }

  private static func flushUnused(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.kmapFlushUnused()
    return .ok
  }

  private static func toPage(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let pfn = machine.highmem.kmapToPage(call.arguments[.address])
    return call.arguments.has(.byName)
      ? .page(pfn: pfn) : .address(machine.pageSets.structPageAddress(pfn))
  }

  private static func pageAddress(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    guard let address = try machine.highmem.pageAddress(call.page) else {
      throw Refusal(.null, .pageNotKmapped, call.page)
    }
    return .address(address)
  }

  private static func state(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.kmapState(machine, to: &output) }
  }

  private static func audit(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.kmapAudit(machine, to: &output) }
  }

  private static func compare(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let pages = call.arguments[.comparedPages, default: 1024]
    let cpus = call.arguments[.cpus, default: UInt64(machine.cpuCount)]
    let costs = try KmapComparison(pages: pages, cpus: cpus, like: machine.configuration).run()
    return call.view { output in
      Views.kmapComparison(costs, pages: pages, cpus: cpus, to: &output)
    }
  }
}

extension Call {
  /// The page of a verb that takes one.
  fileprivate var page: UInt64 { arguments[.page] }
}

extension Parameter {
  static let comparedPages = Parameter(
    id: 123, option: "--pages", .number, "N", "pages to copy, 1 to 65536 (default 1024)")
  static let anyFrame = Parameter(
    id: 124, .number, "PFN", "frame number, of RAM or of a device")
}
