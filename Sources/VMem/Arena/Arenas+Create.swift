/// Making bpf arenas, and their end.
extension Arenas {
  /// Carries out `Machine.createArena`.
  package func createArena(_ request: Machine.ArenaRequest) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    guard has(.sparse) else { throw Refusal(.errno(.EOPNOTSUPP), .noSparseAreas) }
    mightSleep(.arena_map_alloc)
    try checkArena(request)
    let area: Ref<VMArea>
    do throws(Refusal) {
      area = try vmAreas.makeArea(
        size: Arena.areaSize, flags: [.sparse, .usermap], caller: try arenaCaller())
    } catch {
      guard case .null = error.outcome else { throw error }
      throw Refusal(.errno(.ENOMEM), as: error)
    }
    do throws(Refusal) {
      try furnish(area, request)
    } catch {
      vmAreas.removeArea(area)
      throw error
    }
    return ram[area].start + Arena.guardHalf
  }

  private func checkArena(_ request: Machine.ArenaRequest) throws(Refusal) {
    let (pages, extra) = (request.pages, request.mapExtra)
    guard request.keySize == 0, request.valueSize == 0 else {
      throw Refusal(.errno(.EINVAL), .arenaElements, request.keySize, request.valueSize)
    }
    guard pages != 0 else { throw Refusal(.errno(.EINVAL), .zeroPages) }
    guard request.flags.contains(.mmapable), request.flags.isSubset(of: .known) else {
      throw Refusal(.errno(.EINVAL), .arenaFlags, request.flags.rawValue)
    }
    guard extra & 4095 == 0 else { throw Refusal(.errno(.EINVAL), .addressNotAligned, extra) }
    guard pages <= Arena.window >> 12 else {
      throw Refusal(.errno(.E2BIG), .arenaTooLarge, pages, Arena.window >> 12)
    }
    guard extra >> 32 == (extra &+ pages << 12 &- 1) >> 32 else {
      throw Refusal(.errno(.ERANGE), .crossesWindow, extra, pages << 12)
    }
  }

  private func arenaCaller() throws(Refusal) -> Ref<Symbol> {
    let text: StaticString = "arena_map_alloc+0xd1/0x1d0"
    // Safe: a literal lives as long as the process.
    let bytes = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return try unsafe names.intern(caller: Span(_unsafeElements: bytes))
  }

  /// Makes the rest of an arena whose area there is; on a failure the area alone is left. What somebody
  /// has mapped there before, a kernel would take for the arena's pages: a BUG.
  private func furnish(_ area: Ref<VMArea>, _ request: Machine.ArenaRequest) throws(Refusal) {
    var found: (address: UInt64, bits: UInt64)?
    forEachArenaPage(ram[area].start, ram[area].end &- ram[area].start) { table, index, address in
      found = (address, ram[table: table, index].bits)
    }
    if let found { throw bug(.arena_map_alloc, .slotOccupied, found.address, found.bits) }
    guard !ram.fails(.kmalloc), let arena = caches.allocate(Arena.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    var record = Arena()
    record.area = area
    record.maximum = UInt32(request.pages)
    record.rawFlags = UInt32(request.flags.rawValue)
    record.mapExtra = request.mapExtra
    if request.mapExtra != 0 {
      record.userStart = request.mapExtra
      record.userEnd = request.mapExtra &+ request.pages << 12
    }
    ram[arena] = record
    ram.expect(frames: request.pages)
    do throws(Refusal) {
      try fill(arena)
    } catch {
      ArenaRanges(ram: ram, arena: arena).removeAll()
      if ram[arena].scratch != 0 { frames.free(ram[arena].scratch, isZero: true) }
      caches.free(arena)
      throw error
    }
    ram[ram.arenas].arenas.insert(arena, ram)
    ram[area].arena = arena
  }

  private func fill(_ arena: Ref<Arena>) throws(Refusal) {
    if has(.arenaScratch) {
      guard let pfn = frames.allocatePage() else { throw Refusal(.errno(.ENOMEM), .noFrames, 1) }
      ram[frames.frame(pfn)].index = Frame.ofArena
      ram[arena].scratch = pfn
    }
    guard ArenaRanges(ram: ram, arena: arena).give(0, ram[arena].maximum) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    if has(.arenaAnywhere) {
      let start = kernelStart(arena)
      try mappings.populate(start: start, end: start + Arena.window + Arena.guardHalf)
    }
  }

  // MARK: Finding

  /// Where the first page of an arena is mapped (`kern_vm_start`).
  @inline(__always)
  func kernelStart(_ arena: Ref<Arena>) -> UInt64 { ram[ram[arena].area].start + Arena.guardHalf }

  /// The arena with a `kern_vm_start` whose descriptor is open; nil where there is none.
  @inline(__always)
  func arena(at address: UInt64) -> Ref<Arena>? {
    guard let arena = arenaOrClosed(at: address), !ram[arena].is(.closed) else { return nil }
    return arena
  }

  /// As `arena(at:)`, also for one that lives only as long as users map it.
  @inline(__always)
  func arenaOrClosed(at address: UInt64) -> Ref<Arena>? {
    let area = areas.busyArea(startingAt: address &- Arena.guardHalf)
    return area.isNone || ram[area].arena.isNone ? nil : ram[area].arena
  }

  /// As `arena(at:)`; -ENOENT where there is none.
  func requiredArena(_ address: UInt64) throws(Refusal) -> Ref<Arena> {
    guard let arena = arena(at: address) else {
      throw Refusal(.errno(.ENOENT), .noArena, address)
    }
    return arena
  }

  // MARK: The end

  /// Carries out `Machine.freeArena`.
  package func freeArena(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let arena = try requiredArena(address)
    ram[arena].marks |= Arena.Marks.closed.rawValue
    let name = ram[ram[arena].area].name
    if !name.isNone && ram[name].area == ram[arena].area {
      ram[name].isLive = false
      ram[name].area = .none
      ram[ram[arena].area].name = .none
    }
    if ram[arena].mappings == 0 { destroy(arena) }
  }

  /// Frees an arena that nobody has any more. The corresponding kernel function is
  /// `arena_map_free`.
  func destroy(_ arena: Ref<Arena>) {
    finishDividedFrees(of: arena)
    finishFrees(of: arena)
    let start = kernelStart(arena)
    let scratch = UInt64(ram[arena].scratch)
    // As in a kernel, the pages go while their entries are there: nobody looks any more.
    forEachArenaPage(start, Arena.window + Arena.guardHalf) { table, index, _ in
      let pfn = ram[table: table, index].pfn
      if pfn != scratch { dropArenaPage(UInt32(truncatingIfNeeded: pfn)) }
    }
    let area = ram[arena].area
    ram[area].arena = .none
    vmAreas.removeArea(area)
    ArenaRanges(ram: ram, arena: arena).removeAll()
    if scratch != 0 { frames.free(UInt32(truncatingIfNeeded: scratch)) }
    ram[ram.arenas].arenas.remove(arena, ram)
    caches.free(arena)
  }

  /// Calls `body` for the entry of every page that is there in a part of an arena's range: the
  /// frame of its table, its index, and its address.
  func forEachArenaPage(_ start: UInt64, _ size: UInt64, _ body: (UInt64, Int, UInt64) -> Void) {
    var address = start
    let end = start &+ size
    while address < end {
      let (table, depth) = tables.entryPlace(address, depth: 1)
      let next = PageTables.boundary(address, end, depth: depth + 1)
      if depth == 1 {
        let first = Level.index(of: address, depth: 1)
        let count = Int(truncatingIfNeeded: (next &- address) >> 12)
        for index in first..<first &+ count where ram[table: table, index].isPresent {
          body(table, index, address &+ UInt64(index &- first) << 12)
        }
        address = next
      } else {
        address = PageTables.boundary(address, end, depth: depth)
      }
    }
  }

  // MARK: Others' hands off

  /// Refuses to change the entries of an arena other than by its own calls: its pages would be
  /// lost.
  @inline(__always)
  func refuseArenas(
    _ function: KernelFunction, _ start: UInt64, _ end: UInt64
  ) throws(Refusal) {
    if !ram[ram.arenas].arenas.isEmpty, let arena = arenaOverlapping(start, end) {
      throw bug(function, .belongsToArena, start, kernelStart(arena))
    }
  }

  @inline(never)
  private func arenaOverlapping(_ start: UInt64, _ end: UInt64) -> Ref<Arena>? {
    var area = areas.busyArea(containing: start)
    if area.isNone { area = areas.busyAreaStarting(above: start) }
    while !area.isNone, ram[area].start < end {
      if !ram[area].arena.isNone { return ram[area].arena }
      area = areas.busyAreaStarting(above: ram[area].start)
    }
    return nil
  }
}
