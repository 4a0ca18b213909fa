/// Virtually contiguous memory.
extension Mappings {
  /// Carries out `Machine.vmalloc`.
  package func vmalloc(_ request: VmallocRequest) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    var request = request
    if let checker = request.checker { request.gfp = supported(request.gfp, checker) }
    guard request.size > 0 else {
      warnOnce(.vmallocZero, .__vmalloc_node_range)
      throw Refusal(.null, .sizeRoundsToZero, 0)
    }
    if let node = request.node, !(0..<configuration.nodes).contains(node) {
      let (reader, address) = configuration.kernel.readOfMissingNode
      logPageFault(reader, address, [])
      throw Refusal(
        .bug, .noSuchNode, UInt64(bitPattern: Int64(node)), UInt64(configuration.nodes))
    }
    let total = UInt64(ram[Superblock.ref].managedFrames)
    guard request.size >> 12 <= total else {
      logVmallocError(.vmallocExceedsTotal, request, request.size)
      throw Refusal(.null, .morePagesThanRAM, request.size >> 12, total)
    }
    // What a failed attempt has got is given back by deferred work, after the next attempt.
    var failed: [Ref<VMArea>] = []
    defer { for area in failed { freeAreaAndPages(area) } }
    if request.flags.contains(.allowHugeVmap), isHuge(request) {
      if let address = try? vmalloc(request, shift: 21, &failed) { return address }
      if !has(.deferredCleanup) {
        for area in failed { freeAreaAndPages(area) }
        failed = []
      }
    }
    do throws(Refusal) { return try vmalloc(request, shift: 12, &failed) } catch {
      throw request.gfp.answer(error)
    }
  }

  /// What is left of `gfp` when all is taken away that a function does not know. The corresponding kernel
  /// function is `vmalloc_fix_flags`.
  private func supported(_ gfp: GFP, _ function: KernelFunction) -> GFP {
    guard has(.gfpFixed) else { return gfp }
    let known =
      has(.gfpRetryMayFail) ? GFP.vmallocSupported.union(.retryMayFail) : .vmallocSupported
    let (kept, rest) = (gfp.intersection(known), gfp.subtracting(known))
    if !rest.isEmpty {
      warnOnce(
        .unexpectedGFP, function, .unexpectedGFP, UInt64(rest.rawValue), UInt64(kept.rawValue))
    }
    return kept
  }

  /// Whether 2 MiB leaves are worth a try. Kernels before 6.9 count only one node's share when no node
  /// is named.
  private func isHuge(_ request: VmallocRequest) -> Bool {
    let nodes = has(.hugePerNode) && request.node == nil ? UInt64(ram[Superblock.ref].nodes) : 1
    return request.size / nodes >= 2 << 20
  }

  private func vmalloc(
    _ request: VmallocRequest, shift: UInt64, _ failed: inout [Ref<VMArea>]
  ) throws(Refusal) -> UInt64 {
    let align = shift > 12 ? max(request.align, 1 << shift) : request.align
    let step = UInt64(1) << shift
    let size = (request.size + step - 1) & ~(step - 1)
    let area: Ref<VMArea>
    do throws(Refusal) {
      area = try vmAreas.makeArea(
        size: size, flags: request.flags.union([.alloc, .uninitialized]), align: align,
        start: request.start, end: request.end, shift: shift, gfp: request.gfp,
        caller: request.caller)
    } catch {
      if error.outcome != .bug {
        logVmallocError(.vmallocNoArea, request, request.size, request.align)
      }
      throw error
    }
    ram[area].requestedSize = request.size
    do throws(Refusal) {
      try populate(area, request, size, shift, &failed)
    } catch {
      failed.append(area)
      throw error
    }
    ram[area].flags.remove(.uninitialized)
    return ram[area].start
  }

  /// Gets the pages of a fresh area and maps them (`__vmalloc_area_node`).
  private func populate(
    _ area: Ref<VMArea>, _ request: VmallocRequest, _ size: UInt64, _ shift: UInt64,
    _ failed: inout [Ref<VMArea>]
  ) throws(Refusal) {
    let count = size >> 12
    let isSmall = count <= UInt64(VMArea.pointersPerPage)
    if !isSmall {
      // The array of page pointers is itself too large for one page.
      var array = VmallocRequest(size: count * 8)
      array.node = request.node
      array.gfp = request.gfp.intersection(.reclaimMask).union(.zero)
      array.caller = ram[area].caller
      do throws(Refusal) {
        ram[area].array = try vmalloc(array, shift: 12, &failed)
      } catch {
        logVmallocError(.vmallocNoArray, request, size, count * 8)
        throw error
      }
    }
    guard !(isSmall && !request.gfp.contains(.noFail) && ram.fails(.kmalloc)),
      let set = caches.allocate(PageSet.self)
    else {
      logVmallocError(.vmallocNoArray, request, size, count * 8)
      throw Refusal(.null, .noDescriptor)
    }
    // The area holds the set besides the pages in it.
    ram[set] = PageSet(live: 1)
    ram[area].owned = set.granule
    let order = Int(shift) - 12
    ram[area].pageOrder = UInt8(order)
    guard try addPages(to: set, count, order, request) else {
      let named = has(.askedSizeMessage) ? count : UInt64(ram[set].count)
      if order == 0, !request.gfp.neverFails {
        logVmallocError(.vmallocNoPages, request, named << 12)
      }
      throw Refusal(.null, .noFrames, count)
    }
    ram[area].pageCount = UInt32(count)
    ram[ram.mapping].vmallocPages += count
    try fill(ram[area].array, set)
    try mapOwned(area, size, shift, request)
  }

  /// Gives a set `count` pages in blocks of an order, or in newer kernels of the largest orders that
  /// fit; false when there are not enough. The corresponding kernel function is `vm_area_alloc_pages`.
  private func addPages(
    to set: Ref<PageSet>, _ count: UInt64, _ order: Int, _ request: VmallocRequest
  ) throws(Refusal) -> Bool {
    let highest: ZoneKind = request.gfp.isLow ? .dma32 : highmem.vmallocZone
    ram.expect(frames: count)
    var large = has(.largeFirst) ? FrameAllocator.maximumOrder : order
    while true {
      let missing = count - UInt64(ram[set].count)
      guard missing > 0 else { return true }
      large = max(order, min(large, 63 - missing.leadingZeroBitCount))
      let pfn = frames.allocatePage(
        order: large, node: request.node, highest: highest,
        zeroed: request.gfp.contains(.zero) || has(.initOnAlloc), gfp: request.gfp)
      guard let pfn else {
        guard large > order else { return false }
        large -= 1
        continue
      }
      if large > order { frames.split(pfn, from: large, to: order) }
      guard pageSets.append(pfn, 1 << UInt32(large), to: set) else { return false }
    }
  }

  /// Writes the array of page pointers that lies in an area of its own.
  private func fill(_ array: UInt64, _ set: Ref<PageSet>) throws(Refusal) {
    guard array != 0 else { return }
    for index in 0..<UInt64(ram[set].count) {
      let pointer = pageSets.structPageAddress(UInt64(pageSets.page(index, of: set) ?? 0))
      var bytes = InlineArray<8, UInt8>(repeating: 0)
      for at in 0..<8 { bytes[at] = UInt8(truncatingIfNeeded: pointer >> UInt64(8 * at)) }
      try mmu.write(array + index * 8, bytes.span)
    }
  }

  private func mapOwned(
    _ area: Ref<VMArea>, _ size: UInt64, _ shift: UInt64, _ request: VmallocRequest
  ) throws(Refusal) {
    let start = ram[area].start
    let set = ram[area].pages
    do throws(Refusal) {
      if shift == 12 {
        return try mapPages(
          start, start + size, pageNumbers(of: set), gfp: request.gfp, own: true)
      }
      for offset in stride(from: 0, to: size, by: 1 << Int(shift)) {
        let pfn = pageSets.page(offset >> 12, of: set) ?? 0
        let outcome = tables.mapPhysical(
          start + offset, end: start + offset + 1 << shift, physical: UInt64(pfn) << 12, .kernel,
          largest: 2
        ) { if request.gfp.mayBlock || has(.searchSleeps) { mightSleep(.pte_alloc_kernel) } }
        guard outcome == .done else {
          throw Refusal(.null, .noTableMemory, start + offset, levelCode(2))
        }
      }
    } catch {
      logVmallocError(.vmallocNotMapped, request, size)
      throw Refusal(.null, as: error)
    }
  }

  /// Frame numbers of a set's pages, in order.
  func pageNumbers(of set: Ref<PageSet>) -> [UInt64] {
    (0..<UInt64(ram[set].count)).map { UInt64(pageSets.page($0, of: set) ?? 0) }
  }

  /// Takes an area away, drops its pages' references and frees what described it.
  func freeAreaAndPages(_ area: Ref<VMArea>) {
    let (set, array) = (ram[area].pages, ram[area].array)
    let isLent = ram[area].flags.contains(.mapPutPages)
    let resets = ram[area].flags.contains(.flushResetPerms)
    takeAway(area)
    if resets { resetPermissions(set.isNone ? [] : pageNumbers(of: set)) }
    freePages(of: set, isLent: isLent, array: array)
  }

  /// Takes an area away whose pages are still to be freed.
  func takeAway(_ area: Ref<VMArea>) {
    let isLent = ram[area].flags.contains(.mapPutPages)
    if !isLent { ram[ram.mapping].vmallocPages -= UInt64(ram[area].pageCount) }
    vmAreas.removeArea(area)
  }

  /// Drops the references of an area's pages, and frees what listed them.
  func freePages(of set: Ref<PageSet>, isLent: Bool, array: UInt64) {
    if !set.isNone {
      for index in 0..<UInt64(ram[set].count) {
        if let pfn = pageSets.page(index, of: set) { dropReference(pfn, set, isLent: isLent) }
      }
      pageSets.dispose(set)
    }
    if array != 0 {
      let place = areas.busyArea(startingAt: array)
      if !place.isNone { freeAreaAndPages(place) }
    }
  }

  /// `put_page` of a page that an area owns, or was lent.
  func dropReference(_ pfn: UInt32, _ set: Ref<PageSet>, isLent: Bool) {
    let frame = frames.frame(pfn)
    guard ram[frame].refcount > 0, isLent || ram[frame].owner == set else { return }
    ram[frame].addReferences(-1)
    if ram[frame].refcount == 0 {
      ram.noteFreeing()
      if isLent { pageSets.freePage(pfn) } else { frames.free(pfn) }
    } else if !isLent {
      // Somebody else holds a reference: the page outlives its area.
      ram[frame].owner = .none
      ram[frame].index = Frame.orphan
    }
  }
}
