extension SwitchScript {
  static let areas: [SwitchScript] = [
    SwitchScript(
      "vmap_nodes",
      """
      boot --cpus 4
      a = get_vm_area 16K
      free_vm_area a
      vm_unmap_aliases
      vmap_state
      """),
    SwitchScript(
      "sparse",
      """
      s = get_vm_area 64K --flags sparse
      vm_area_map_pages s s..s+4K null
      """),
    SwitchScript(
      "lazy_merge",
      """
      a = get_vm_area 4K
      b = get_vm_area 4K
      free_vm_area a
      free_vm_area b
      vmap_state
      """),
    SwitchScript(
      "lazy_unsorted",
      """
      a = get_vm_area 4K
      b = get_vm_area 4K
      free_vm_area a
      free_vm_area b
      vmallocinfo
      """),
    SwitchScript(
      "small_pools_go",
      """
      boot --cpus 2
      a = vmalloc 8K
      vfree a
      repeat 2 { vm_unmap_aliases }
      vmap_state
      """),
    SwitchScript(
      "size_wrap_bug",
      """
      get_vm_area 0xfffffffffffff000
      """),
    SwitchScript(
      "softirq_bug",
      """
      context softirq
      get_vm_area 4K
      """),
    SwitchScript(
      "search_sleeps",
      """
      context atomic
      vmalloc 16K --gfp GFP_ATOMIC
      get_vm_area 16T
      vmalloc 32T --gfp GFP_ATOMIC
      dmesg
      """),
    SwitchScript(
      "unpurged_after_busy",
      """
      a = get_vm_area 8K
      free_vm_area a
      vmallocinfo
      """),
    SwitchScript(
      "range_message",
      """
      get_vm_area 4M --range 0xffffc90000000000..+4K
      dmesg
      """),
  ]

  static let vmalloc: [SwitchScript] = [
    SwitchScript(
      "huge_per_node",
      """
      boot --nodes 2
      a = vmalloc_huge 2M
      find_vm_area a
      """),
    SwitchScript(
      "large_first",
      """
      a = vmalloc 64K
      vmalloc_to_pfn a
      """),
    SwitchScript(
      "deferred_cleanup",
      """
      boot --memory 1400p
      a = vmalloc_huge 4M
      """),
    SwitchScript(
      "late_failures_silent",
      """
      inject slab after=0 cache=kmalloc
      vmalloc 64K
      dmesg
      """),
    SwitchScript(
      "asked_size_message",
      """
      inject alloc_page after=3
      vmalloc 60K
      dmesg
      """),
    SwitchScript(
      "align_message",
      """
      inject slab after=0 cache=vm_struct
      vmalloc 64K --align 64K
      dmesg
      """),
    SwitchScript(
      "vrealloc",
      """
      v = vmalloc 4K
      vrealloc v 8K
      """),
    SwitchScript(
      "vrealloc_align",
      """
      v = vmalloc 64K
      vrealloc v 8K --align 1M
      """),
    SwitchScript(
      "vrealloc_frees",
      """
      a = vmalloc 16K
      vrealloc a 4K
      vmallocinfo
      """),
    SwitchScript(
      "vrealloc_overflow",
      """
      boot --nodes 2
      v = vmalloc 12K --node 0
      vrealloc v 100 --node 1
      """),
    SwitchScript(
      "gfp_atomic_bit",
      """
      vmalloc 1T --gfp GFP_ATOMIC
      dmesg
      """),
    SwitchScript(
      "nowait_warns",
      """
      vmalloc 1T --gfp GFP_NOWAIT
      dmesg
      """),
    SwitchScript(
      "gfp_fixed",
      """
      boot --memory 64M
      vmalloc 65M --gfp GFP_KERNEL,GFP_DMA32
      dmesg
      """),
    SwitchScript(
      "gfp_retry_mayfail",
      """
      boot --kernel 7.0 --memory 64M
      vmalloc 65M --gfp __GFP_RETRY_MAYFAIL
      dmesg
      """),
    SwitchScript(
      "shared_vunmap",
      """
      vunmap 0xffffc90000001000
      dmesg
      """),
  ]

  static let mappings: [SwitchScript] = [
    SwitchScript(
      "vmap_any_flags",
      """
      P = alloc_pages 1
      vmap P --flags map,flush_reset_perms
      """),
    SwitchScript(
      "vmap_huge",
      """
      P = alloc_pages 1 --order 9
      v = vmap P
      walk v
      """),
    SwitchScript(
      "map_ram_zero_bug",
      """
      P = alloc_pages 1
      vm_map_ram P[0..0]
      """),
    SwitchScript(
      "map_ram_old_flush",
      """
      P = alloc_pages 8
      a = vm_map_ram P[0..4]
      b = vm_map_ram P[4..8]
      vm_unmap_ram a 4
      vm_unmap_aliases
      vm_unmap_aliases
      vm_unmap_ram b 4
      vm_unmap_aliases
      vm_map_ram P
      """),
    SwitchScript(
      "map_ram_unknown_bug",
      """
      vm_unmap_ram 0xffffc90000400000 65
      """),
    SwitchScript(
      "map_ram_in_kcore",
      """
      P = alloc_pages 1
      a = vm_map_ram P
      fill a 4 0xaa
      kcore --read a 4
      """),
    SwitchScript(
      "ioremap_range_checks",
      """
      w = get_vm_area 16K
      ioremap_page_range w..w+8K 0xfed00000
      """),
    SwitchScript(
      "iounmap_warns",
      """
      iounmap 0xffff888000001000
      dmesg
      """),
    SwitchScript(
      "nx_over_holes",
      """
      set_memory_nx 0xffffc90000000000 1
      """),
    SwitchScript(
      "ro_keeps_dirty",
      """
      boot --kernel 7.0
      v = vmalloc 4K
      set_memory_ro v 1
      set_memory_rw v 1
      page_tables --range v..v+4K --format tree
      walk v
      r = vmalloc 4K --flags flush_reset_perms
      vfree r
      walk 0xffff888000087000
      """),
    SwitchScript(
      "saved_dirty",
      """
      m = mm_create
      switch_mm m
      u = mmap m 4K
      write u text:here
      mprotect m u 4K none
      walk u
      mprotect m u 4K r
      walk u
      """),
  ]
}
