/// Pages of arenas that go back.
extension Arenas {
  /// Carries out `Machine.arenaFreePages`.
  package func arenaFreePages(
    _ address: UInt64, _ user: UInt64, count: UInt64
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try free(try freedPages(address, user: user, count: count))
  }

  /// Pages of an arena that are to go, by the user address of the first.
  struct FreedPages {
    let arena: Ref<Arena>
    let address: UInt64
    let count: UInt64

    var low: UInt64 { address & 0xffff_ffff }
  }

  /// What a call of `bpf_arena_free_pages` is about.
  func freedPages(
    _ address: UInt64, user: UInt64, count: UInt64
  ) throws(Refusal) -> FreedPages {
    guard let arena = arena(at: address) else { throw Refusal(.null, .noArena, address) }
    guard count != 0 else { throw Refusal(.null, .zeroPages) }
    guard user != 0 else { throw Refusal(.null, .nullAddress) }
    if !has(.arenaAnywhere) { mightSleep(.bpf_arena_free_pages) }
    let start = ram[arena].userStart & ~0xffff_ffff | user & 0xffff_f000
    let end = ram[arena].userEnd
    guard start < end else { throw Refusal(.null, .pastArena, start, end) }
    guard !has(.arenaLowFree) || start >= ram[arena].userStart else {
      throw Refusal(.null, .beforeAreaStart, start, ram[arena].userStart)
    }
    return FreedPages(arena: arena, address: start, count: min(count, (end - start) >> 12))
  }

  func free(_ pages: FreedPages) throws(Refusal) {
    let hasLock = lock(pages.arena)
    guard has(.arenaAnywhere), !hasLock || context != .process else {
      try checkUserList(pages)
      return freeNow(pages)
    }
    // Without room for the note the pages stay until the arena goes.
    guard !ram.fails(.kmalloc), let span = caches.allocate(ArenaSpan.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[span] = ArenaSpan(
      next: ram[pages.arena].spans, pages: UInt32(pages.count), address: pages.address)
    ram[pages.arena].spans = span
    ram[ram.arenas].spans += 1
    ram[areas.state].hasWork = 1
    guard hasLock else { throw arenaFreeWaits(pages.arena) }
  }

  /// Makes pages free and gives back what was there.
  func freeNow(_ pages: FreedPages) {
    markFree(pages)
    release(pages.arena, pages.low, pages.count)
  }

  func markFree(_ pages: FreedPages) {
    let index = ram[pages.arena].index(of: pages.low)
    if UInt64(index) + pages.count > UInt64(Arena.pageNumbers) {
      ram[pages.arena].marks |= Arena.Marks.wrapped.rawValue
    }
    ArenaRanges(ram: ram, arena: pages.arena)
      .give(index, UInt32(truncatingIfNeeded: pages.count))
  }

  /// Unmaps pages and drops the arena's reference to each, in the kernel's order: kernel entries,
  /// TLBs, users, pages. `low` is the lower half of the user address of the first.
  func release(_ arena: Ref<Arena>, _ low: UInt64, _ count: UInt64) {
    guard count != 0 else { return }
    let address = kernelStart(arena) + low
    let head = detach(arena, address, count)
    FlushObligation(ram, address, address + count << 12).flush()
    if ram[arena].mappings != 0 {
      let hasUsers = head != 0 && isUsedElsewhere(head)
      if count > 1 || hasUsers { zapUsers(arena, low, count) }
    }
    if head != 0 { ram.noteFreeing() }
    drop(detached: head, count)
  }

  /// Clears the kernel's entries of pages and returns the first of these, or 0. The frames are linked
  /// through their records: as a kernel's are, by `pcp_llist`.
  func detach(_ arena: Ref<Arena>, _ address: UInt64, _ count: UInt64) -> UInt32 {
    let scratch = UInt64(ram[arena].scratch)
    var (head, tail) = (UInt32(0), UInt32(0))
    forEachArenaPage(address, count << 12) { table, index, _ in
      let number = ram[table: table, index].pfn
      guard number != scratch else { return }
      let pfn = UInt32(truncatingIfNeeded: number)
      ram.countUnmapping(of: ram[table: table, index])
      ram[table: table, index] = .none
      ram[frames.frame(pfn)].next = 0
      if tail == 0 { head = pfn } else { ram[frames.frame(tail)].next = pfn }
      tail = pfn
      ram[arena].pageCount &-= 1
    }
    return head
  }

  /// Drops the arena's references to pages that `detach` has linked.
  func drop(detached first: UInt32, _ count: UInt64) {
    var head = first
    var limit = StepLimit(count)
    while head != 0 {
      limit.step()
      let next = ram[frames.frame(head)].next
      ram[frames.frame(head)].next = 0
      dropArenaPage(head)
      head = next
    }
  }

  /// Whether a page has users: newer kernels take any reference for one.
  func isUsedElsewhere(_ pfn: UInt32) -> Bool {
    let frame = ram[frames.frame(pfn)]
    return has(.arenaAnywhere) ? frame.refcount > 1 : frame.mapcount != PageType.none
  }

  /// Drops the reference an arena has to a page.
  func dropArenaPage(_ pfn: UInt32) {
    let frame = frames.frame(pfn)
    ram[frame].addReferences(-1)
    if ram[frame].refcount == 0 { frames.free(pfn) } else { ram[frame].index = Frame.orphan }
  }

  // MARK: The list of users

  /// Whether a free looks for users before it has cleared anything: of a single page only when it
  /// has some.
  func zapsUsers(_ pages: FreedPages) -> Bool {
    guard ram[pages.arena].mappings != 0 else { return false }
    if pages.count > 1 { return true }
    let place = slot(kernelStart(pages.arena) + pages.low)
    guard place.table != 0 else { return false }
    let entry = ram[table: place.table, place.index]
    let pfn = UInt32(truncatingIfNeeded: entry.pfn)
    return entry.isPresent && pfn != ram[pages.arena].scratch && isUsedElsewhere(pfn)
  }

  /// Refuses, as a BUG, to look for users by a list that leads to a mapping that is gone: an entry
  /// lives as long as copies and parts of the mapping do, and names only the one that mmap made.
  func checkUserList(_ pages: FreedPages) throws(Refusal) {
    guard !has(.arenaWhole), zapsUsers(pages) else { return }
    var named: Set<UInt32> = []
    var copies: [UserMapping] = []
    users.forEachSpace { space in
      users.forEachMapping(of: space) {
        let mapping = ram[$0]
        guard mapping.kind == .arena, mapping.object == pages.arena.granule else { return }
        if mapping.isListed { named.insert(mapping.anonymous) } else { copies.append(mapping) }
      }
    }
    guard let lost = copies.first(where: { !named.contains($0.anonymous) }) else { return }
    throw bug(
      .bpf_arena_free_pages, .arenaListDangles, kernelStart(pages.arena), lost.start, lost.end)
  }

  // MARK: Deferred frees

  /// Finishes the frees that were left over, in process context. The corresponding kernel function
  /// is `arena_free_worker`.
  @inline(never)
  func finishArenaFrees() {
    let before = context
    context = .process
    ram[ram.arenas].arenas.forEach(ram) { if lock($0) { finishFrees(of: $0) } }
    context = before
  }

  func finishFrees(of arena: Ref<Arena>) {
    var limit = caches.stepLimit(ArenaSpan.self)
    while case let span = ram[arena].spans, !span.isNone {
      limit.step()
      let record = ram[span]
      ram[arena].spans = record.next
      ram[ram.arenas].spans -= 1
      caches.free(span)
      let pages = FreedPages(
        arena: arena, address: record.address, count: UInt64(record.pages))
      do throws(Refusal) {
        try checkUserList(pages)
        freeNow(pages)
      } catch {
        // The BUG is logged: these pages stay until the arena goes.
      }
    }
  }
}
