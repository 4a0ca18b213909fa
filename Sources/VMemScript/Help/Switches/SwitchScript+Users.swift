extension SwitchScript {
  static let dumps: [SwitchScript] = [
    SwitchScript(
      "account_pud",
      """
      vmstat
      """),
    SwitchScript(
      "account_top",
      """
      boot --levels 5
      vmstat
      """),
    SwitchScript(
      "account_pte",
      """
      populate 0xffffc90000000000..+4K
      vmstat
      """),
    SwitchScript(
      "nr_vmalloc",
      """
      vmstat
      """),
    SwitchScript(
      "type_byte",
      """
      kcore --notes PAGE_BUDDY
      """),
    SwitchScript(
      "flags_old",
      """
      kcore --headers
      page pfn:21
      """),
    SwitchScript(
      "vmalloc_start_note",
      """
      kcore --notes VMALLOC_START
      """),
    SwitchScript(
      "compound_info",
      """
      kcore --notes page.compound
      """),
    SwitchScript(
      "oops_uid",
      """
      vmalloc_node 4K 1
      dmesg
      """),
    SwitchScript(
      "warning_file",
      """
      vmalloc 0
      dmesg
      """),
  ]

  static let users: [SwitchScript] = [
    SwitchScript(
      "mremap_many",
      """
      m = mm_create
      u = mmap m 4K --at 0x100000
      w = mmap m 4K --at 0x102000
      mremap m 0x100000 12K 12K --maymove --to 0x200000
      """),
    SwitchScript(
      "mremap_checks_first",
      """
      m = mm_create
      mremap m 0x10000000 4K 4K --maymove --to 0x1001
      """),
    SwitchScript(
      "udmabuf_vmap",
      """
      d = memfd_create --size 4K --seals shrink
      b = udmabuf_create d 0 4K
      udmabuf_vmap b
      """),
    SwitchScript(
      "udmabuf_folios",
      """
      d = memfd_create --hugetlb --size 4M --seals shrink
      udmabuf_create d 0 4K
      """),
    SwitchScript(
      "udmabuf_no_hugetlb",
      """
      d = memfd_create --hugetlb --size 2M --seals shrink
      udmabuf_create d 0 2M
      """),
    SwitchScript(
      "udmabuf_head_page",
      """
      d = memfd_create --folio-order 2 --size 16K --seals shrink
      pwrite d 4K text:x
      b = udmabuf_create d 0 16K
      w = udmabuf_vmap b
      read w+4K 1
      """),
    SwitchScript(
      "udmabuf_vmap_pfn",
      """
      d = memfd_create --size 4K --seals shrink
      b = udmabuf_create d 0 4K
      udmabuf_vmap b
      """),
    SwitchScript(
      "udmabuf_pfnmap",
      """
      m = mm_create
      switch_mm m
      f = memfd_create --size 16K --seals shrink
      d = udmabuf_create f 0 16K
      u = mmap m 16K --shared --file d
      read u 1
      folios f
      mremap m u 16K 32K --maymove
      """),
    SwitchScript(
      "udmabuf_prefault",
      """
      m = mm_create
      switch_mm m
      f = memfd_create --size 16K --seals shrink
      d = udmabuf_create f 0 16K
      u = mmap m 16K --shared --file d
      read u 1
      page_tables --mm m --range u..u+16K
      """),
  ]

  static let arenas: [SwitchScript] = [
    SwitchScript(
      "arena_best_fit",
      """
      a = arena_create 16 --map-extra 0x100000000000
      p = arena_alloc_pages a 16
      arena_free_pages a p 3
      arena_free_pages a p+6p 2
      arena_alloc_pages a 1
      """),
    SwitchScript(
      "arena_reserve",
      """
      a = arena_create 16 --map-extra 0x100000000000
      arena_reserve_pages a 0x100000004000 1
      """),
    SwitchScript(
      "arena_reports",
      """
      a = arena_create 16 --map-extra 0x100000000000
      arena_fault a 0x100000004000 --as bpf
      dmesg
      """),
    SwitchScript(
      "arena_whole",
      """
      a = arena_create 16 --map-extra 0x100000000000
      m = mm_create
      u = arena_mmap a --at 0x100000000000 --mm m
      mremap m u 64K 64K --maymove --to 0x200000000000
      munmap m 0x200000000000 4K
      """),
    SwitchScript(
      "arena_anywhere",
      """
      a = arena_create 16 --map-extra 0x100000000000
      vmstat
      """),
    SwitchScript(
      "arena_scratch",
      """
      boot --kernel 7.2
      a = arena_create 16 --map-extra 0x100000000000
      arena_fault a 0x100000004000 --as kfunc
      """),
    SwitchScript(
      "arena_fault_fails",
      """
      boot --kernel 7.0 --cpus 2
      a = arena_create 16 --map-extra 0x100000000000
      m = mm_create
      u = arena_mmap a --at 0x100000000000 --mm m
      p = arena_alloc_pages a 4
      step 0 arena_free_pages a p 2
      cpu 1
      switch_mm m
      read u+32K 1
      """),
    SwitchScript(
      "arena_low_free",
      """
      a = arena_create 16 --map-extra 0x100000004000
      arena_free_pages a 0x100000000000 1
      arena_info a
      """),
  ]

  static let others: [SwitchScript] = [
    SwitchScript(
      "rfc_stack_count",
      """
      t = stack_alloc --policy dynamic
      stack_touch t 12K
      stack_stat
      """),
    SwitchScript(
      "preempt_count",
      """
      P = alloc_pages 1
      kmap_atomic P
      vm_unmap_aliases
      dmesg
      """),
    SwitchScript(
      "debug_kmap_local",
      """
      boot --highmem 64M
      kmap_local_pfn 0x40000
      """),
    SwitchScript(
      "kmap_force_map",
      """
      boot --highmem 64M
      P = alloc_pages 1
      kmap_local_page P
      """),
    SwitchScript(
      "pks",
      """
      pks_set 3 r
      """),
    SwitchScript(
      "test_map_ram",
      """
      test_vmalloc run_test_mask=1024 test_loop_count=1
      """),
    SwitchScript(
      "test_xfail",
      """
      test_vmalloc run_test_mask=64
      """),
    SwitchScript(
      "test_no_block",
      """
      test_vmalloc run_test_mask=2048 test_loop_count=1
      """),
    SwitchScript(
      "test_vrealloc",
      """
      test_vmalloc run_test_mask=4096 test_loop_count=1
      """),
    SwitchScript(
      "test_few",
      """
      test_vmalloc test_loop_count=1
      """),
  ]
}
