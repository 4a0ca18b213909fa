/// Allocation of kernel virtual address space: the free tree, busy areas, vmap nodes with their
/// pools, lazy freeing and purging.
@frozen
public struct AreaAllocator: Sendable {
  let ram: RAM
  let map: AddressMap

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
    guard let spare = caches.allocate(.vmArea, as: FreeBlock.self) else { return }
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

  @inline(__always)
  private func key(_ address: UInt64) -> (isHigh: Bool, key: UInt64) {
    address >> 48 == 0xffff
      ? (true, address >> 12 & 0xf_ffff_ffff) : (false, address >> 12)
  }

  /// The busy area whose first byte is `address`, or none.
  @inline(__always)
  func busyArea(startingAt address: UInt64) -> Ref<VMArea> {
    let (isHigh, key) = key(address)
    let area = Ref<VMArea>(
      granule: isHigh ? ram[state].busyHigh.value(key, ram) : ram[state].busyLow.value(key, ram))
    return !area.isNone && ram[area].start == address ? area : .none
  }

  /// The busy area whose first byte is `address`, taken out of the busy ones when `wanted` says so.
  @inline(__always)
  func takeBusy(
    startingAt address: UInt64, if wanted: (Ref<VMArea>) -> Bool
  ) -> Ref<VMArea> {
    let (isHigh, key) = key(address)
    let chunk =
      isHigh ? ram[state].busyHigh.chunk(of: key, ram) : ram[state].busyLow.chunk(of: key, ram)
    guard chunk != 0 else { return .none }
    let area = Ref<VMArea>(granule: ram[words: chunk, Int(truncatingIfNeeded: key)])
    guard !area.isNone, ram[area].start == address, wanted(area) else { return .none }
    if isHigh {
      ram[state].busyHigh.remove(key, in: chunk, ram)
    } else {
      ram[state].busyLow.remove(key, in: chunk, ram)
    }
    ram[state].busyCount -= 1
    return area
  }

  /// The busy area that contains `address`, or none (`find_vmap_area`).
  func busyArea(containing address: UInt64) -> Ref<VMArea> {
    let area = busyAreaStarting(atOrBelow: address)
    return !area.isNone && address < ram[area].end ? area : .none
  }

  /// The busy area with the highest start at or below `address`, or none.
  func busyAreaStarting(atOrBelow address: UInt64) -> Ref<VMArea> {
    let (isHigh, key) = key(address)
    var at = key
    while isHigh, let found = ram[state].busyHigh.previous(from: at, ram) {
      let area = Ref<VMArea>(granule: found.value)
      if ram[area].start <= address { return area }
      if found.key == 0 { break }
      at = found.key - 1
    }
    at = isHigh ? .max : key
    while let found = ram[state].busyLow.previous(from: at, ram) {
      let area = Ref<VMArea>(granule: found.value)
      if ram[area].start <= address { return area }
      if found.key == 0 { break }
      at = found.key - 1
    }
    return .none
  }

  /// The busy area with the lowest start above `address`, or none.
  func busyAreaStarting(above address: UInt64) -> Ref<VMArea> {
    let (isHigh, key) = key(address)
    var at = key
    while !isHigh, let found = ram[state].busyLow.next(from: at, ram) {
      let area = Ref<VMArea>(granule: found.value)
      if ram[area].start > address { return area }
      at = found.key + 1
    }
    at = isHigh ? key : 0
    while let found = ram[state].busyHigh.next(from: at, ram) {
      let area = Ref<VMArea>(granule: found.value)
      if ram[area].start > address { return area }
      at = found.key + 1
    }
    return .none
  }

  /// Files an area under its start. Returns false when there is no memory for that.
  @inline(__always)
  func insertBusy(_ area: Ref<VMArea>) -> Bool {
    let (isHigh, key) = key(ram[area].start)
    let done =
      isHigh
      ? ram[state].busyHigh.store(key, area.granule, ram)
      : ram[state].busyLow.store(key, area.granule, ram)
    if done { ram[state].busyCount += 1 }
    return done
  }

  @inline(__always)
  func removeBusy(_ area: Ref<VMArea>) {
    let (isHigh, key) = key(ram[area].start)
    _ = isHigh ? ram[state].busyHigh.remove(key, ram) : ram[state].busyLow.remove(key, ram)
    ram[state].busyCount -= 1
  }

  /// Calls `body` for every busy area, ascending by address.
  func forEachBusy(_ body: (Ref<VMArea>) -> Void) {
    var key: UInt64 = 0
    while let found = ram[state].busyLow.next(from: key, ram) {
      body(Ref(granule: found.value))
      key = found.key + 1
    }
    key = 0
    while let found = ram[state].busyHigh.next(from: key, ram) {
      body(Ref(granule: found.value))
      key = found.key + 1
    }
  }
}

extension Machine {
  @inline(__always)
  var areas: AreaAllocator { AreaAllocator(ram: ram, map: map) }
}
