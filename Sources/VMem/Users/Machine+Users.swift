/// The calls of `UserSpaces`.
extension Machine {
  /// Makes an address space that is a copy of another: private pages are shared until somebody writes,
  /// shared mappings stay so, and those with VM_DONTCOPY are left out. Returns its address. The
  /// corresponding kernel function is `dup_mm`.
  ///
  /// Refuses with -ENOMEM when there is no memory for a record or a table; nothing is left of the copy
  /// then, but pages of the parent stay write-protected until they are written to.
  public func fork(_ mm: VirtualAddress) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(users.fork(mm.bits))
  }

  /// Maps memory or a device file and returns where. The corresponding kernel function is `do_mmap`.
  ///
  /// Refuses with -EINVAL for no bytes or a fixed place that is not aligned; with -EPERM for a fixed
  /// place below `mmap_min_addr`; with -ENOMEM when they do not fit, there is no record, or a program's
  /// writable memory is more than all of RAM; as munmap, when it replaces something.
  public func mmap(_ mm: VirtualAddress, _ request: MmapRequest) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(users.mmap(mm.bits, request))
  }

  /// Gives a range of user addresses other rights. The corresponding kernel function is
  /// `do_mprotect_pkey`.
  ///
  /// Refuses with -EINVAL for an unaligned address; with -ENOMEM where nothing is mapped, for want of a
  /// record, and when more writable memory is asked for than there is RAM; with -EACCES for rights that
  /// a mapping cannot have. What comes before has its new rights then.
  public func mprotect(
    _ mm: VirtualAddress, at address: VirtualAddress, length: UInt64, _ rights: UserMappingFlags
  ) throws(Refusal) {
    try users.mprotect(mm.bits, address.bits, length: length, rights)
  }

  /// Gives a range of a mapping another length or place, and returns where it is. The corresponding
  /// kernel function is `do_mremap`.
  ///
  /// - Parameters:
  ///   - mm: address of the address space.
  ///   - address: first address of the range.
  ///   - old: its length now, in bytes.
  ///   - new: its length afterwards, in bytes.
  ///   - mayMove: whether it may go elsewhere (`MREMAP_MAYMOVE`).
  ///   - to: where it must go; what is there goes.
  ///
  /// Refuses with -EINVAL for addresses and lengths that make no sense, and what the mapping's kind
  /// says; with -EFAULT where nothing or not enough is mapped, or what may not grow; with -ENOMEM
  /// without room, records, tables, or RAM for what is promised.
  public func mremap(
    _ mm: VirtualAddress, at address: VirtualAddress, old: UInt64, new: UInt64,
    mayMove: Bool = false, to: VirtualAddress? = nil
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      users.mremap(mm.bits, address.bits, old: old, new: new, mayMove: mayMove, to: to?.bits))
  }

  /// Takes away whatever is mapped in a range. The corresponding kernel function is `do_munmap`.
  ///
  /// Refuses with -EINVAL for no bytes, an unaligned address, one that is not a user's, or a mapping
  /// that would have to be cut and may not; with -ENOMEM when a mapping has to be cut and there is no
  /// record for its other part.
  public func munmap(_ mm: VirtualAddress, at address: VirtualAddress, length: UInt64)
    throws(Refusal)
  {
    try users.munmap(mm.bits, address.bits, length: length)
  }

  /// Maps pages of a vmalloc area to a whole user mapping of the address space that the current CPU
  /// uses. The corresponding kernel function is `remap_vmalloc_range`.
  ///
  /// - Parameters:
  ///   - user: an address in the mapping.
  ///   - address: an address in the area; VM_USERMAP or VM_DMA_COHERENT allow it.
  ///   - offset: page behind `address` where the mapping begins.
  ///
  /// Refuses with -ENOENT where there is no user mapping; with -EINVAL for an offset that wraps, an
  /// unaligned address, no area, one without a flag, or one that is too small, counted from its start;
  /// and as `vm_insert_page` does, then earlier pages stay: -EINVAL for a page without references or
  /// of the machine's own, -ENOMEM for a table, -EBUSY where a page is mapped. A hole in the area is a
  /// BUG: a kernel would take NULL for a page.
  public func remapVmallocRange(
    _ user: VirtualAddress, area address: VirtualAddress, offset: UInt64
  )
    throws(Refusal)
  {
    try users.remapVmallocRange(user.bits, address.bits, offset: offset)
  }

  /// Faults since boot that a mapping was asked to serve; those where no mapping is do not count.
  public var faults: UInt64 { users.faults }

  /// Makes an address space without mappings and returns the address of its `mm_struct`. The
  /// corresponding kernel function is `mm_alloc`.
  ///
  /// Refuses with NULL when there is no memory for the record or the table.
  public func allocateMM() throws(Refusal) -> VirtualAddress {
    try VirtualAddress(users.allocateMM())
  }

  /// Gives back an address space with all it has. The corresponding kernel function is `mmput`, of the
  /// last user.
  ///
  /// Refuses with -ENOENT where there is none, with -EBUSY while a CPU uses it.
  public func putMM(_ address: VirtualAddress) throws(Refusal) {
    try users.putMM(address.bits)
  }

  /// Makes an address space the one that the current CPU uses; 0 is that of the kernel alone. What the
  /// CPU's TLB has of another goes, but for global entries. The corresponding kernel function is
  /// `switch_mm`.
  public func switchMM(_ address: VirtualAddress) throws(Refusal) {
    try users.switchMM(address.bits)
  }

  /// The address of the `mm_struct` that the current CPU uses, or 0.
  public var activeMM: VirtualAddress { VirtualAddress(users.currentMM) }

  /// The top-level table of an address space; -ENOENT where there is none.
  public func userTables(_ address: VirtualAddress) throws(Refusal) -> UserTables {
    try users.userTables(address.bits)
  }
}
