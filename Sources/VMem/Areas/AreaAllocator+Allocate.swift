extension AreaAllocator {
  /// Why `allocate` fails, as the kernel's error numbers tell it.
  enum Failure: Error {
    /// The size is zero or not whole pages, or the alignment no power of two: -EINVAL.
    case badRequest
    /// No memory for a descriptor: -ENOMEM.
    case noDescriptor
    /// No place, or none before the end of the range: -EBUSY.
    case noHole(FreeSpace.Failure)
  }

  /// Finds a place for an area and files it as busy. The corresponding kernel function is
  /// `alloc_vmap_area`.
  ///
  /// - Parameters:
  ///   - record: what the area is to be; `reserved` is its size, guard page included: whole pages.
  ///   - align: power of two, in bytes.
  ///   - start, end: where the area may lie; `end` is exclusive.
  ///   - mayBlock: whether a failure runs the reclaim and tries again.
  @inline(__always)
  func allocate(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, mayBlock: Bool,
    isPlain: Bool = false
  ) throws(Failure) -> Ref<VMArea> {
    let wanted = Wanted(size: record.reserved, align: align, start: start, end: end)
    return try file(
      place(wanted, isVMStruct: record.isVMStruct, mayBlock: mayBlock), record,
      isPlain: isPlain)
  }

  /// `allocate`, when another try may find room; its descriptors are there already.
  @inline(never)
  func allocateAgain(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    if ram.injects(.slab) { Injector(ram: ram).preload() }
    let wanted = Wanted(size: record.reserved, align: align, start: start, end: end)
    return try file(placeUnhindered(wanted, mayBlock), record)
  }

  /// What is looked for, in bytes; `end` is exclusive.
  struct Wanted {
    let size: UInt64
    let align: UInt64
    let start: UInt64
    let end: UInt64

    /// Whether the size is whole pages, and the alignment a power of two.
    @inline(__always)
    var isSound: Bool { size != 0 && size & 4095 == 0 && align.nonzeroBitCount == 1 }
  }

  /// A place that was found: its first byte, the descriptor of the area that is to lie there, what the
  /// area remembers of it (`areaFlags`), and the chunk of the index of busy areas, if it is known.
  struct Place {
    let area: Ref<VMArea>
    var areaFlags: UInt32 = 0
    let address: UInt64
    var chunk: UInt32 = 0
  }

  private func place(
    _ wanted: Wanted, isVMStruct: Bool, mayBlock: Bool
  ) throws(Failure) -> Place {
    if ram.injects(.slab) { return try placeInjected(wanted, isVMStruct, mayBlock) }
    return try placeUnhindered(wanted, mayBlock)
  }

  @inline(__always)
  private func placeUnhindered(_ wanted: Wanted, _ mayBlock: Bool) throws(Failure) -> Place {
    guard wanted.isSound else { throw .badRequest }
    if usesPool(wanted) { return try placeInPool(wanted, mayBlock) }
    return try placeInTree(wanted, mayBlock)
  }

  @inline(__always)
  private func usesPool(_ wanted: Wanted) -> Bool {
    nodeCount > 1 && wanted.start == map.vmallocStart && wanted.end == map.vmallocEnd
  }

  /// `place`, while descriptors may be made to fail: that of the area, for which the caller of
  /// `alloc_vmap_area` asks, and unless a pool has one, that of its place.
  @inline(never)
  private func placeInjected(
    _ wanted: Wanted, _ isVMStruct: Bool, _ mayBlock: Bool
  ) throws(Failure) -> Place {
    if isVMStruct, ram.fails(.vmStruct) { throw .noDescriptor }
    if wanted.isSound, !usesPool(wanted) || !hasPooled(wanted.size, wanted.align),
      !Injector(ram: ram).allowsArea()
    {
      throw .noDescriptor
    }
    return try placeUnhindered(wanted, mayBlock)
  }

  /// Whether `takePooled` will find an area.
  private func hasPooled(_ size: UInt64, _ align: UInt64) -> Bool {
    let head = pooled(size)
    return !head.isNone && ram[head].start & (align - 1) == 0
  }

  /// What requests for the whole window do where there are several vmap nodes: the pool of the node
  /// whose turn it is comes first, and the area remembers the node.
  @inline(never)
  func placeInPool(_ wanted: Wanted, _ mayBlock: Bool) throws(Failure) -> Place {
    let number = ram[Superblock.ref].cpu % nodeCount
    let flags = UInt32(number + 1) << 8
    let area = takePooled(number, size: wanted.size, align: wanted.align)
    if !area.isNone { return Place(area: area, areaFlags: flags, address: ram[area].start) }
    var place = try placeInTree(wanted, mayBlock)
    place.areaFlags = flags
    return place
  }

  @inline(__always)
  func placeInTree(_ wanted: Wanted, _ mayBlock: Bool) throws(Failure) -> Place {
    guard let area = caches.allocate(VMArea.self) else { throw .noDescriptor }
    var chunk: UInt32 = 0
    do throws(FreeSpace.Failure) {
      let address = try space.allocate(
        size: wanted.size, align: wanted.align, from: wanted.start, to: wanted.end
      ) { chunk = prefetchBusy($0) }
      return Place(area: area, address: address, chunk: chunk)
    } catch {
      return try afterReclaim(area, error, wanted, mayBlock)
    }
  }

  /// The overflow path: reclaim everything that waits, then try once more.
  @inline(never)
  private func afterReclaim(
    _ area: Ref<VMArea>, _ failure: FreeSpace.Failure, _ wanted: Wanted, _ mayBlock: Bool
  ) throws(Failure) -> Place {
    guard mayBlock else {
      caches.free(area)
      throw .noHole(failure)
    }
    reclaim()
    if ram.injects(.slab) { Injector(ram: ram).preload() }
    do throws(FreeSpace.Failure) {
      let address = try space.allocate(
        size: wanted.size, align: wanted.align, from: wanted.start, to: wanted.end)
      return Place(area: area, address: address)
    } catch {
      caches.free(area)
      throw .noHole(error)
    }
  }

  @inline(__always)
  func file(
    _ place: Place, _ record: VMArea, isPlain: Bool = false
  ) throws(Failure) -> Ref<VMArea> {
    ram[place.area] = record
    ram[place.area].start = place.address
    ram[place.area].areaFlags |= place.areaFlags
    let word =
      isPlain && nodeCount == 1
      ? BusyWord(plain: place.area, bytes: record.reserved) : BusyWord(place.area)
    guard insertBusy(word, at: place.address, in: place.chunk) else {
      _ = space.release(
        place.address, place.address &+ record.reserved,
        spare: place.area.cast(to: FreeBlock.self))
      throw .noDescriptor
    }
    return place.area
  }

  /// The head of the pool for this size, when its address is aligned; else it goes to the tail and
  /// the request misses. The corresponding kernel function is `node_pool_del_va`.
  func takePooled(_ number: Int, size: UInt64, align: UInt64) -> Ref<VMArea> {
    let index = (size - 1) >> 12
    guard index < UInt64(VmapNode.poolCount) else { return .none }
    let node = node(number)
    let head = ram[node].pools[Int(index)].head
    guard !head.isNone else { return .none }
    let next = ram[head].next
    ram[node].pools[Int(index)].head = next
    if next.isNone { ram[node].pools[Int(index)].tail = .none }
    ram[head].next = .none
    if ram[head].start & (align - 1) == 0 {
      ram[node].pools[Int(index)].count -= 1
      return head
    }
    let tail = ram[node].pools[Int(index)].tail
    if tail.isNone {
      ram[node].pools[Int(index)].head = head
    } else {
      ram[tail].next = head
    }
    ram[node].pools[Int(index)].tail = head
    return .none
  }
}
