/// What BPF programs ask of an arena: pages, and that pages be left alone.
extension Arenas {
  /// Carries out `Machine.arenaAllocPages`.
  package func arenaAllocPages(
    _ address: UInt64, count: UInt64, at wanted: UInt64 = 0, node: Int64 = -1, flags: UInt64 = 0
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard let arena = arena(at: address) else { throw Refusal(.null, .noArena, address) }
    if !has(.arenaAnywhere) { mightSleep(.bpf_arena_alloc_pages) }
    guard flags == 0 else { throw Refusal(.null, .noSuchFlags, flags) }
    guard count != 0 else { throw Refusal(.null, .zeroPages) }
    let hasNode = node == -1 || (0..<Int64(ram[Superblock.ref].nodes)).contains(node)
    let noNode = Refusal(
      .null, .noSuchNode, UInt64(bitPattern: node), UInt64(ram[Superblock.ref].nodes))
    guard hasNode || !has(.arenaAnywhere) else { throw noNode }
    let pages = ram[arena].userPages
    guard count <= pages else { throw Refusal(.null, .arenaPages, count, pages) }
    guard lock(arena) else { throw arenaLocked(.null, arena) }
    let index = try claim(arena, UInt32(count), wanted)
    let ranges = ArenaRanges(ram: ram, arena: arena)
    let low = ram[arena].address(ofPage: index) & 0xffff_ffff
    // Kernels before 7.0 find out when pages are to be had.
    guard hasNode else {
      ranges.give(index, UInt32(count))
      throw noNode
    }
    let kernel = kernelStart(arena) + low
    let (mapped, failure) =
      isInside(arena, kernel, count)
      ? map(arena, kernel, count, node: node == -1 ? nil : Int(node))
      : (0, Refusal(.null, .pastAreaEnd, kernel + count << 12, ram[ram[arena].area].end - 4096))
    if let failure {
      giveBack(arena, index: index, count: count, mapped: mapped)
      throw failure
    }
    return ram[arena].address(ofPage: index)
  }

  /// Undoes half of an allocation. From 7.0 on what was mapped goes by its user address, of which a
  /// kernel works the number out anew: after frees that have wrapped it is another one.
  private func giveBack(_ arena: Ref<Arena>, index: UInt32, count: UInt64, mapped: UInt64) {
    let ranges = ArenaRanges(ram: ram, arena: arena)
    let address = ram[arena].address(ofPage: index)
    guard has(.arenaAnywhere), mapped > 0 else {
      release(arena, address & 0xffff_ffff, mapped)
      ranges.give(index, UInt32(count))
      return
    }
    let start = ram[arena].userStart & ~0xffff_ffff | address & 0xffff_f000
    let end = ram[arena].userEnd
    if start < end {
      let pages = FreedPages(arena: arena, address: start, count: min(mapped, (end - start) >> 12))
      // A kernel's slab still has the record of the run that was taken; here its memory comes from
      // the pages.
      release(arena, pages.low, pages.count)
      markFree(pages)
    }
    ranges.give(index + UInt32(mapped), UInt32(count - mapped))
  }

  /// Whether pages lie in the arena's area. Where user space has mapped less than all of the
  /// arena, what is behind may wrap, and runs over the end of the kernel's side.
  private func isInside(_ arena: Ref<Arena>, _ address: UInt64, _ count: UInt64) -> Bool {
    address + count << 12 < ram[ram[arena].area].end
  }

  /// Takes a run of pages from the free ones and returns the number of the first.
  private func claim(
    _ arena: Ref<Arena>, _ count: UInt32, _ wanted: UInt64
  ) throws(Refusal) -> UInt32 {
    let ranges = ArenaRanges(ram: ram, arena: arena)
    let index: UInt32
    if wanted != 0 {
      guard wanted & 4095 == 0 else { throw Refusal(.null, .addressNotAligned, wanted) }
      index = ram[arena].index(of: wanted)
      let pages = ram[arena].userPages
      guard UInt64(index) <= pages - UInt64(count) else {
        throw Refusal(.null, .pastArenaPages, UInt64(index) + UInt64(count), pages)
      }
      guard ranges.isFree(index, count) else { throw Refusal(.null, .arenaPagesTaken, wanted) }
    } else {
      let found = has(.arenaBestFit) ? ranges.bestFit(count) : ranges.firstFit(count)
      guard let found else { throw Refusal(.null, .noArenaRun, UInt64(count)) }
      index = found
    }
    guard ranges.take(index, count) else { throw Refusal(.null, .noDescriptor) }
    return index
  }

  /// Maps new pages from a kernel address on, and returns how many before one failed.
  private func map(
    _ arena: Ref<Arena>, _ address: UInt64, _ count: UInt64, node: Int?
  ) -> (mapped: UInt64, failure: Refusal?) {
    var place = ArenaSlot()
    var mapped: UInt64 = 0
    while mapped < count {
      let at = address &+ mapped << 12
      if mapped == 0 || at & 0x1f_ffff == 0 { place = slot(at) } else { place.index += 1 }
      do throws(Refusal) {
        _ = try addPage(arena, at, &place, node: node)
      } catch {
        return (mapped, Refusal(.null, as: error))
      }
      mapped += 1
    }
    return (count, nil)
  }

  /// The entry of a kernel address: frame of its table, or 0 while there is none, and index.
  struct ArenaSlot {
    var table: UInt64 = 0
    var index = 0
  }

  @inline(__always)
  func slot(_ address: UInt64) -> ArenaSlot {
    let (table, depth) = tables.entryPlace(address, depth: 1)
    return ArenaSlot(table: depth == 1 ? table : 0, index: Level.index(of: address, depth: 1))
  }

  /// Puts a zeroed page behind a kernel address of an arena, makes the table where there is none,
  /// and returns the frame. Refuses with -ENOMEM, and with -EBUSY and a WARN where a page is.
  @inline(__always)
  func addPage(
    _ arena: Ref<Arena>, _ address: UInt64, _ slot: inout ArenaSlot, node: Int? = nil
  ) throws(Refusal) -> UInt32 {
    let isRefused =
      ram.injects(.noLock) && has(.arenaAnywhere) && Injector(ram: ram).strikes(.noLock, 0)
    guard !isRefused, let pfn = frames.allocatePage(node: node) else {
      throw Refusal(.errno(.ENOMEM), .noFrames, 1)
    }
    if slot.table == 0 || !ram[table: slot.table, slot.index].isNone {
      do throws(Refusal) {
        try prepare(arena, address, &slot)
      } catch {
        frames.free(pfn, isZero: true)
        throw error
      }
    }
    ram[frames.frame(pfn)].index = Frame.ofArena
    ram[table: slot.table, slot.index] = Entry(pfn: UInt64(pfn), .kernel)
    ram.countMapping(of: UInt64(pfn))
    ram[arena].pageCount += 1
    return pfn
  }

  /// What is to be done before a page can be put somewhere, in the rarer cases.
  @inline(never)
  private func prepare(
    _ arena: Ref<Arena>, _ address: UInt64, _ slot: inout ArenaSlot
  ) throws(Refusal) {
    if slot.table == 0 {
      let outcome = tables.buildTables(address, address + 4096, depth: 1) {
        mightSleep(.pte_alloc_kernel)
      }
      guard outcome == .done else {
        throw Refusal(.errno(.ENOMEM), .noTableMemory, address, mappings.levelCode(1))
      }
      slot = self.slot(address)
    }
    let entry = ram[table: slot.table, slot.index]
    if entry.isNone { return }
    guard entry.pfn == UInt64(ram[arena].scratch) else {
      warn(.apply_range_set_cb)
      throw Refusal(.errno(.EBUSY), .arenaPageMapped, address, entry.bits)
    }
    ram[table: slot.table, slot.index] = .none
    ram.countUnmapping(of: entry)
    FlushObligation(ram, address, address + 4096).flush()
  }

  // MARK: Reserving

  /// Carries out `Machine.arenaReservePages`.
  package func arenaReservePages(
    _ address: UInt64, _ user: UInt64, count: UInt64
  ) throws(Refusal) -> Bool {
    try beginCall()
    defer { endCall() }
    guard has(.arenaReserve) else { throw Refusal(.errno(.EOPNOTSUPP), .noArenaReserve) }
    guard let arena = arena(at: address) else {
      throw Refusal(.errno(.EINVAL), .noArena, address)
    }
    if !has(.arenaAnywhere) { mightSleep(.bpf_arena_reserve_pages) }
    guard count != 0, user & 4095 == 0 else { return false }
    let index = ram[arena].index(of: user)
    let pages = ram[arena].userPages
    guard count <= pages, UInt64(index) <= pages - count else {
      throw Refusal(.errno(.EINVAL), .pastArenaPages, UInt64(index) &+ count, pages)
    }
    guard lock(arena) else { throw arenaLocked(.errno(.EBUSY), arena) }
    let ranges = ArenaRanges(ram: ram, arena: arena)
    guard ranges.isFree(index, UInt32(count)) else {
      throw Refusal(.errno(.EBUSY), .arenaPagesTaken, user)
    }
    guard ranges.take(index, UInt32(count)) else { throw Refusal(.errno(.ENOMEM), .noDescriptor) }
    return true
  }
}
