import Testing
import VMem
import VMemScript

/// What differs between kernels: every switch changes something that a script sees.
@Suite struct SwitchTests {
  /// A script whose output tells whether the switch is on, and what it boots with.
  static let scripts: [String: (boot: String, lines: String)] = [
    "vmap_nodes": ("--cpus 4", "a = get_vm_area 16K\nfree_vm_area a\nvm_unmap_aliases\nvmap_state"),
    "sparse": ("", "s = get_vm_area 64K --flags sparse\nvm_area_map_pages s s..s+4K null"),
    "lazy_merge": (
      "--kernel 6.6",
      "a = get_vm_area 16K\nb = get_vm_area 16K\nfree_vm_area a\nfree_vm_area b\nvmallocinfo"
    ),
    "size_wrap_bug": ("", "get_vm_area 0xfffffffffffff000"),
    "vmap_any_flags": ("", "P = alloc_pages 1\nvmap P --flags map,flush_reset_perms"),
    "shared_vunmap": ("", "vunmap 0xffffc90000001000\ndmesg"),
    "huge_per_node": ("--nodes 2", "a = vmalloc_huge 2M\nfind_vm_area a"),
    "deferred_cleanup": ("--memory 1400p", "a = vmalloc_huge 4M"),
    "vrealloc_frees": ("", "a = vmalloc 16K\nvrealloc a 4K\nvmallocinfo"),
    "account_upper": ("", "meminfo"),
    "account_pte": ("", "populate 0xffffc90000000000..+4K\nmeminfo"),
    "range_message": ("", "get_vm_area 4M --range 0xffffc90000000000..+4K\ndmesg"),
    "gfp_atomic_bit": ("", "vmalloc 1T --gfp GFP_ATOMIC\ndmesg"),
    "nowait_warns": ("", "vmalloc 1T --gfp GFP_NOWAIT\ndmesg"),
    "nx_over_holes": ("", "set_memory_nx 0xffffc90000000000 1"),
    "ro_keeps_dirty": ("", "v = vmalloc 4K\nset_memory_ro v 1\nset_memory_rw v 1\nwalk v"),
    "arena_best_fit": (
      "",
      arena + "p = arena_alloc_pages a 16\narena_free_pages a p 3\narena_free_pages a p+6p 2\n"
        + "arena_alloc_pages a 1"
    ),
    "arena_reserve": ("", arena + "arena_reserve_pages a 0x100000004000 1"),
    "arena_reports": ("", arena + "arena_fault a 0x100000004000 --as bpf\ndmesg"),
    "arena_whole": (
      "", arena + "m = mm_create\nu = arena_mmap a --at 0x100000000000 --mm m\nmunmap m u 4K"
    ),
    "arena_anywhere": ("", arena + "meminfo"),
    "arena_scratch": (
      "--kernel 7.2", arena + "arena_fault a 0x100000004000 --as kfunc"
    ),
    "nr_vmalloc": ("", "vmstat"),
    "udmabuf_vmap": ("", buffer + "udmabuf_vmap b"),
    "udmabuf_folios": (
      "", "d = memfd_create --hugetlb --size 4M --seals shrink\nudmabuf_create d 0 4K"
    ),
    "udmabuf_head_page": ("", buffer + "w = udmabuf_vmap b\nread w+4K 1"),
    "udmabuf_vmap_pfn": ("", buffer + "udmabuf_vmap b"),
    "vmalloc_start_note": ("", "kcore --headers"),
    "test_map_ram": ("", "test_vmalloc run_test_mask=1024 test_loop_count=1"),
    "test_xfail": ("", "test_vmalloc run_test_mask=64"),
    "test_no_block": ("", "test_vmalloc run_test_mask=2048 test_loop_count=1"),
    "test_vrealloc": ("", "test_vmalloc run_test_mask=4096 test_loop_count=1"),
    "preempt_count": ("", "P = alloc_pages 1\nkmap_atomic P\nvm_unmap_aliases\ndmesg"),
    "debug_kmap_local": (
      "--highmem 64M", "P = alloc_pages 1 --zone highmem\nkmap_local_page P"
    ),
    "kmap_force_map": ("--highmem 64M", "P = alloc_pages 1\nkmap_local_page P"),
    "pks": ("", "pks_set 3 r"),
    "rfc_stack_count": ("", "t = stack_alloc --policy dynamic\nstack_touch t 12K\nstack_stat"),
    "test_few": ("", "test_vmalloc test_loop_count=1 nr_pcpu_objects=1"),
  ]

  private static let buffer = """
    d = memfd_create --folio-order 2 --size 16K --seals shrink
    pwrite d 4K text:x
    b = udmabuf_create d 0 16K

    """
  private static let arena = "a = arena_create 16 --map-extra 0x100000000000\n"

  @Test(arguments: Switch.all.map { "\($0.name)" })
  func changesWhatAScriptSees(_ name: String) throws {
    let (boot, lines) = try #require(Self.scripts[name], "no script shows what \(name) changes")
    func printed(_ option: String) -> String {
      run("boot \(boot) \(option) \(name)\n\(lines)\n") { $0.keepGoing = true }.output
    }
    let with = printed("--with")
    #expect(with != printed("--without"))
    #expect(with == printed("--with"))
  }

  @Test func everyScriptIsOfASwitch() {
    #expect(Set(Self.scripts.keys) == Set(Switch.all.map { "\($0.name)" }))
    // A bit each.
    #expect(Set(Switch.all.map { $0.value.rawValue }).count == Switch.all.count)
    #expect(Switch.all.allSatisfy { $0.value.rawValue.nonzeroBitCount == 1 })
  }

  @Test(arguments: KernelVersion.allCases)
  func theTableSaysWhatKernelsAre(_ kernel: KernelVersion) throws {
    let help = run(arguments: "help", "kernels").lines
    let count = KernelVersion.allCases.count
    let column = try #require(KernelVersion.allCases.firstIndex(of: kernel))
    let rows = help.map { $0.split(separator: " ") }.filter { $0.count > count }
    #expect(
      rows.count { $0.suffix(count).allSatisfy { ["on", "-"].contains($0) } } == Switch.all.count)
    let on = rows.filter { $0.suffix(count)[$0.endIndex - count + column] == "on" }
    let names = on.map { $0[0] }.joined(separator: ",")
    let info = run("boot --kernel \(kernel.text)\ninfo").lines
    #expect(info.contains("switches: \(names)"))
  }

  @Test func unknownSwitches() {
    let far = run("boot --with nonsense")
    #expect(far.exit == .badScript)
    #expect(far.messages.contains("no switch `nonsense`; `help kernels` lists them"))
    let near = run("boot --without vmap-node")
    #expect(near.exit == .badScript)
    #expect(near.messages.contains("did you mean vmap_nodes? `help kernels` lists them"))
  }
}
