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
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    if ram.injects(.slab) {
      return try allocateInjected(record, align: align, start: start, end: end, mayBlock)
    }
    return try allocateUnhindered(record, align: align, start: start, end: end, mayBlock)
  }

  @inline(__always)
  private func allocateUnhindered(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, _ mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    guard Self.isSound(record.reserved, align) else { throw .badRequest }
    if nodeCount > 1, start == map.vmallocStart, end == map.vmallocEnd {
      return try allocateFromPool(record, align: align, start: start, end: end, mayBlock)
    }
    return try allocateFromTree(record, align: align, start: start, end: end, mayBlock)
  }

  @inline(__always)
  static func isSound(_ size: UInt64, _ align: UInt64) -> Bool {
    size != 0 && size & 4095 == 0 && align.nonzeroBitCount == 1
  }

  /// `allocate`, when another try may find room; its descriptors are there already.
  @inline(never)
  func allocateAgain(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    if ram.injects(.slab) { Injector(ram: ram).preload() }
    return try allocateUnhindered(record, align: align, start: start, end: end, mayBlock)
  }

  /// `allocate`, while descriptors may be made to fail: that of the area, for which the caller of
  /// `alloc_vmap_area` asks, and unless a pool has one, that of its place.
  @inline(never)
  private func allocateInjected(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, _ mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    if record.isVMStruct, ram.fails(.vmStruct) { throw .noDescriptor }
    let usesPool = nodeCount > 1 && start == map.vmallocStart && end == map.vmallocEnd
    if Self.isSound(record.reserved, align), !usesPool || !hasPooled(record.reserved, align),
      !Injector(ram: ram).allowsArea()
    {
      throw .noDescriptor
    }
    return try allocateUnhindered(record, align: align, start: start, end: end, mayBlock)
  }

  /// Whether `takePooled` will find an area.
  private func hasPooled(_ size: UInt64, _ align: UInt64) -> Bool {
    let head = pooled(size)
    return !head.isNone && ram[head].start & (align - 1) == 0
  }

  /// What requests for the whole window do where there are several vmap nodes: the pool of the node
  /// whose turn it is comes first, and the area remembers the node.
  @inline(never)
  func allocateFromPool(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, _ mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    var record = record
    let number = ram[Superblock.ref].cpu % nodeCount
    record.areaFlags |= UInt32(number + 1) << 8
    let area = takePooled(number, size: record.reserved, align: align)
    if area.isNone {
      return try allocateFromTree(record, align: align, start: start, end: end, mayBlock)
    }
    return try file(area, record, at: ram[area].start)
  }

  @inline(__always)
  func allocateFromTree(
    _ record: VMArea, align: UInt64, start: UInt64, end: UInt64, _ mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    guard let area = caches.allocate(VMArea.self) else { throw .noDescriptor }
    let address: UInt64
    do throws(FreeSpace.Failure) {
      address = try space.allocate(size: record.reserved, align: align, from: start, to: end)
    } catch {
      return try afterReclaim(area, error, record, align: align, start: start, end: end, mayBlock)
    }
    return try file(area, record, at: address)
  }

  /// The overflow path: reclaim everything that waits, then try once more.
  @inline(never)
  private func afterReclaim(
    _ area: Ref<VMArea>, _ failure: FreeSpace.Failure, _ record: VMArea, align: UInt64,
    start: UInt64, end: UInt64, _ mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    guard mayBlock else {
      caches.free(area)
      throw .noHole(failure)
    }
    reclaim()
    if ram.injects(.slab) { Injector(ram: ram).preload() }
    let address: UInt64
    do throws(FreeSpace.Failure) {
      address = try space.allocate(size: record.reserved, align: align, from: start, to: end)
    } catch {
      caches.free(area)
      throw .noHole(error)
    }
    return try file(area, record, at: address)
  }

  @inline(__always)
  func file(
    _ area: Ref<VMArea>, _ record: VMArea, at address: UInt64
  ) throws(Failure) -> Ref<VMArea> {
    var record = record
    record.start = address
    ram[area] = record
    guard insertBusy(area, at: address) else {
      _ = space.release(address, record.end, spare: area.cast(to: FreeBlock.self))
      throw .noDescriptor
    }
    return area
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
