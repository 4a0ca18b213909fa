/// User mappings of arenas.
extension Arenas {
  /// Carries out `Machine.arenaMmap`.
  package func arenaMmap(
    _ address: UInt64, mm: UInt64, _ request: Machine.ArenaMmapRequest
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let arena = try requiredArena(address)
    let space = try users.userSpace(at: mm)
    let whole =
      ram[arena].userStart == 0 ? UInt64(ram[arena].maximum) << 12 : ram[arena].userPages << 12
    let length = request.length ?? whole
    var request = request
    if !request.isFixed, !request.keepsOthers {
      request.hint = UserSpaces.rounded(hint: request.hint)
    }
    guard length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    let size = (length &+ 4095) & ~4095
    guard size != 0, size <= map.taskSize else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, length)
    }
    let start = try arenaUnmappedArea(
      arena, wanted: request.hint, size: size, offset: request.offset
    ) {
      (both) throws(Refusal) in
      try found(space, request, both)
    }
    let end = start &+ size
    if request.keepsOthers, users.isMapped(space, start, end) {
      throw Refusal(.errno(.EEXIST), .userRangeTaken, start, end)
    }
    guard !request.rights.contains(.exec) else { throw Refusal(.errno(.EPERM), .neverExecutable) }
    guard !request.isPrivate else { throw Refusal(.errno(.EINVAL), .neverPrivate) }
    let writes = request.rights.contains(.write)
    guard !writes || !ram[arena].is(.frozen) else { throw Refusal(.errno(.EPERM), .arenaFrozen) }
    let (first, last) = (ram[arena].userStart, ram[arena].userEnd)
    guard first == 0 || first == start && last == end else {
      throw Refusal(.errno(.EBUSY), .arenaElsewhere, start, first)
    }
    var mapping = MmapRequest(.arena, length: length)
    mapping.hint = start
    mapping.isFixed = true
    mapping.rights = request.rights
    mapping.isShared = true
    mapping.object = arena.granule
    mapping.added = has(.arenaWhole) ? [.dontExpand, .dontCopy] : .dontExpand
    mapping.removed = writes ? .mayExec : [.mayExec, .mayWrite]
    if !has(.arenaAnywhere) { _ = lock(arena) }
    _ = try users.mmap(mm, mapping)
    if let new = self.users.mapping(at: start, space) {
      ram[new].anonymous = users.newAnonymousNumber()
    }
    ram[arena].userStart = start
    ram[arena].userEnd = end
    if writes { ram[arena].marks |= Arena.Marks.writable.rawValue }
    return start
  }

  /// What the general search answers (`mm_get_unmapped_area`).
  private func found(
    _ space: Ref<UserSpace>, _ request: Machine.ArenaMmapRequest, _ size: UInt64
  ) throws(Refusal) -> UInt64 {
    guard size <= map.taskSize else { throw Refusal(.errno(.ENOMEM), .noUserRoom, size) }
    if request.isFixed || request.keepsOthers { return request.hint }
    guard let start = users.place(space, size, request.hint) else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, size)
    }
    return start
  }

  /// Where an arena is mapped, or would be. The corresponding kernel function is
  /// `arena_get_unmapped_area`.
  ///
  /// - Parameters:
  ///   - size: bytes, whole pages.
  ///   - search: the place that is found for twice as many, so that one half does not cross a
  ///     multiple of 4 GiB.
  ///
  /// Refuses an offset (-EINVAL) and more than 4 GiB (-E2BIG); for an arena that has its place,
  /// more bytes (-E2BIG), fewer and another place (-EINVAL), and a place that crosses (-EFAULT, a
  /// WARN once).
  func arenaUnmappedArea(
    _ arena: Ref<Arena>, wanted: UInt64, size: UInt64, offset: UInt64,
    search: (UInt64) throws(Refusal) -> UInt64
  ) throws(Refusal) -> UInt64 {
    guard offset == 0 else { throw Refusal(.errno(.EINVAL), .arenaOffset, offset) }
    guard size <= Arena.window else {
      throw Refusal(.errno(.E2BIG), .arenaTooLarge, size >> 12, Arena.window >> 12)
    }
    let (first, pages) = (ram[arena].userStart, ram[arena].userPages)
    if first != 0 {
      guard size <= pages << 12 else {
        throw Refusal(.errno(.E2BIG), .arenaLength, size >> 12, pages)
      }
      guard size == pages << 12 else {
        throw Refusal(.errno(.EINVAL), .arenaLength, size >> 12, pages)
      }
      guard wanted == first else { throw Refusal(.errno(.EINVAL), .arenaElsewhere, wanted, first) }
    }
    let found = try search(2 * size)
    if found >> 32 == (found &+ size &- 1) >> 32 { return found }
    guard first == 0 else {
      warnOnce(.arenaAddressSpace, .arena_get_unmapped_area)
      throw Refusal(.errno(.EFAULT), .crossesWindow, found, size)
    }
    return (found &+ Arena.window &- 1) & ~(Arena.window - 1)
  }

  /// As the function of the kernel, where its caller says what the general search finds.
  package func arenaUnmappedArea(
    _ address: UInt64, _ wanted: UInt64, length: UInt64, found: UInt64
  ) throws(Refusal) -> UInt64 {
    let size = (length &+ 4095) & ~4095
    return try arenaUnmappedArea(try requiredArena(address), wanted: wanted, size: size, offset: 0)
    { _ in found }
  }

  /// Carries out `Machine.arenaMunmap`.
  package func arenaMunmap(_ address: UInt64, mm: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard let arena = arenaOrClosed(at: address) else {
      throw Refusal(.errno(.ENOENT), .noArena, address)
    }
    let space = try users.userSpace(at: mm)
    var ranges: [(start: UInt64, length: UInt64)] = []
    users.forEachMapping(of: space) {
      let mapping = ram[$0]
      guard mapping.kind == .arena, mapping.object == arena.granule else { return }
      ranges.append((mapping.start, mapping.end - mapping.start))
    }
    guard !ranges.isEmpty else { throw Refusal(.errno(.ENOENT), .arenaNotMapped, address, mm) }
    for range in ranges { try users.munmap(mm, range.start, length: range.length) }
  }

  /// Carries out `Machine.freezeArena`.
  package func freezeArena(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let arena = try requiredArena(address)
    guard !ram[arena].is(.frozen) else { throw Refusal(.errno(.EPERM), .arenaFrozen) }
    guard !ram[arena].is(.writable) else { throw Refusal(.errno(.EBUSY), .arenaWritable) }
    ram[arena].marks |= Arena.Marks.frozen.rawValue
  }

  // MARK: The other side's calls

  /// Whether the current CPU's address space maps an arena at an address.
  func mapsArena(_ arena: Ref<Arena>, _ address: UInt64) -> Bool {
    let space = users.space(ofCPU: cpu)
    guard !space.isNone, let mapping = users.mapping(at: address, space) else { return false }
    return ram[mapping].kind == .arena && ram[mapping].object == arena.granule
  }

  /// A mapping of an arena begins to exist, or ends (`arena_vm_open`, `arena_vm_close`).
  func countMapping(_ arena: Ref<Arena>, _ change: Int32) {
    if change < 0, !has(.arenaAnywhere) { _ = lock(arena) }
    ram[arena].mappings = UInt32(bitPattern: Int32(bitPattern: ram[arena].mappings) &+ change)
    if ram[arena].mappings == 0, ram[arena].is(.closed) { destroy(arena) }
  }

  /// Takes pages of an arena from every user, or from those of one address space (`zap_pages`).
  func zapUsers(
    _ arena: Ref<Arena>, _ low: UInt64, _ count: UInt64, in space: Ref<UserSpace>? = nil
  ) {
    let start = ram[arena].userStart
    let first = start & ~0xffff_ffff | low
    let (from, to) = (max(first, start), first + count << 12)
    guard from < to else { return }
    let pages = (from - start) >> 12..<(to - start) >> 12
    if let space {
      users.zap(.arena, object: arena.granule, pages: pages, in: space)
    } else {
      users.zap(.arena, object: arena.granule, pages: pages)
    }
  }
}
