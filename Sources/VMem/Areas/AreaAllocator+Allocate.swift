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

  /// Finds a place for `size` bytes and files a busy area for it. The corresponding kernel function
  /// is `alloc_vmap_area`.
  ///
  /// - Parameters:
  ///   - size: bytes, guard page included; whole pages.
  ///   - align: power of two, in bytes.
  ///   - start, end: where the area may lie; `end` is exclusive.
  ///   - mayBlock: whether a failure runs the reclaim and tries again.
  @inline(__always)
  func allocate(
    size: UInt64, align: UInt64, start: UInt64, end: UInt64, mayBlock: Bool
  ) throws(Failure) -> Ref<VMArea> {
    guard size != 0, size & 4095 == 0, align.nonzeroBitCount == 1 else { throw .badRequest }
    var nodeBits: UInt32 = 0
    if nodeCount > 1, start == map.vmallocStart, end == map.vmallocEnd {
      let number = ram[Superblock.ref].cpu % nodeCount
      nodeBits = UInt32(number + 1) << 8
      let area = takePooled(number, size, align)
      if !area.isNone { return try file(area, ram[area].start, size, nodeBits) }
    }
    guard let area = caches.allocate(.vmArea, as: VMArea.self) else { throw .noDescriptor }
    let address: UInt64
    do throws(FreeSpace.Failure) {
      address = try space.allocate(size: size, align: align, from: start, to: end)
    } catch {
      return try afterReclaim(area, error, size, align, start, end, mayBlock, nodeBits)
    }
    return try file(area, address, size, nodeBits)
  }

  /// The overflow path: reclaim everything that waits, then try once more.
  @inline(never)
  private func afterReclaim(
    _ area: Ref<VMArea>, _ failure: FreeSpace.Failure, _ size: UInt64, _ align: UInt64,
    _ start: UInt64, _ end: UInt64, _ mayBlock: Bool, _ nodeBits: UInt32
  ) throws(Failure) -> Ref<VMArea> {
    guard mayBlock else {
      caches.free(.vmArea, area)
      throw .noHole(failure)
    }
    reclaim()
    let address: UInt64
    do throws(FreeSpace.Failure) {
      address = try space.allocate(size: size, align: align, from: start, to: end)
    } catch {
      caches.free(.vmArea, area)
      throw .noHole(error)
    }
    return try file(area, address, size, nodeBits)
  }

  @inline(__always)
  private func file(
    _ area: Ref<VMArea>, _ address: UInt64, _ size: UInt64, _ nodeBits: UInt32
  ) throws(Failure) -> Ref<VMArea> {
    var record = VMArea()
    record.start = address
    record.reserved = size
    record.areaFlags = nodeBits
    ram[area] = record
    guard insertBusy(area) else {
      _ = space.release(address, address &+ size, spare: area.cast(to: FreeBlock.self))
      throw .noDescriptor
    }
    return area
  }

  /// The head of the pool for this size, when its address is aligned; else it goes to the tail and
  /// the request misses. The corresponding kernel function is `node_pool_del_va`.
  private func takePooled(_ number: Int, _ size: UInt64, _ align: UInt64) -> Ref<VMArea> {
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
