internal import VMem
internal import VMemViews

extension Subsystem {
  static let pages = Subsystem(
    "alloc_pages free_pages get_page put_page page",
    verbs: Verb.pages)
}

extension Verb.Group {
  static let pages = Verb.Group("pages", "Pages")
}

extension Verb {
  static let pages: [Verb] = [
    Verb(
      "alloc_pages", .pages, .pages, .writer, [.count],
      options: [.order, .node, .gfp, zones.parameter],
      summary: "allocate COUNT blocks of 2^K pages as single pages; contents are zero",
      kernel: "alloc_pages, split_page", returns: "the number of pages, or NULL",
      example: "P = alloc_pages 600\nQ = alloc_pages 4 --order 2 --node 1",
      answers: [
        [
          .errno(.EINVAL, .zeroPages, .orderTooHigh, .noSuchNode), .null(.noFrames, .noDescriptor),
          .errno(.EDEADLK, .triesForEver),
        ], .sleeps,
      ], .call(allocatePages)),
    Verb(
      "free_pages", .pages, .nothing, .writer, [.pages],
      summary: "drop the owner's reference of each page, which frees those without another",
      kernel: "__free_pages", returns: "0", example: "free_pages P[0..16]",
      answers: [[.bug(.nullInList, .pageNotAllocated, .sharedStructPage)]], .call(freePages)),
    Verb(
      "get_page", .pages, .nothing, .writer, [.pages],
      summary: "take a reference on each page",
      kernel: "get_page", returns: "0", example: "get_page P[3]",
      answers: [[.bug(.nullInList, .pageNotAllocated, .sharedStructPage)]], .call(getPages)),
    Verb(
      "put_page", .pages, .nothing, .writer, [.pages],
      summary: "drop a reference on each page; the last one frees it",
      kernel: "put_page", returns: "0", example: "put_page P[3]",
      answers: [[.bug(.nullInList, .pageNotAllocated, .sharedStructPage)]], .call(putPages)),
    Verb(
      "page", .pages, .nothing, .reader, [.pages],
      summary: "show the struct page of each page", kernel: "struct page",
      returns: "a line a page: pfn= flags= refcount= mapcount= order= node= owner=",
      example: "page P[0..2]", .call(showPages)),
  ]

  private static func allocatePages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let node = call.arguments[.node, default: .max]
    var gfp = call.gfp(machine)
    if let zone = call.choice(zones) { gfp.formUnion(zone) }
    let set = try machine.allocatePages(
      count: call.arguments[.count], order: call.arguments[.order, default: 0],
      node: node == .max ? nil : node, gfp: gfp)
    return .pages(set, count: UInt64(machine.pageSets.pageSet(set).count))
  }

  private static func freePages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.pageSets.freePages(call.arguments.pages)
    return .ok
  }

  private static func getPages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.pageSets.getPages(call.arguments.pages)
    return .ok
  }

  private static func putPages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.pageSets.putPages(call.arguments.pages)
    return .ok
  }

  private static func showPages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let pages = call.arguments.pages
    return call.view { output in
      for pfn in pages { Views.page(machine, pfn, to: &output) }
    }
  }
}

extension Verb {
  private static let zones = Choice<GFP>(
    id: 20, option: "--zone", ["dma32": .dma32, "normal": [], "highmem": .highmem],
    "the highest zone to take pages from, as GFP_DMA32 and __GFP_HIGHMEM say it (default normal)")
}

extension Parameter {
  static let count = Parameter(
    id: 16, .number, "COUNT", "blocks to allocate")
  static let order = Parameter(
    id: 17, option: "--order", .number, "K", "2^K pages a block (default 0)")
}
