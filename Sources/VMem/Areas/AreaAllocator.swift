/// Allocation of kernel virtual address space: the free tree, busy areas, vmap nodes with their
/// pools, lazy freeing and purging.
@usableFromInline package struct AreaAllocator: Sendable {
  @usableFromInline let ram: RAM
  @usableFromInline let map: AddressMap

  @inlinable @inline(__always)
  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }

  @inline(__always)
  var state: Ref<AreaState> { Ref(granule: 1) }
  @inline(__always)
  var space: FreeSpace { FreeSpace(ram: ram, root: state) }
  var blocks: MapBlocks { MapBlocks(areas: self) }
  @inline(__always)
  var caches: ObjectCaches { ObjectCaches(ram: ram) }

  /// The number line is one free block: `vmap_init_free_space`.
  func prepare(nodes: Int) {
    ram[state].nodeCount = UInt32(nodes)
    // Boot has made sure of a frame.
    guard let spare = caches.allocate(FreeBlock.self) else { return }
    _ = space.release(1, .max, spare: spare)
    space.buildIndex()
  }

  // MARK: vmap nodes

  @inline(__always)
  func node(_ number: Int) -> Ref<VmapNode> {
    Ref(
      granule: ram[state].nodes.granule
        &+ UInt32(number * (MemoryLayout<VmapNode>.stride / 16)))
  }

  var nodeCount: Int { Int(ram[state].nodeCount) }

  /// Number of the node an address belongs to (`addr_to_node_id`): zones of 64 KiB take turns.
  func nodeNumber(of address: UInt64) -> Int {
    let count = UInt64(nodeCount)
    return count == 1 ? 0 : Int(address >> 16 % count)
  }

  // MARK: Busy areas

  /// First page of the vmalloc area. Keys count from here and round the end of the number line, so
  /// that most of them are small.
  @inline(__always)
  private var base: UInt64 { map.vmallocStart >> 12 }
  private static let pageMask: UInt64 = (1 << 52) - 1

  @inline(__always)
  func key(_ address: UInt64) -> UInt64 { (address &- map.vmallocStart) >> 12 }

  /// The busy area whose first byte is `address`, or none.
  @inline(__always)
  func busyArea(startingAt address: UInt64) -> Ref<VMArea> {
    let area = BusyWord(rawValue: ram[state].busy.value(key(address), ram)).area
    return !area.isNone && ram[area].start == address ? area : .none
  }

  /// The busy area whose first byte is `address`, taken out of the busy ones when `wanted` says so.
  @inline(__always)
  func takeBusy(
    startingAt address: UInt64, if wanted: (Ref<VMArea>) -> Bool
  ) -> Ref<VMArea> {
    let key = key(address)
    let chunk = ram[state].busy.chunk(of: key, ram)
    guard chunk != 0 else { return .none }
    let area = BusyWord(rawValue: ram[words: chunk, Int(truncatingIfNeeded: key)]).area
    guard !area.isNone, ram[area].start == address, wanted(area) else { return .none }
    ram[state].busy.remove(key, in: chunk, ram)
    ram[state].busyCount &-= 1
    return area
  }

  /// The busy area that contains `address`, or none (`find_vmap_area`).
  func busyArea(containing address: UInt64) -> Ref<VMArea> {
    let area = busyAreaStarting(atOrBelow: address)
    return !area.isNone && address < ram[area].end ? area : .none
  }

  /// The busy area with the highest start at or below `address`, or none.
  func busyAreaStarting(atOrBelow address: UInt64) -> Ref<VMArea> {
    var page = address >> 12
    var limit = StepLimit.path
    while let (found, area) = previousBusy(from: page) {
      limit.step()
      if ram[area].start <= address { return area }
      if found == 0 { break }
      page = found - 1
    }
    return .none
  }

  /// The busy area with the lowest start above `address`, or none.
  func busyAreaStarting(above address: UInt64) -> Ref<VMArea> {
    var page = address >> 12
    var limit = StepLimit.path
    while let (found, area) = nextBusy(from: page) {
      limit.step()
      if ram[area].start > address { return area }
      page = found + 1
    }
    return .none
  }

  /// The busy area that starts in the lowest page at or above `page`, and that page.
  private func nextBusy(from page: UInt64) -> (page: UInt64, area: Ref<VMArea>)? {
    if page < base, let found = ram[state].busy.next(from: (page &- base) & Self.pageMask, ram) {
      return ((found.key &+ base) & Self.pageMask, BusyWord(rawValue: found.value).area)
    }
    guard let found = ram[state].busy.next(from: max(page, base) - base, ram),
      found.key &+ base <= Self.pageMask
    else { return nil }
    return (found.key &+ base, BusyWord(rawValue: found.value).area)
  }

  /// The busy area that starts in the highest page at or below `page`, and that page.
  private func previousBusy(from page: UInt64) -> (page: UInt64, area: Ref<VMArea>)? {
    if page >= base, let found = ram[state].busy.previous(from: page - base, ram) {
      return (found.key &+ base, BusyWord(rawValue: found.value).area)
    }
    let highest = min(page, base - 1)
    guard let found = ram[state].busy.previous(from: (highest &- base) & Self.pageMask, ram),
      found.key &+ base > Self.pageMask
    else { return nil }
    return ((found.key &+ base) & Self.pageMask, BusyWord(rawValue: found.value).area)
  }

  /// Lets the host fetch where an area of an address is filed. Returns the chunk, or 0 if there is none.
  @inline(__always)
  func prefetchBusy(_ start: UInt64) -> UInt32 {
    let key = key(start)
    let chunk = ram[state].busy.chunk(of: key, ram)
    ram.prefetch(word: chunk, Int(truncatingIfNeeded: key))
    return chunk
  }

  /// Files an area under its start, in `chunk` if that is known already. Returns false when there is no
  /// memory for that.
  @inline(__always)
  func insertBusy(_ word: BusyWord, at start: UInt64, in chunk: UInt32 = 0) -> Bool {
    let done = ram[state].busy.store(key(start), word.rawValue, in: chunk, ram)
    if done { ram[state].busyCount &+= 1 }
    return done
  }

  /// Lets the index say nothing more of a busy area than where it is.
  func forgetPlain(_ area: Ref<VMArea>) {
    // Its word is there, so no memory is needed.
    _ = ram[state].busy.store(key(ram[area].start), BusyWord(area).rawValue, ram)
  }

  @inline(__always)
  func removeBusy(_ area: Ref<VMArea>) {
    _ = ram[state].busy.remove(key(ram[area].start), ram)
    ram[state].busyCount &-= 1
  }

  /// Calls `body` for every busy area, ascending by address.
  func forEachBusy(_ body: (Ref<VMArea>) -> Void) {
    var page: UInt64 = 0
    var limit = caches.stepLimit(VMArea.self)
    while let (found, area) = nextBusy(from: page) {
      limit.step()
      body(area)
      page = found + 1
    }
  }

  /// Calls `body` for every busy area of one vmap node, ascending by address.
  ///
  /// Complexity: a visit of every chunk of the index, and of each area of the node.
  func forEachBusy(ofNode node: Int, _ body: (borrowing VMArea) -> Void) {
    let busy = ram[state].busy
    var scan = NodeScan(ram: ram, base: base, node: UInt64(node), count: UInt64(nodeCount))
    // Six levels cover every key; a greater height is damage. Pages below the base have the highest
    // keys.
    let low = Self.pageMask &+ 1 &- base
    scan.visit(busy.root, height: min(busy.height, 6), first: 0, low...Self.pageMask, body)
    scan.visit(busy.root, height: min(busy.height, 6), first: 0, 0...low - 1, body)
    scan.deliver(body)
  }
}
