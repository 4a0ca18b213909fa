internal import CHost

/// The buddy allocator: orders 0–10 per zone, and per-CPU lists of single frames.
///
/// The corresponding kernel functions are `__alloc_frozen_pages_noprof` and `__free_pages`.
package struct FrameAllocator: Sendable {
  package static let maximumOrder = 10
  let ram: RAM

  private var state: Ref<Superblock> { Superblock.ref }

  init(ram: RAM) { self.ram = ram }

  // MARK: Frames and zones

  @inline(__always)
  func frame(_ pfn: UInt32) -> Ref<Frame> {
    Ref(granule: ram[state].frameTable << 8 &+ pfn << 2)
  }

  /// Number of zones of the whole machine: for each node DMA32, NORMAL, then HIGHMEM, those without
  /// frames included.
  var zoneCount: Int { Int(ram[state].nodes) * ZoneKind.count }

  @inline(__always)
  func zone(_ number: Int) -> Ref<Zone> {
    Ref(granule: ram[state].zones.granule &+ UInt32(number * (MemoryLayout<Zone>.stride / 16)))
  }

  private func zone(of pfn: UInt32) -> Ref<Zone> {
    let flags = ram[frame(pfn)].flags
    let kinds = ZoneKind.count
    let number =
      Int(flags >> Frame.nodeShift) * kinds + Int(flags >> Frame.zoneShift & 3)
    return zone(number < zoneCount ? number : 0)
  }

  /// Flags of the frames of a zone.
  @inline(__always)
  func flags(_ zone: Ref<Zone>) -> UInt64 {
    UInt64(ram[zone].node) << Frame.nodeShift | UInt64(ram[zone].kind) << Frame.zoneShift
  }

  // MARK: Allocating

  /// Allocates 2^`order` frames. Returns nil when no zone that qualifies has them.
  ///
  /// - Parameters:
  ///   - node: preferred node; nil means the node of the current CPU. Other nodes follow in order,
  ///     unless `isStrict`.
  ///   - highest: highest zone the frames may come from; lower ones follow.
  ///   - zeroed: whether the frames' contents shall be zero.
  func allocate(
    order: Int = 0, node: Int? = nil, highest: ZoneKind = .normal, zeroed: Bool = true,
    isStrict: Bool = false
  ) -> UInt32? {
    let nodes = isStrict ? 1 : Int(ram[state].nodes)
    var found = tryAllocate(order: order, node: node, nodes, highest: highest, zeroed: zeroed)
    if found == nil {
      // What the kernel's direct reclaim does first: empty the per-CPU lists and free slabs.
      drainPerCPULists()
      ObjectCaches(ram: ram).shrink()
      found = tryAllocate(order: order, node: node, nodes, highest: highest, zeroed: zeroed)
    }
    guard let (pfn, isMapped) = found else { return nil }
    if isMapped { StaleEntries(ram: ram).note(pfn, count: 1 << UInt32(order)) }
    return pfn
  }

  /// As `allocate`, for pages that the kernel's own calls ask for; these may be made to fail.
  @inline(__always)
  func allocatePage(
    order: Int = 0, node: Int? = nil, highest: ZoneKind = .normal, zeroed: Bool = true,
    gfp: GFP = .kernel
  ) -> UInt32? {
    if ram.injects(.allocPage), !gfp.contains(.noFail),
      Injector(ram: ram).strikes(.allocPage, UInt32(order))
    {
      return nil
    }
    return allocate(
      order: order, node: node, highest: highest, zeroed: zeroed, isStrict: gfp.contains(.thisNode))
  }

  /// Returns the first frame, and whether entries of the kernel's tables lead to one of them already;
  /// `tried` nodes are looked at.
  private func tryAllocate(
    order: Int, node: Int?, _ tried: Int, highest: ZoneKind, zeroed: Bool
  ) -> (pfn: UInt32, isMapped: Bool)? {
    let nodes = Int(ram[state].nodes)
    let first = node ?? ram[state].nodeOfCurrentCPU
    for step in 0..<tried {
      let at = first + step < nodes ? first + step : first + step - nodes
      var number = at * ZoneKind.count + Int(highest.rawValue)
      while number >= at * ZoneKind.count {
        let zone = zone(number)
        if let pfn = order == 0 ? takeSingle(zone) : take(zone, order) {
          return (pfn, handOut(pfn, order: order, zone: zone, zeroed: zeroed))
        }
        number -= 1
      }
    }
    return nil
  }

  private func handOut(_ pfn: UInt32, order: Int, zone: Ref<Zone>, zeroed: Bool) -> Bool {
    var maps: UInt32 = 0
    let count = UInt32(1) << UInt32(order)
    let fresh = ram[frame(pfn)].isFresh != 0
    let flags = flags(zone)
    for step in 0..<count {
      var record = Frame()
      record.flags = flags
      record.mapcount = PageType.none
      record.refcount = 1
      record.order = UInt32(order)
      record.inheritPast(of: ram[frame(pfn + step)])
      maps |= record.kernelMaps
      ram[frame(pfn + step)] = record
    }
    let isCold = ram[zone].run >= Zone.coldAfter
    if order == 0, ram[zone].run < Zone.longestRun { ram[zone].run += 1 }
    guard zeroed, !fresh else { return maps != 0 }
    if order == 0, isCold { ram.zeroPastCaches(pfn) } else { ram.zero(pfn, count: Int(count)) }
    return maps != 0
  }

  /// Makes blocks of a smaller order of one that has been handed out (`split_page`).
  func split(_ pfn: UInt32, from order: Int, to smaller: Int) {
    for step in 0..<UInt32(1) << UInt32(order) {
      ram[frame(pfn + step)].order = UInt32(smaller)
      ram[frame(pfn + step)].seal = ram[frame(pfn + step)].expectedSeal
    }
  }

  private func takeSingle(_ zone: Ref<Zone>) -> UInt32? {
    let cpu = ram[state].cpu
    if ram[zone].perCPU[cpu].head == 0 {
      // The block's frames go on the list so that they come off it in ascending order.
      for _ in 0..<Int(ram[zone].batch) {
        guard let pfn = take(zone, 0) else { break }
        pushPerCPU(zone, cpu, pfn, last: true)
      }
    }
    let pfn = ram[zone].perCPU[cpu].head
    guard pfn != 0 else { return nil }
    unlinkPerCPU(zone, cpu, pfn)
    return pfn
  }

  private func take(_ zone: Ref<Zone>, _ order: Int) -> UInt32? {
    var at = order
    while at <= Self.maximumOrder && ram[zone].freeArea[at].head == 0 { at += 1 }
    if at > Self.maximumOrder {
      guard let (pfn, reached) = advanceFrontier(zone, atLeast: order) else { return nil }
      return split(zone, pfn, from: reached, to: order)
    }
    let pfn = ram[zone].freeArea[at].head
    unlink(zone, pfn, at)
    return split(zone, pfn, from: at, to: order)
  }

  /// Takes the next never-used block. Blocks that are too small for the order go on the free lists.
  private func advanceFrontier(_ zone: Ref<Zone>, atLeast order: Int) -> (UInt32, Int)? {
    while ram[zone].frontier < ram[zone].end {
      let pfn = ram[zone].frontier
      var size = min(Self.maximumOrder, pfn == 0 ? Self.maximumOrder : pfn.trailingZeroBitCount)
      while pfn + 1 << UInt32(size) > ram[zone].end { size -= 1 }
      ram[zone].frontier = pfn + 1 << UInt32(size)
      ram[frame(pfn)].isFresh = 1
      if size >= order { return (pfn, size) }
      link(zone, pfn, size)
    }
    return nil
  }

  /// Gives the upper halves back until the block has the wanted order.
  private func split(_ zone: Ref<Zone>, _ pfn: UInt32, from: Int, to order: Int) -> UInt32 {
    let fresh = ram[frame(pfn)].isFresh
    var at = from
    while at > order {
      at -= 1
      let upper = pfn + 1 << UInt32(at)
      ram[frame(upper)].isFresh = fresh
      link(zone, upper, at)
    }
    ram[zone].free -= 1 << UInt32(order)
    return pfn
  }

  // MARK: Freeing

  /// Frees 2^`order` frames that were allocated together or are no longer used together. `isZero` says
  /// that their contents are known to be zero.
  func free(_ pfn: UInt32, order: Int = 0, isZero: Bool = false) {
    let zone = zone(of: pfn)
    let flags = ram[frame(pfn)].flags & (~0 << Frame.zoneShift)
    let now = UInt32(truncatingIfNeeded: ram[state].clock)
    ram[zone].run = 0
    if chost_native_opened() != 0 { hideFromNative(pfn, order: order) }
    for step in 0..<UInt32(1) << UInt32(order) {
      var record = Frame()
      record.flags = flags
      record.isFresh = isZero ? 1 : 0
      record.inheritPast(of: ram[frame(pfn + step)])
      record.freedAt = now
      record.seal = record.expectedSeal
      ram[frame(pfn + step)] = record
    }
    guard order == 0 else { return freeBlock(zone, pfn, order) }
    let cpu = ram[state].cpu
    pushPerCPU(zone, cpu, pfn, last: false)
    if ram[zone].perCPU[cpu].count > UInt32(ram[zone].high) {
      for _ in 0..<Int(ram[zone].batch) { freeLastPerCPU(zone, cpu) }
    }
  }

  @inline(never)
  private func hideFromNative(_ pfn: UInt32, order: Int) {
    let map = AddressMap(levels: Int(ram[state].levels))
    let start = map.pageOffset + UInt64(pfn) << 12
    chost_native_forget(start, start + 4096 << UInt64(order))
    // Whoever gets the frames next, entries may still lead to them.
    guard ram.countsEntries else { return }
    let isMapped = (pfn..<pfn + 1 << UInt32(order)).contains { ram[frame($0)].kernelMaps > 0 }
    if isMapped { chost_native_forget(map.vmallocStart, map.vmallocEnd) }
  }

  private func freeBlock(_ zone: Ref<Zone>, _ first: UInt32, _ smallest: Int) {
    var pfn = first
    var order = smallest
    var fresh = ram[frame(pfn)].isFresh
    let free = ram.word(.buddy)
    ram[zone].free += 1 << UInt32(order)
    while order < Self.maximumOrder {
      let buddy = pfn ^ 1 << UInt32(order)
      guard buddy >= ram[zone].start, buddy + 1 << UInt32(order) <= ram[zone].frontier,
        ram[frame(buddy)].mapcount == free,
        ram[frame(buddy)].private == UInt64(order)
      else { break }
      unlink(zone, buddy, order)
      fresh &= ram[frame(buddy)].isFresh
      pfn &= buddy
      order += 1
    }
    ram[frame(pfn)].isFresh = fresh
    link(zone, pfn, order)
  }

  /// Puts frames that boot left over on the free lists; their contents are zero.
  func release(_ start: UInt32, _ end: UInt32, zone: Ref<Zone>) {
    var pfn = start
    while pfn < end {
      var order = min(Self.maximumOrder, pfn.trailingZeroBitCount)
      while pfn + 1 << UInt32(order) > end { order -= 1 }
      ram[frame(pfn)].isFresh = 1
      link(zone, pfn, order)
      ram[zone].free += 1 << UInt32(order)
      pfn += 1 << UInt32(order)
    }
  }

  /// Moves every per-CPU frame to the free lists. The kernel's `drain_all_pages`.
  func drainPerCPULists() {
    for number in 0..<zoneCount {
      let zone = zone(number)
      for cpu in 0..<Int(ram[state].cpus) {
        while ram[zone].perCPU[cpu].head != 0 { freeLastPerCPU(zone, cpu) }
      }
    }
  }

  // MARK: Lists

  private func link(_ zone: Ref<Zone>, _ pfn: UInt32, _ order: Int) {
    let head = ram[zone].freeArea[order].head
    let at = frame(pfn)
    ram[at].flags = flags(zone)
    ram[at].mapcount = ram.word(.buddy)
    ram[at].private = UInt64(order)
    ram[at].next = head
    ram[at].previous = 0
    if head != 0 { ram[frame(head)].previous = pfn }
    ram[zone].freeArea[order].head = pfn
    ram[zone].freeArea[order].count += 1
  }

  private func unlink(_ zone: Ref<Zone>, _ pfn: UInt32, _ order: Int) {
    let (next, previous) = (ram[frame(pfn)].next, ram[frame(pfn)].previous)
    if next != 0 { ram[frame(next)].previous = previous }
    if previous != 0 {
      ram[frame(previous)].next = next
    } else {
      ram[zone].freeArea[order].head = next
    }
    ram[zone].freeArea[order].count -= 1
    ram[frame(pfn)].mapcount = PageType.none
  }

  /// A per-CPU list is a ring: the head's `previous` is the last frame.
  private func pushPerCPU(_ zone: Ref<Zone>, _ cpu: Int, _ pfn: UInt32, last: Bool) {
    let at = frame(pfn)
    ram[at].flags = flags(zone)
    ram[at].mapcount = ram.word(.perCPU)
    let head = ram[zone].perCPU[cpu].head
    if head == 0 {
      ram[at].next = pfn
      ram[at].previous = pfn
      ram[zone].perCPU[cpu].head = pfn
    } else {
      let tail = ram[frame(head)].previous
      ram[at].next = head
      ram[at].previous = tail
      ram[frame(tail)].next = pfn
      ram[frame(head)].previous = pfn
      if !last { ram[zone].perCPU[cpu].head = pfn }
    }
    ram[zone].perCPU[cpu].count += 1
  }

  private func unlinkPerCPU(_ zone: Ref<Zone>, _ cpu: Int, _ pfn: UInt32) {
    let (next, previous) = (ram[frame(pfn)].next, ram[frame(pfn)].previous)
    if next == pfn {
      ram[zone].perCPU[cpu].head = 0
    } else {
      ram[frame(next)].previous = previous
      ram[frame(previous)].next = next
      if ram[zone].perCPU[cpu].head == pfn { ram[zone].perCPU[cpu].head = next }
    }
    ram[zone].perCPU[cpu].count -= 1
  }

  private func freeLastPerCPU(_ zone: Ref<Zone>, _ cpu: Int) {
    let head = ram[zone].perCPU[cpu].head
    guard head != 0 else { return }
    let pfn = ram[frame(head)].previous
    unlinkPerCPU(zone, cpu, pfn)
    // It may become the inside of a block.
    ram[frame(pfn)].mapcount = PageType.none
    freeBlock(zone, pfn, 0)
  }
}
