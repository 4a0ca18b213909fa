internal import CModule
internal import VMem

/// Struct pages that lead nowhere, and blocks of pages that are given back otherwise than as they were
/// given.
extension NativeCall {
  /// A pointer that is the struct page of no frame.
  func badPage(_ pointer: UInt64, _ prefix: String = "") -> CallStop {
    let shown = host.unfolded(pointer)
    let offset = shown &- host.map.vmemmap
    var what = "byte \(offset & 63) of the struct page of frame \(offset >> 6)"
    if offset >= host.memorySize >> 6 {
      // The count of users is what is looked at first.
      guard host.isThere(shown) else { return badPointer(pointer &+ 0x34, prefix) }
      let owner = host.ledger.entry(at: shown).map { ": it lies in \(host.whose($0))" } ?? ""
      what = "0x\(host.hex(shown, digits: 1)), which is no struct page\(owner)"
    }
    return .oops(
      Oops(
        lines: ["BUG: Bad page pointer \(host.hex(shown, digits: 16)) in \(name)"],
        explanation: "\(callerName) calls \(name) for \(what); a kernel takes what stands "
          + "there for a page's fields",
        isReportOnly: true))
  }

  /// The block that was asked for with __GFP_COMP and that a frame belongs to, if it is a page of such.
  func compound(_ pfn: UInt64) -> Ledger.Entry? {
    guard host.hasCompounds, let block = host.ledger.block(at: host.directAddress(pfn)) else {
      return nil
    }
    return block.block == .compound ? block : nil
  }

  private func frames(_ entry: Ledger.Entry) -> Range<UInt64> {
    let first = (entry.start &- host.map.pageOffset) >> 12
    return first..<first + entry.size >> 12
  }

  /// The frame that has the count of a frame's users: the first of its compound block, or itself.
  func head(_ pfn: UInt64) -> UInt64 { compound(pfn).map { frames($0).lowerBound } ?? pfn }

  /// A user of a compound block has put one of its pages; the last one frees it.
  func put(_ compound: Ledger.Entry) throws(CallStop) -> UInt64 {
    let frames = frames(compound)
    let head = frames.lowerBound
    guard let page = machine.pageSets.structPage(head), page.refcount > 1 else {
      take(compound.start)
      return try give(back: head, UInt64(frames.count))
    }
    return try put(head)
  }

  /// A user of a page has put it; the last one frees it.
  func put(_ pfn: UInt64) throws(CallStop) -> UInt64 {
    let result = try nothing { () throws(Refusal) in
      try machine.pageSets.putPages([pfn])
    }
    notePut(pfn)
    return result
  }

  /// What is known of a page of which a user has put it.
  func notePut(_ pfn: UInt64) {
    _ = host.structPage(pfn)
    let start = host.directAddress(pfn)
    if host.ledger.live[start]?.size == 4096, machine.pageSets.use(ofFrame: pfn) != .allocated {
      take(start)
    }
  }

  /// Frees another number of pages than was given at once.
  func free(_ known: Ledger.Entry, pages count: UInt64) throws(CallStop) -> UInt64 {
    let pfn = (known.start &- host.map.pageOffset) >> 12
    let size = count << 12
    guard size < known.size else {
      explain("\(name) of \(count) pages of \(host.whose(known)): the pages behind it are others'")
      take(known.start)
      return try give(back: pfn, count)
    }
    take(known.start)
    host.ledger.keep(known, known.start + size..<known.start + known.size)
    if known.block == .whole {
      explainOnce(
        "\(name) of \(count) of the pages of \(host.whose(known)): a kernel loses the others")
    }
    return try give(back: pfn, count)
  }

  /// Frees pages in the middle of a block.
  func free(
    _ block: Ledger.Entry, from start: UInt64, pages count: UInt64
  ) throws(CallStop) -> UInt64 {
    let page = (start - block.start) >> 12
    let pfn = (start &- host.map.pageOffset) >> 12
    switch block.block {
    case .compound: return try put(block)
    case .split:
      guard start + count << 12 <= block.start + block.size else {
        return try give(back: pfn, count)
      }
      host.ledger.split(block.start)
      for at in 0..<count { take(start + at << 12) }
      return try give(back: pfn, count)
    case .whole:
      explainOnce(
        "\(name) of page \(page) of \(host.whose(block)): only the first one is counted, so that a "
          + "kernel frees nothing (__free_pages takes the order; split_page makes them pages of "
          + "their own)")
      return 0
    }
  }

  /// What only unmaps leaves the pages of an area to nobody.
  func explainLostPages(of address: UInt64) {
    guard let entry = host.ledger.live[address], entry.kind == .area,
      let count = machine.vmAreas.findVMArea(address)?.pageCount, count > 0
    else { return }
    explainOnce("\(name) of \(host.whose(entry)): its pages are lost (vfree frees them)")
  }

  /// The pages of a slab are not the module's to free.
  func complain(slabPage pfn: UInt64, _ cache: SlabHeap.Cache) -> UInt64 {
    host.complain(
      [
        "BUG: Bad page state in process \(host.running?.name ?? "insmod")  "
          + "pfn:\(host.hex(pfn, digits: 5))",
        "page dumped because: PAGE_FLAGS_CHECK_AT_FREE flag(s) set",
      ], level: 1)
    explain("\(name) of a page of \(cache.name)'s objects: kfree takes these")
    return 0
  }
}
