/// Functions of the kernel that messages name.
package enum KernelFunction: UInt16, CaseIterable, Sendable {
  case vmap_pages_pte_range
  case vunmap_pte_range
  case vunmap_pmd_range
  case check_sparse_vm_area
  case vm_area_map_pages
  case remove_vm_area
  case vunmap
  case free_vm_area
  case __get_vm_area_node
  case __vmap_pages_range_noflush
  case __vunmap_range_noflush
  case alloc_vmap_area
  case __alloc_pages_noprof
  case __free_pages

  case pte_alloc_kernel
  case vm_unmap_aliases
  case __apply_to_page_range
  case vb_alloc
  case vm_unmap_ram
  case pcpu_get_vm_areas
  case pcpu_alloc
  case free_percpu
  case vfree
  case __vmalloc_node_range
  case vmap
  case vmap_pfn_apply
  case vrealloc
  case __ioremap_caller
  case ioremap_page_range
  case iounmap
  case vb_free
  case __vunmap
  case warn_alloc
  case vm_area_unmap_pages
  case vfree_atomic
  case vunmap_pud_range
  case synchronize_rcu
  case change_page_attr_set_clr
  case __change_page_attr
  case __cpa_process_fault
  case cpa_flush
  case mm_alloc
  case mmput
  case do_mmap
  case do_munmap
  case vm_insert_page
  case handle_mm_fault
  case kmap
  case kunmap
  case kunmap_high
  case kmap_local_page
  case kmap_atomic
  case __kmap_local_pfn_prot
  case kunmap_local_indexed
  case __kmap_to_page
  case kmap_local_fork
  case kernel_clone
  case schedule
  case preempt_count_add
  case preempt_count_sub
  case pgmap_protection_fault
  case set_pte_at
  case arena_map_alloc
  case bpf_arena_alloc_pages
  case bpf_arena_free_pages
  case bpf_arena_reserve_pages
  case apply_range_set_cb
  case arena_get_unmapped_area
  case alloc_inode
  case filemap_add_folio
  case vmap_file
  case udmabuf_create
  case dma_buf_vmap
  case dma_buf_vunmap
  case dma_buf_release
  case page_add_file_rmap
  case get_page
  case put_page
  case do_mprotect_pkey
  case do_mremap
  case do_exit
  case dup_mm
  case memset_orig
  case validate_page_before_insert
  case alloc_pages_bulk_noprof
  case __alloc_frozen_pages_noprof
  case _raw_spin_lock
  case __vmalloc_noprof
  case vmalloc_huge_node_noprof

  package var name: String { "\(self)" }
}

/// What the kernel log can say. Texts are the views' business; the record holds the values.
package enum KernelMessage: UInt8, CaseIterable, Sendable {
  /// Boot banner: kernel version as major·1000 + minor.
  case booted
  /// WARN in a function, without a text.
  case warning
  /// BUG in a function: values of its rule, and in the last place the number of the oops.
  case bug
  /// A sleeping call where sleeping is not allowed: function, context.
  case sleepingInAtomic
  /// A failed allocation: size, range start, range end.
  case allocationFailed
  /// vmalloc refused for its size, or for want of an area, a page array (size, array size), pages or
  /// tables: size.
  case vmallocExceedsTotal
  case vmallocNoArea
  case vmallocNoArray
  case vmallocNoPages
  case vmallocNotMapped
  /// ioremap of RAM: first and last byte; of an address past what the CPU has: address.
  case ioremapOnRAM
  case ioremapInvalid
  /// WARN: vrealloc of an address that has not the alignment asked for: alignment.
  case vreallocAlignment
  /// iounmap of an address without an area: address.
  case badIounmap
  /// WARN: vfree or vunmap of an address that is not aligned or has no area: address.
  case badVfree
  /// WARN: ioremap_page_range of an area that is not VM_IOREMAP: address; of a part of one: start and
  /// end asked for, start and end of the area.
  case notIoremap
  case notWholeArea
  /// What a worker of test_vmalloc has counted: passed and, in the upper half, failed; xfailed and
  /// repeats; loops and, in the upper half, the test; microseconds for each repeat.
  case testSummary
  /// The worker and its cycles.
  case testCycles
  /// Messages that a rate limit kept out of the log: how many.
  case suppressed
  /// ioremap without a memory type: error number.
  case memtypeNotReserved
  /// Mappings of a physical range disagree: start, end, and the types of two; start, end, the type that
  /// was to be reserved and the one asked for.
  case memtypeConflict
  case memtypeRefused
  /// ioremap got a memory type that will not do: start, end, the one asked for and the one it got.
  case ioremapOtherType
  /// An allocation that was made to fail: kind and, from bit 8 on, order, cache or level; number of
  /// the call, interval, failures left (-1: any number).
  case faultInjected
  /// A translation was used that the tables no longer have: address, frame, clock of the change, and
  /// the rest of a `Staleness`.
  case staleTLB
  /// WARN: attributes of an address that is not mapped: address, first address of the call.
  case cpaZeroPTE
  /// WARN: no per-CPU object has that size, rounded, or alignment.
  case illegalPerCPU
  /// WARN: a leaf became writable and executable: attributes before and after, address, frame and,
  /// in the upper 8 bits, depth of the leaf.
  case cpaWritableExecutable
  /// A task is switched away from although that is not allowed: function, context, or 0 with preemption
  /// off.
  case schedulingWhileAtomic
  /// A page fault by a protection key: address, key, error code.
  case protectionFault
  /// WARN: a protected page was used by who has not opened it: address, key.
  case pgmapFault
  /// A program or helper missed a page of an arena: user address; 1 for a write.
  case arenaViolation
  /// A push onto a stack that has no page there, and why no page could be mapped: none left in the CPU's
  /// stash, no table, an entry in use. The number of the oops: of the first alone.
  case doubleFault
  case noStackPage
  case noStackTable
  case stackEntryInUse
  /// Access to the page below a stack: address, start and end of the stack, number of the oops.
  case stackGuardHit
  /// Access to what is not mapped, with room for the exception's frame: address, error code, number of
  /// the oops.
  case pageFault
  /// A page of a stash that faults have taken could not be replaced.
  case stashNotRefilled
  /// A line that a module has printed, and what did not fit into its record: bytes, and in the place
  /// of the function how many.
  case text
  case textContinued
  /// No block of free pages: order, gfp_t.
  case pageAllocationFailed
  /// No per-CPU object: size, alignment, 1 where a chunk was there and pages were not; and that this was
  /// the last such message.
  case percpuFailed
  case percpuFailuresEnd
  /// mremap of no bytes of a private mapping.
  case mremapOfPrivate
  /// WARN: vmalloc was given what it does not take: those bits of gfp_t, and what it goes on with.
  case unexpectedGFP
  /// No message: the pid of a task of modules and 16 bytes of its name, for records before it.
  case moduleTask
}
