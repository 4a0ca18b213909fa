/// Mappings of user address spaces.
extension Machine {
  /// Maps `length` bytes of a device file, shared, and returns where. Nothing is behind the addresses
  /// until a driver inserts pages. The corresponding kernel function is `do_mmap`.
  ///
  /// - Parameters:
  ///   - hint: where it should be, rounded down to pages; another place is taken where that is not
  ///     free. 0 for no wish.
  ///   - rights: read, write, exec.
  ///
  /// Refuses with -EINVAL for no bytes, with -ENOMEM when they do not fit or there is no record.
  public func mmap(
    _ mm: UInt64, length: UInt64, hint: UInt64 = 0, rights: UserMappingFlags = [.read, .write]
  ) throws(Refusal) -> UInt64 {
    let space = try userSpace(at: mm)
    mightSleep(.do_mmap)
    guard length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    let size = (length &+ 4095) & ~4095
    guard size != 0, size <= map.taskSize else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, length)
    }
    guard ram[space].count <= UserSpace.maximumCount else {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    guard let start = place(space, size, hint) else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, length)
    }
    var mapping = UserMapping()
    mapping.start = start
    mapping.end = start + size
    mapping.flags = rights.union(.shared)
    guard let record = allocateMapping(mapping) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    insert(record, into: space)
    return start
  }

  private func allocateMapping(_ mapping: UserMapping) -> Ref<UserMapping>? {
    guard !ram.fails(.vmAreaStruct),
      let record = caches.allocate(.userMapping, as: UserMapping.self)
    else { return nil }
    ram[record] = mapping
    return record
  }

  private func insert(_ record: Ref<UserMapping>, into space: Ref<UserSpace>) {
    var previous = Ref<UserMapping>.none
    forEachMapping(of: space) { if ram[$0].start < ram[record].start { previous = $0 } }
    ram[space].count += 1
    if previous.isNone {
      ram[record].next = ram[space].mappings
      ram[space].mappings = record
    } else {
      ram[record].next = ram[previous].next
      ram[previous].next = record
    }
  }

  /// Where a mapping goes: at its hint, else in the highest hole below `mmap_base`, else in the lowest
  /// above a third of the addresses (`arch_get_unmapped_area_topdown`).
  private func place(_ space: Ref<UserSpace>, _ size: UInt64, _ hint: UInt64) -> UInt64? {
    var hint = hint & ~4095
    if hint != 0 { hint = max(hint, AddressMap.mmapMinimum) }
    if hint != 0, hint <= map.taskSize - size {
      var isFree = true
      forEachMapping(of: space) {
        if ram[$0].start < hint + size, hint < ram[$0].end { isFree = false }
      }
      if isFree { return hint }
    }
    let beyond = hint > AddressMap.mapWindow ? map.taskSize - AddressMap.mapWindow : 0
    let third = (AddressMap.mapWindow / 3 + 4095) & ~4095
    return hole(space, size, AddressMap.mmapMinimum, AddressMap.mmapBase + beyond, highest: true)
      ?? hole(space, size, third, AddressMap.mapWindow + beyond, highest: false)
  }

  /// The highest or lowest place for `size` bytes in [from, to).
  private func hole(
    _ space: Ref<UserSpace>, _ size: UInt64, _ from: UInt64, _ to: UInt64, highest: Bool
  ) -> UInt64? {
    var found: UInt64?
    var low = from
    func look(_ high: UInt64) {
      if high > low, high - low >= size, highest || found == nil {
        found = highest ? high - size : low
      }
    }
    forEachMapping(of: space) {
      look(min(ram[$0].start, to))
      low = max(low, ram[$0].end)
    }
    look(to)
    return found
  }

  /// The mapping that contains an address, in the address space the current CPU uses.
  public func userMapping(at address: UInt64) -> UserMapping? {
    let space = space(ofCPU: cpu)
    return space.isNone ? nil : mapping(at: address, space).map { ram[$0] }
  }

  func mapping(at address: UInt64, _ space: Ref<UserSpace>) -> Ref<UserMapping>? {
    var found: Ref<UserMapping>?
    forEachMapping(of: space) {
      if ram[$0].start <= address, address < ram[$0].end { found = $0 }
    }
    return found
  }

  /// Takes away whatever is mapped in a range. The corresponding kernel function is `do_munmap`.
  ///
  /// Refuses with -EINVAL for no bytes, an unaligned address or one that is not a user's; with -ENOMEM
  /// when a mapping has to be cut and there is no record for its other part.
  public func munmap(_ mm: UInt64, _ address: UInt64, length: UInt64) throws(Refusal) {
    let space = try userSpace(at: mm)
    mightSleep(.do_munmap)
    guard address & 4095 == 0 else {
      throw Refusal(.errno(.EINVAL), .addressNotAligned, address)
    }
    guard address <= map.taskSize, length <= map.taskSize - address else {
      throw Refusal(.errno(.EINVAL), .noUserRoom, length)
    }
    guard length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    let end = address + (length + 4095) & ~4095
    var cuts: [(at: UInt64, mapping: Ref<UserMapping>, rest: Ref<UserMapping>)] = []
    let isInside = mapping(at: address, space).map { ram[$0].start < address && ram[$0].end > end }
    if isInside == true, ram[space].count >= UserSpace.maximumCount {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    for at in [address, end] {
      guard let mapping = mapping(at: at, space), ram[mapping].start < at else { continue }
      guard let rest = allocateMapping(ram[mapping]) else {
        for cut in cuts { caches.free(.userMapping, cut.rest) }
        throw Refusal(.errno(.ENOMEM), .noDescriptor)
      }
      cuts.append((at, mapping, rest))
    }
    // From above: the lower cut may be of the same mapping.
    for (at, mapping, rest) in cuts.reversed() {
      ram[rest] = ram[mapping]
      ram[rest].start = at
      ram[rest].offset += UInt32(truncatingIfNeeded: (at - ram[mapping].start) >> 12)
      ram[mapping].end = at
      insert(rest, into: space)
    }
    remove(space, address, end)
  }

  /// Takes away the mappings that lie in [start, end), with their pages and tables, in the kernel's
  /// order: entries, TLBs, tables, pages.
  func remove(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) {
    var gone: [Ref<UserMapping>] = []
    var previous = Ref<UserMapping>.none
    forEachMapping(of: space) { mapping in
      if ram[mapping].start >= start, ram[mapping].end <= end {
        gone.append(mapping)
        if previous.isNone {
          ram[space].mappings = ram[mapping].next
        } else {
          ram[previous].next = ram[mapping].next
        }
      } else {
        previous = mapping
      }
    }
    guard let first = gone.first, let last = gone.last else { return }
    ram[space].count -= UInt32(gone.count)
    let tables = tables(of: space)
    let (low, high) = (ram[first].start, ram[last].end)
    var pages: [UInt64] = []
    tables.clearUser(low, high, &pages).flush(space)
    var kept: [(start: UInt64, end: UInt64)] = []
    forEachMapping(of: space) { kept.append((ram[$0].start, ram[$0].end)) }
    tables.freeUserTables(low, high, keeping: kept)
    for pfn in pages { removeUserReference(UInt32(truncatingIfNeeded: pfn)) }
    for mapping in gone { caches.free(.userMapping, mapping) }
  }

  private func removeUserReference(_ pfn: UInt32) {
    let frame = frames.frame(pfn)
    ram[frame].mapcount &-= 1
    ram[frame].addReferences(-1)
    if ram[frame].refcount == 0 { freePage(pfn) }
  }
}
