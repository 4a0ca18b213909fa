/// The calls of `Arenas`.
extension Machine {
  /// Makes an arena, without pages, and returns the kernel address of its first
  /// (`bpf_arena_get_kern_vm_start`). The corresponding kernel function is `arena_map_alloc`.
  ///
  /// Refused in the kernel's order: a kernel without arenas (-EOPNOTSUPP); sizes, no pages and
  /// other flags (-EINVAL); an unaligned address (-EINVAL); more than 4 GiB (-E2BIG); user
  /// addresses that cross a multiple of 4 GiB (-ERANGE); no address space, descriptor, page or
  /// table (-ENOMEM).
  public func createArena(_ request: ArenaRequest) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(arenas.createArena(request))
  }

  /// Closes an arena's descriptor. The arena goes with the last user mapping of it, or at once. The
  /// corresponding kernel functions are `close` and `bpf_map_put`. -ENOENT where there is none.
  public func freeArena(_ address: VirtualAddress) throws(Refusal) {
    try arenas.freeArena(address.bits)
  }

  /// Touches an address of an arena and returns the byte there, or 0 for a write, which leaves it
  /// as it is.
  ///
  /// - Parameters:
  ///   - address: address of the arena.
  ///   - place: a user address, or one in the arena's kernel area.
  ///   - visitor: who touches it.
  ///   - write: whether the access writes.
  ///
  /// A user of the current CPU's address space faults as with `read` or `write`; where it does not
  /// map the arena there, the arena serves the fault for a user that does. A program that misses a
  /// page reads 0, or what it writes is lost, and the kernel reports it. A helper that misses one
  /// is an oops, from 7.2 on only in front of the pages: elsewhere it gets the scratch page and is
  /// reported.
  public func touchArena(
    _ address: VirtualAddress, at place: VirtualAddress, as visitor: ArenaVisitor, write: Bool
  ) throws(Refusal) -> UInt8 {
    try arenas.touchArena(address.bits, at: place.bits, as: visitor, write: write)
  }

  /// Frees pages of an arena, whether they are there or only reserved, and takes them from every
  /// user. The corresponding kernel function is `bpf_arena_free_pages`.
  ///
  /// Only the low half of `user` counts, and pages behind the arena's user addresses are left
  /// alone. From 7.0 on, what may not sleep, or meets the arena's lock, leaves the work to
  /// `finishArenaFrees`. A kernel returns nothing: a refusal with NULL says why nothing was done, or
  /// whom the pages wait for.
  ///
  /// A BUG where users have to be found and the arena's list leads to a mapping that is gone.
  public func arenaFreePages(_ address: VirtualAddress, at user: VirtualAddress, count: UInt64)
    throws(Refusal)
  {
    try arenas.arenaFreePages(address.bits, user.bits, count: count)
  }

  /// Maps an arena for an address space and returns where. The first mapping decides where the
  /// arena is for everybody. The corresponding kernel functions are `do_mmap`,
  /// `arena_get_unmapped_area` and `arena_map_mmap`.
  ///
  /// Refuses, in the kernel's order: no bytes (-EINVAL); places as `arenaUnmappedArea`; others in
  /// the way (-EEXIST); execution (-EPERM); private (-EINVAL); writing a frozen map (-EPERM);
  /// another place or another end than the arena's (-EBUSY); and as `mmap` does.
  public func arenaMmap(_ address: VirtualAddress, mm: VirtualAddress, _ request: ArenaMmapRequest)
    throws(Refusal) -> VirtualAddress
  {
    try VirtualAddress(arenas.arenaMmap(address.bits, mm: mm.bits, request))
  }

  /// Takes an arena from an address space, also when its descriptor is closed: all of its mappings
  /// there, and nothing else. Refuses with -ENOENT where there is none, and as `munmap`.
  public func arenaMunmap(_ address: VirtualAddress, mm: VirtualAddress) throws(Refusal) {
    try arenas.arenaMunmap(address.bits, mm: mm.bits)
  }

  /// Keeps an arena from being mapped writable ever again. The corresponding kernel function is
  /// `map_freeze`.
  ///
  /// Refuses with -EPERM when it is frozen, with -EBUSY when anybody has ever mapped it writable:
  /// an arena's mappings are not counted down.
  public func freezeArena(_ address: VirtualAddress) throws(Refusal) {
    try arenas.freezeArena(address.bits)
  }

  /// Gives an arena `count` zeroed pages in a row and returns the user address of the first. The
  /// corresponding kernel function is `bpf_arena_alloc_pages`.
  ///
  /// - Parameters:
  ///   - address: address of the arena.
  ///   - count: pages.
  ///   - wanted: where they shall be: these pages or none. 0 for the best fit.
  ///   - node: NUMA node; -1 for any.
  ///   - flags: none are known.
  ///
  /// Refuses with NULL, as the kernel does whatever the reason; then nothing has changed but
  /// tables.
  public func arenaAllocPages(
    _ address: VirtualAddress, count: UInt64, at wanted: VirtualAddress = .null, node: Int64 = -1,
    flags: UInt64 = 0
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      arenas.arenaAllocPages(address.bits, count: count, at: wanted.bits, node: node, flags: flags))
  }

  /// Keeps pages of an arena from being allocated by programs; users that touch them still get
  /// them. The corresponding kernel function is `bpf_arena_reserve_pages`.
  ///
  /// Refuses with -EOPNOTSUPP before 6.16, -EINVAL without an arena and for pages past its end,
  /// -EBUSY when one of the pages is not free, -ENOMEM. No pages, or an unaligned address, are
  /// nothing to do: the answer is false.
  public func arenaReservePages(_ address: VirtualAddress, at user: VirtualAddress, count: UInt64)
    throws(Refusal) -> Bool
  {
    try arenas.arenaReservePages(address.bits, user.bits, count: count)
  }

  /// What there is to see of an arena, also of one that is closed and still mapped; -ENOENT where
  /// there is none.
  public func arenaInfo(_ address: VirtualAddress) throws(Refusal) -> ArenaInfo {
    try arenas.arenaInfo(address.bits)
  }
}
