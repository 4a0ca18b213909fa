/// A list of pages as mapping calls take it: frame numbers.
package enum PageList {
  /// Stands for a null page pointer.
  package static let null = UInt64.max
}

/// Pages that callers allocate, count references of and free.
extension PageSets {
  /// Carries out `Machine.allocatePages`.
  func allocatePages(
    count: UInt64, order: UInt64 = 0, node: UInt64? = nil, gfp: GFP = .kernel
  ) throws(Refusal) -> Ref<PageSet> {
    try beginCall()
    defer { endCall() }
    guard count > 0 else { throw Refusal(.errno(.EINVAL), .zeroPages) }
    let order = UInt64(UInt32(truncatingIfNeeded: order))
    guard order <= UInt64(FrameAllocator.maximumOrder) else {
      throw Refusal(.errno(.EINVAL), .orderTooHigh, order)
    }
    if let node, node >= UInt64(configuration.nodes) {
      throw Refusal(.errno(.EINVAL), .noSuchNode, node, UInt64(configuration.nodes))
    }
    if gfp.mayBlock { mightSleep(.__alloc_pages_noprof) }
    let (total, overflow) = count.multipliedReportingOverflow(by: 1 << order)
    guard !overflow, total <= UInt64(ram[Superblock.ref].managedFrames) else {
      logPageFailure(order: order, gfp)
      throw gfp.answer(Refusal(.null, .noFrames, overflow ? .max : total))
    }
    guard let set = caches.allocate(PageSet.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[set] = PageSet()
    ram.expect(frames: total)
    for _ in 0..<count {
      guard
        let pfn = allocateBlock(order, node.map(Int.init), gfp),
        append(pfn, 1 << UInt32(order), to: set)
      else {
        releaseAll(of: set)
        throw gfp.answer(Refusal(.null, .noFrames, total))
      }
    }
    return set
  }

  /// One block for `allocatePages`; that there is none is logged, but not that it was made to fail.
  private func allocateBlock(_ order: UInt64, _ node: Int?, _ gfp: GFP) -> UInt32? {
    if ram.injects(.allocPage), !gfp.contains(.noFail),
      Injector(ram: ram).strikes(.allocPage, UInt32(order))
    {
      return nil
    }
    let pfn = frames.allocate(
      order: Int(order), node: node, highest: gfp.highestZone, isStrict: gfp.contains(.thisNode))
    if pfn == nil { logPageFailure(order: order, gfp) }
    return pfn
  }

  /// Adds frames to a set; when there is no memory for that they are freed. As long as the set's
  /// frames are consecutive it needs no array.
  ///
  /// `adopting` makes the frames know the set as theirs; otherwise it only lists them.
  func append(
    _ pfn: UInt32, _ count: UInt32, to set: Ref<PageSet>, adopting: Bool = true
  ) -> Bool {
    let before = ram[set].count
    if before == 0 {
      ram[set].first = pfn
    } else if ram[set].first != 0, ram[set].first + before != pfn {
      for index in 0..<before {
        guard ram[set].frames.store(UInt64(index), ram[set].first + index, ram) else {
          ram[set].frames.removeAll(ram)
          if adopting { for step in 0..<count { frames.free(pfn + step) } }
          return false
        }
      }
      ram[set].first = 0
    }
    for step in 0..<count {
      if ram[set].first == 0,
        !ram[set].frames.store(UInt64(before + step), pfn + step, ram)
      {
        if adopting { for left in step..<count { frames.free(pfn + left) } }
        return false
      }
      if adopting {
        ram[frames.frame(pfn + step)].owner = set
        ram[frames.frame(pfn + step)].index = UInt64(before + step)
      }
      ram[set].count += 1
      ram[set].live += 1
    }
    return true
  }

  /// Forgets the pages of a set from position `count` on; they are no longer its own.
  func truncate(_ set: Ref<PageSet>, to count: UInt32) {
    for index in UInt64(count)..<UInt64(ram[set].count) where ram[set].first == 0 {
      _ = ram[set].frames.remove(index, ram)
    }
    ram[set].live -= ram[set].count - count
    ram[set].count = count
  }

  private func releaseAll(of set: Ref<PageSet>) {
    for index in 0..<UInt64(ram[set].count) {
      if let pfn = page(index, of: set) { frames.free(pfn) }
    }
    dispose(set)
  }

  /// Forgets a set whose pages are all free.
  func dispose(_ set: Ref<PageSet>) {
    ram[set].frames.removeAll(ram)
    caches.free(set)
  }

  /// Carries out `Machine.page`.
  @inline(__always)
  package func page(_ index: UInt64, of set: Ref<PageSet>) -> UInt32? {
    guard index < UInt64(ram[set].count) else { return nil }
    let first = ram[set].first
    return first != 0 ? first + UInt32(index) : ram[set].frames.value(index, ram)
  }

  /// The set a name stands for.
  package func pageSet(_ set: Ref<PageSet>) -> PageSet { ram[set] }

  /// The struct page of a frame, or nil where there is no RAM.
  package func structPage(_ pfn: UInt64) -> Frame? {
    pfn < UInt64(ram.frameCount) ? ram[frames.frame(UInt32(pfn))] : nil
  }

  /// The named set a frame belongs to, and its position there.
  package func setAndIndex(ofFrame pfn: UInt64) -> (set: Ref<PageSet>, index: UInt64)? {
    guard let frame = structPage(pfn), !frame.owner.isNone, frame.refcount > 0 else { return nil }
    return (frame.owner, frame.index)
  }

  /// Carries out `Machine.structPageAddress`.
  package func structPageAddress(_ pfn: UInt64) -> UInt64 { map.vmemmap &+ pfn &* 64 }

  /// Carries out `Machine.getPages`.
  package func getPages(_ pages: [UInt64]) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try checkAllocated(pages)
    try checkStructPages(pages, .get_page)
    for pfn in pages { ram[frames.frame(UInt32(pfn))].addReferences(1) }
  }

  /// Carries out `Machine.putPages`.
  package func putPages(_ pages: [UInt64]) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try checkAllocated(pages)
    try checkStructPages(pages, .put_page)
    try checkReferences(pages)
    for pfn in pages {
      ram[frames.frame(UInt32(pfn))].addReferences(-1)
      if ram[frames.frame(UInt32(pfn))].refcount == 0 { freePage(UInt32(pfn)) }
    }
  }

  /// A page may stand in a list more often than it has references: nothing is freed then.
  private func checkReferences(_ pages: [UInt64]) throws(Refusal) {
    var dropped = 0
    while dropped < pages.count, hasSpareReference(UInt32(pages[dropped])) {
      ram[frames.frame(UInt32(pages[dropped]))].addReferences(-1)
      dropped += 1
    }
    for pfn in pages[..<dropped] { ram[frames.frame(UInt32(pfn))].addReferences(1) }
    if dropped < pages.count { throw bug(.__free_pages, .pageNotAllocated, pages[dropped]) }
  }

  /// Whether a reference can be dropped: each user mapping needs one, and so does an arena, a stack, a
  /// file, or a buffer for each time it lists the page.
  private func hasSpareReference(_ pfn: UInt32) -> Bool {
    let frame = ram[frames.frame(pfn)]
    let isHeld = frame.index == Frame.ofArena || frame.isOfStack || frame.isFilePage
    let needed = Int64(frame.mapcount &+ 1) + (isHeld ? 1 : 0)
    return Int64(frame.refcount) > needed && Int64(frame.refcount) > needed + files.pins(pfn)
  }

  /// Carries out `Machine.freePages`.
  package func freePages(_ pages: [UInt64]) throws(Refusal) { try putPages(pages) }

  private func checkAllocated(_ pages: [UInt64]) throws(Refusal) {
    for (index, pfn) in pages.enumerated() {
      guard pfn != PageList.null else { throw bug(.__free_pages, .nullInList, UInt64(index)) }
      guard let frame = structPage(pfn), frame.refcount > 0, frame.type == nil
      else { throw bug(.__free_pages, .pageNotAllocated, pfn) }
    }
  }

  /// References of tail pages are counted in the struct page of each, which may be another's that
  /// nobody can write (HVO).
  private func checkStructPages(_ pages: [UInt64], _ function: KernelFunction) throws(Refusal) {
    for pfn in pages {
      let frame = ram[frames.frame(UInt32(pfn))]
      guard frame.isFilePage, frame.order == 9, files.hasSharedStructPage(UInt32(pfn)) else {
        continue
      }
      throw bug(function, .sharedStructPage, pfn)
    }
  }

  /// Gives a frame without references back, and takes it out of its set.
  func freePage(_ pfn: UInt32) {
    ram.noteFreeing(byOwner: false)
    let set = ram[frames.frame(pfn)].owner
    frames.free(pfn)
    loseOne(set)
  }

  /// Takes a frame out of its set, whatever it is from now on.
  func leaveSet(_ pfn: UInt32) { loseOne(ram[frames.frame(pfn)].owner) }

  /// A page of a set, if there is one, is no longer its own.
  private func loseOne(_ set: Ref<PageSet>) {
    if set.isNone { return }
    ram[set].live -= 1
    guard ram[set].live == 0 else { return }
    // A name keeps the set, so that a double free can be written.
    if ram[set].name.isNone { dispose(set) } else { ram[ram[set].name].isLive = false }
  }
}
