/// The calls of `Mappings`.
extension Machine {
  /// What is called for an entry: the frame of its table, and its index there.
  public typealias EntryFunction = (_ table: FrameNumber, _ index: Int) throws(Refusal) -> Void

  /// Calls `body` for the PTE of every page of [start, end), building tables on the way, and returns
  /// the number of calls. The corresponding kernel function is `apply_to_page_range`.
  ///
  /// Refuses with -EINVAL and a WARN for an empty range and for large leaves, with -ENOMEM when there
  /// is no frame for a table, and with what `body` throws; earlier calls stay done. A range that
  /// would take the kernel's loop past the end of a table is a BUG.
  @discardableResult
  public func applyToPages(
    start: VirtualAddress, end: VirtualAddress, _ body: EntryFunction
  ) throws(Refusal) -> UInt64 {
    try mappings.applyToPages(start.bits, end.bits) { (table, index) throws(Refusal) in
      try body(FrameNumber(table), index)
    }
  }

  /// Calls `body` for the PTEs of [start, end) that are not empty, builds nothing, and returns the
  /// number of calls. The corresponding kernel function is `apply_to_existing_page_range`.
  ///
  /// Refuses with -EINVAL and a WARN for an empty range and for large leaves. A range whose ends are
  /// not whole pages apart where tables are is a BUG.
  @discardableResult
  public func applyToExistingPages(
    start: VirtualAddress, end: VirtualAddress, _ body: EntryFunction
  ) throws(Refusal) -> UInt64 {
    try mappings.applyToExistingPages(start.bits, end.bits) { (table, index) throws(Refusal) in
      try body(FrameNumber(table), index)
    }
  }

  /// Maps `size` bytes of device memory from `physical` on and returns the address of that byte. The
  /// corresponding kernel functions are `ioremap` and its variants, x86's `__ioremap_caller`.
  ///
  /// Refuses with NULL: nothing or more than there are addresses for, addresses the CPU does not have
  /// (a WARN once), RAM in use (a WARN once), and a cache mode that mappings of the range rule out.
  public func ioremap(
    _ physical: PhysicalAddress, size: UInt64, mode: CacheMode, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(mappings.ioremap(physical.bits, size: size, mode: mode, caller: caller))
  }

  /// Maps the whole of a VM_IOREMAP area to physical memory. The corresponding kernel function is
  /// `ioremap_page_range`.
  ///
  /// Refuses with -EINVAL when the area is not one of those and -ERANGE when the range is not all of
  /// it, both a WARN once; older kernels map any range. An occupied entry is a BUG, and so is an
  /// empty range.
  public func ioremapPageRange(
    start: VirtualAddress, end: VirtualAddress, physical: PhysicalAddress
  ) throws(Refusal) {
    try mappings.ioremapPageRange(start: start.bits, end: end.bits, physical: physical.bits)
  }

  /// Unmaps what `ioremap` mapped. What lies outside the vmalloc window is a WARN once; older kernels
  /// ignore null and the direct map. The corresponding kernel function is `iounmap`.
  public func iounmap(_ address: VirtualAddress) throws(Refusal) {
    try mappings.iounmap(address.bits)
  }

  /// Maps pages somewhere in the vmalloc window. The corresponding kernel function is `vm_map_ram`.
  ///
  /// Up to 64 pages come from the current CPU's block, more get an area of their own; neither has a
  /// guard page. `count` is an `unsigned int`; beyond the list there are null pages. Refuses with NULL;
  /// no pages at all are a WARN too, and in older kernels a BUG.
  public func vmMapRAM(_ pages: [FrameNumber], count: UInt64? = nil) throws(Refusal)
    -> VirtualAddress
  {
    try VirtualAddress(mappings.vmMapRAM(pages.map(\.number), count: count))
  }

  /// Unmaps what `vmMapRAM` mapped; `count` must be the same. The corresponding kernel function is
  /// `vm_unmap_ram`.
  ///
  /// `count` is an `unsigned int`. A count that gives back what its block has not handed out only makes
  /// the block's own count wrong; it is a BUG when that gives up addresses that are in use, as more
  /// than a block gives at once would. Addresses that are null, not aligned, or outside the window are
  /// BUGs; -ENOENT where there is no block (a kernel would follow a null pointer).
  public func vmUnmapRAM(_ address: VirtualAddress, count: UInt64) throws(Refusal) {
    try mappings.vmUnmapRAM(address.bits, count: count)
  }

  /// Maps pages over [start, end), 4 KiB each, PAGE_KERNEL. The corresponding kernel function is
  /// `vmap_pages_range`.
  ///
  /// Every failure inside is -ENOMEM, and what was mapped before it stays. An empty range is a BUG.
  public func vmapPagesRange(start: VirtualAddress, end: VirtualAddress, pages: [FrameNumber])
    throws(Refusal)
  {
    try mappings.vmapPagesRange(start: start.bits, end: end.bits, pages: pages.map(\.number))
  }

  /// Clears [start, end) and flushes the TLBs. The corresponding kernel function is `vunmap_range`.
  ///
  /// An empty range is a BUG, and so is one whose ends are not whole pages apart where tables are.
  public func vunmapRange(start: VirtualAddress, end: VirtualAddress) throws(Refusal) {
    try mappings.vunmapRange(start: start.bits, end: end.bits)
  }

  /// Builds every table for [start, end) down to those of `level`, whose entries stay as they are.
  /// The kernel does this by `apply_to_page_range` with a function that does nothing.
  ///
  /// Refuses with -EINVAL and a WARN for an empty range and for large leaves on the way, with
  /// -ENOMEM when there is no frame; tables made before that stay.
  public func populate(start: VirtualAddress, end: VirtualAddress, level: Level = .pte)
    throws(Refusal)
  {
    try mappings.populate(start: start.bits, end: end.bits, level: level)
  }

  /// Sets one empty PTE to PAGE_KERNEL of a frame. Never allocates and never sleeps: what a fault
  /// handler can do. The corresponding kernel function is `set_pte_at`.
  ///
  /// Refuses with -ENOENT when a table is missing, -EBUSY when the entry is not empty, -EINVAL when
  /// the frame has no struct page, and in the windows of kmap.
  public func setPTE(at address: VirtualAddress, pfn: FrameNumber) throws(Refusal) {
    try mappings.setPTE(at: address.bits, pfn: pfn.number)
  }

  /// The frame an address of the kernel's page tables leads to, or nil for a hole. The corresponding
  /// kernel function is `vmalloc_to_page`.
  public func vmallocToPFN(_ address: VirtualAddress) -> FrameNumber? {
    mappings.vmallocToPFN(address.bits).map { FrameNumber($0) }
  }

  /// Makes `count` pages from an address on read-only. The corresponding kernel function is
  /// `set_memory_ro`.
  ///
  /// As all of these: the direct map of the same frames follows, large leaves of which only a part
  /// changes are split, everything that waits for a purge is purged, and TLBs are flushed when
  /// something changed. `count` is an `int`. Refuses with -EFAULT and a WARN where nothing is mapped,
  /// with -ENOMEM when there is no frame for a split; what was changed before stays.
  public func setMemoryRO(_ address: VirtualAddress, count: UInt64) throws(Refusal) {
    try mappings.setMemoryRO(address.bits, count: count)
  }

  /// Makes pages writable. The corresponding kernel function is `set_memory_rw`.
  public func setMemoryRW(_ address: VirtualAddress, count: UInt64) throws(Refusal) {
    try mappings.setMemoryRW(address.bits, count: count)
  }

  /// Makes pages executable; the direct map stays as it is. The corresponding kernel function is
  /// `set_memory_x`.
  public func setMemoryX(_ address: VirtualAddress, count: UInt64) throws(Refusal) {
    try mappings.setMemoryX(address.bits, count: count)
  }

  /// Makes pages not executable. The corresponding kernel function is `set_memory_nx`.
  public func setMemoryNX(_ address: VirtualAddress, count: UInt64) throws(Refusal) {
    try mappings.setMemoryNX(address.bits, count: count)
  }

  /// Marks the area that contains an address: what its pages allow is put right when it is freed.
  /// The corresponding kernel function is `set_vm_flush_reset_perms`, which does nothing where there
  /// is no area: the refusal is thrown for the caller to tell, and is not an error.
  public func setVMFlushResetPerms(_ address: VirtualAddress) throws(Refusal) {
    try mappings.setVMFlushResetPerms(address.bits)
  }

  /// Maps pages over [start, end) of a sparse area. The corresponding kernel function is
  /// `vm_area_map_pages`.
  ///
  /// Checked in the kernel's order: flags (-EINVAL, a WARN once), more pages than RAM (-E2BIG), range
  /// outside the area without its guard page (-ERANGE). Then as `vmapPagesRange`.
  public func vmAreaMapPages(
    area address: VirtualAddress, start: VirtualAddress, end: VirtualAddress, pages: [FrameNumber]
  ) throws(Refusal) {
    try mappings.vmAreaMapPages(
      area: address.bits, start: start.bits, end: end.bits, pages: pages.map(\.number))
  }

  /// Unmaps [start, end) of a sparse area and flushes the TLBs. The corresponding kernel function is
  /// `vm_area_unmap_pages`, which returns nothing: the refusals of the kernel's checks are thrown for
  /// the caller to tell, and are not errors.
  public func vmAreaUnmapPages(
    area address: VirtualAddress, start: VirtualAddress, end: VirtualAddress
  ) throws(Refusal) {
    try mappings.vmAreaUnmapPages(area: address.bits, start: start.bits, end: end.bits)
  }

  /// Frees an area made by the vmalloc family or another call, and the pages it owns; null is fine.
  /// The corresponding kernel function is `vfree`.
  ///
  /// An unknown or unaligned address is a WARN without effect. In interrupts the work is deferred; in
  /// NMI context it is a BUG.
  public func vfree(_ address: VirtualAddress) throws(Refusal) {
    try mappings.vfree(address.bits)
  }

  /// Frees later, from any context but NMI: the address waits in the first bytes of its own memory
  /// until the work runs. The corresponding kernel function is `vfree_atomic`.
  public func vfreeAtomic(_ address: VirtualAddress) throws(Refusal) {
    try mappings.vfreeAtomic(address.bits)
  }

  /// Allocates pages and maps them one after the other. The corresponding kernel function is
  /// `__vmalloc_node_range`.
  ///
  /// With `.allowHugeVmap` and 2 MiB or more, 2 MiB leaves are tried first, and 4 KiB ones when that
  /// fails at any stage. Refuses with NULL; a size of 0 is a WARN once.
  public func vmalloc(_ request: VmallocRequest) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(mappings.vmalloc(request))
  }

  /// Maps `count` pages of a list one after the other; `count` is an `unsigned int`. The corresponding
  /// kernel function is `vmap`.
  ///
  /// With `.mapPutPages` the area takes the callers' references over, for `vfree` to drop. Refuses with
  /// NULL; `.flushResetPerms` is a WARN too, and `.noGuard` a WARN and ignored.
  public func vmap(
    _ pages: [FrameNumber], count: UInt64, flags: VMFlags, protection: Protection = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> VirtualAddress {
    try VirtualAddress(
      mappings.vmap(
        pages.map(\.number), count: count, flags: flags, protection: protection, caller: caller))
  }

  /// Unmaps what `vmap` mapped; pages stay. The corresponding kernel function is `vunmap`.
  ///
  /// Null is fine, an unknown address a WARN; in interrupts it is a BUG.
  public func vunmap(_ address: VirtualAddress) throws(Refusal) {
    try mappings.vunmap(address.bits)
  }

  /// Maps consecutive frames that have no struct page. The corresponding kernel function is
  /// `vmap_pfn`.
  ///
  /// `count` is an `unsigned int`. A frame number that is too large to have a struct page goes into its
  /// entry without the bits an entry has no room for, and may lead to RAM.
  /// Refuses with NULL; a frame with a struct page is a WARN too.
  public func vmapPFN(_ pfn: FrameNumber, count: UInt64, caller: Ref<Symbol> = .none)
    throws(Refusal) -> VirtualAddress
  {
    try VirtualAddress(mappings.vmapPFN(pfn.number, count: count, caller: caller))
  }

  /// Changes the size of a vmalloc area, in place when its pages suffice, and returns its address. The
  /// corresponding kernel function is `vrealloc`.
  ///
  /// - Parameters:
  ///   - address: of the area, or 0.
  ///   - request: the new size in bytes; the alignment that the address must have, a power of two; and
  ///     the node where pages must be: those elsewhere are copied there.
  ///
  /// A null address allocates, a size of 0 frees and refuses with NULL, an unknown address is a WARN
  /// and NULL. Kernels with `vreallocFrees` give whole pages of a cut tail back, unless the area has
  /// large leaves, VM_USERMAP or VM_FLUSH_RESET_PERMS; the area keeps its addresses all the same.
  public func vrealloc(_ address: VirtualAddress, _ request: VmallocRequest) throws(Refusal)
    -> VirtualAddress
  {
    try VirtualAddress(mappings.vrealloc(address.bits, request))
  }
}
