import VMem

/// A line that allocates, and what must be there before it.
struct Attempt: CustomStringConvertible {
  /// The verb, and which of its ways when there are several.
  let verb: String
  var boot = "--memory 16M"
  var setup = ""
  let line: String
  /// Allocations it makes when none fails: pages, descriptors, page tables.
  var calls: [UInt64]
  /// What takes back the part that a failure leaves done, as the kernel does.
  var undo = ""
  /// How many failures of a kind the call gets round: huge pages, spare descriptors, second tries.
  var survives: [InjectionKind: Int] = [:]
  /// Whether what a failure leaves includes a block of vm_map_ram.
  var keepsBlock = false
  /// Of more than 100 calls every how many-eth is tried: 1 for all. Long runs try 8 times as many.
  var step = 1

  var description: String { "\(line) (\(boot))" }
}

extension Attempt {
  /// At least one line for every verb that can allocate.
  static let all: [Attempt] =
    pages + areas + mapping + vmalloc + devices + rights + users + accesses
    + arenas + files + frees + stacks

  private static let pages: [Attempt] = [
    Attempt(verb: "task", line: "task worker", calls: [0, 1, 0]),
    Attempt(verb: "kernel_thread", line: "kernel_thread child", calls: [0, 1, 0]),
    Attempt(verb: "do_exit", setup: "@task worker", line: "do_exit", calls: [0, 0, 0]),
    Attempt(
      verb: "pks_protect", boot: "--memory 16M --with pks", setup: "@P = alloc_pages 900",
      line: "pks_protect P[890..900]", calls: [0, 0, 1]),
    Attempt(verb: "alloc_pages", line: "P = alloc_pages 4", calls: [4, 0, 0]),
    Attempt(
      verb: "alloc_pages", boot: "--memory 16M --nodes 2 --cpus 2",
      line: "P = alloc_pages 3 --order 2 --node 1 --gfp GFP_ATOMIC", calls: [3, 0, 0]),
  ]

  private static let areas: [Attempt] = [
    Attempt(verb: "get_vm_area", line: "a = get_vm_area 16K", calls: [0, 2, 0]),
    Attempt(
      verb: "get_vm_area", setup: "@b = get_vm_area 4K", line: "a = get_vm_area 16K --align 1M",
      calls: [0, 2, 0]),
    Attempt(
      verb: "get_vm_area", boot: "--memory 16M --cpus 4",
      setup: "@b = get_vm_area 16K\n@free_vm_area b\n@drain_vmap_work",
      line: "a = get_vm_area 16K", calls: [0, 1, 0]),
    Attempt(
      verb: "vm_map_ram", setup: "@P = alloc_pages 4", line: "m = vm_map_ram P", calls: [0, 3, 2],
      undo: "@reclaim_vmap", keepsBlock: true),
    Attempt(
      verb: "vm_map_ram", setup: "@P = alloc_pages 65", line: "m = vm_map_ram P", calls: [0, 1, 2]),
    Attempt(
      verb: "pcpu_get_vm_areas", line: "g = pcpu_get_vm_areas --align 4K 0:64K 1M:64K 4M:8K",
      calls: [0, 10, 0],
      survives: [.slab: 2]),
    // The chunk is there, and its first page.
    Attempt(
      verb: "pcpu_alloc", setup: "@c = pcpu_alloc 8\n@pcpu_free c", line: "x = pcpu_alloc 32K",
      calls: [7, 0, 0]),
  ]

  private static let sparse = "@s = get_vm_area 4G --flags sparse\n@P = alloc_pages 4"
  private static let gap = "0xffffd8ffffffe000..+16K"

  private static let mapping: [Attempt] = [
    Attempt(
      verb: "vm_area_map_pages", setup: sparse, line: "vm_area_map_pages s s+2044K..s+2060K P",
      calls: [0, 0, 3],
      undo: "@vm_area_unmap_pages s s+2044K..s+2060K"),
    Attempt(
      verb: "vmap_pages_range", setup: sparse, line: "vmap_pages_range \(gap) P", calls: [0, 0, 4],
      undo: "@vunmap_range \(gap)"),
    Attempt(
      verb: "vmap_pages_range", boot: "--memory 16M --levels 5", setup: sparse,
      line: "vmap_pages_range 0xffa0ffffffffe000..+16K P", calls: [0, 0, 6],
      undo: "@vunmap_range 0xffa0ffffffffe000..+16K"),
    Attempt(verb: "vmap_pages_range", line: "vmap_pages_range \(gap) null", calls: [0, 0, 4]),
    Attempt(verb: "populate", line: "populate \(gap)", calls: [0, 0, 4]),
    Attempt(
      verb: "populate", line: "populate 0xffffff0000000000..+4K --level pmd", calls: [0, 0, 2]),
    Attempt(verb: "apply_to_page_range", line: "apply_to_page_range \(gap)", calls: [0, 0, 4]),
  ]

  private static let vmalloc: [Attempt] =
    ["vmalloc", "vzalloc", "vmalloc_user", "vmalloc_32"].map {
      Attempt(verb: $0, line: "v = \($0) 64K", calls: [16, 3, 2])
    } + [
      Attempt(verb: "vmalloc_node", line: "v = vmalloc_node 20K 0", calls: [5, 3, 2]),
      Attempt(
        verb: "vmalloc", boot: "--memory 16M --kernel 6.12", line: "v = vmalloc 2052K",
        calls: [515, 6, 3], survives: [.slab: 1], step: 61),
      Attempt(
        verb: "vmalloc", line: "v = vmalloc 2052K --gfp GFP_NOWAIT", calls: [515, 6, 3],
        survives: [.slab: 1], step: 61),
      Attempt(
        verb: "vmalloc_huge", boot: "--memory 32M", line: "v = vmalloc_huge 4M", calls: [4, 6, 2],
        survives: [.allocPage: 4, .slab: 6, .pageTable: 2]),
      Attempt(
        verb: "vmalloc_huge", boot: "--memory 32M --without deferred_cleanup",
        line: "v = vmalloc_huge 4M", calls: [4, 6, 2],
        survives: [.allocPage: 4, .slab: 6, .pageTable: 2]),
      Attempt(
        verb: "vrealloc", setup: "@u = vmalloc 8K", line: "v = vrealloc u 32K", calls: [8, 3, 0]),
      Attempt(verb: "vmap", setup: "@P = alloc_pages 4", line: "v = vmap P", calls: [0, 2, 2]),
      Attempt(
        verb: "vmap", setup: "@P = alloc_pages 4", line: "v = vmap P --flags map,map_put_pages",
        calls: [0, 2, 2]),
      Attempt(verb: "vmap_pfn", line: "v = vmap_pfn 0x100000 600", calls: [0, 2, 3]),
    ]

  private static let devices: [Attempt] =
    ["ioremap", "ioremap_wc", "ioremap_cache", "ioremap_uc", "ioremap_wt"].map {
      Attempt(verb: $0, line: "d = \($0) 0xfed00000 16K", calls: [0, 3, 2])
    } + [
      Attempt(
        verb: "ioremap",
        setup: """
          @a = get_vm_area 1G --flags ioremap
          @populate a..a+4K
          @free_vm_area a
          @vm_unmap_aliases
          """,
        line: "d = ioremap 0x100000000 1G", calls: [1, 3, 0], survives: [.allocPage: 1]),
      Attempt(
        verb: "ioremap_page_range", setup: "@w = get_vm_area 3M --flags ioremap",
        line: "ioremap_page_range w..w.end 0x100001000", calls: [0, 0, 3],
        undo: "@vunmap_range w..w.end"),
    ]

  /// Pages under a large leaf of the direct map, which freeing them splits.
  private static let secret = """
    @P = alloc_pages 600
    @v = vmalloc 32K --flags flush_reset_perms
    """

  /// A large leaf of the direct map, of which a part changes.
  private static let leaf = "0xffff888000400000"
  private static let rights: [Attempt] = [
    Attempt(verb: "set_memory_ro", setup: secret, line: "set_memory_ro v 8", calls: [0, 0, 1]),
    Attempt(
      verb: "set_memory_rw", setup: "@set_memory_ro \(leaf) 512", line: "set_memory_rw \(leaf) 511",
      calls: [0, 0, 1]),
    Attempt(
      verb: "set_memory_x", setup: "@set_memory_ro \(leaf) 512", line: "set_memory_x \(leaf) 1",
      calls: [0, 0, 1]),
    Attempt(
      verb: "set_memory_nx", setup: "@set_memory_ro \(leaf) 512\n@set_memory_x \(leaf) 512",
      line: "set_memory_nx \(leaf)+4K 1", calls: [0, 0, 1]),
  ]

  private static let user = "@m = mm_create\n@switch_mm m\n@u = mmap m 64K --device"
  private static let users: [Attempt] = [
    Attempt(verb: "mm_create", line: "m = mm_create", calls: [1, 1, 0]),
    Attempt(verb: "mmap", setup: user, line: "w = mmap m 16K", calls: [0, 1, 0]),
    Attempt(
      verb: "mmap", setup: user, line: "w = mmap m 16K --at u+16K --fixed", calls: [0, 3, 0],
      undo: "@mmap m 64K --device --at u --fixed"),
    Attempt(verb: "munmap", setup: user, line: "munmap m u+16K 16K", calls: [0, 2, 0]),
    Attempt(
      verb: "remap_vmalloc_range", setup: user + "\n@b = vmalloc_user 64K",
      line: "remap_vmalloc_range u b 0", calls: [0, 0, 3]),
  ]

  /// Memory of a program that nobody has touched.
  private static let memory = "@m = mm_create\n@switch_mm m\n@u = mmap m 64K"
  private static let accesses: [Attempt] = [
    Attempt(
      verb: "mprotect", setup: memory, line: "mprotect m u+16K 16K r", calls: [0, 2, 0],
      undo: "@mmap m 64K --at u --fixed"),
    Attempt(
      verb: "mremap", setup: memory + "\n@fill u 64K 7",
      line: "v = mremap m u+16K 16K 32K --maymove", calls: [0, 3, 0], survives: [.slab: 2]),
    Attempt(
      verb: "mremap", setup: memory + "\n@fill u 64K 7",
      line: "v = mremap m u 64K 64K --maymove --to 0x40000000", calls: [0, 1, 3]),
    Attempt(verb: "mmap", setup: memory, line: "w = mmap m 16K --shared", calls: [0, 2, 0]),
    Attempt(
      verb: "fork", setup: memory + "\n@write u text:hello", line: "c = fork m",
      calls: [1, 2, 3]),
    Attempt(verb: "write", setup: memory, line: "write u text:hello", calls: [1, 0, 3]),
    Attempt(verb: "read", setup: memory, line: "read u 8", calls: [0, 0, 3]),
    Attempt(
      verb: "fill", setup: memory, line: "fill u 12K 7", calls: [3, 0, 3],
      undo: "@mmap m 64K --at u --fixed"),
    Attempt(
      verb: "copy", setup: memory + "\n@write u text:hello", line: "copy u+4K u 8",
      calls: [1, 0, 0]),
    Attempt(verb: "compare", setup: memory, line: "compare u u+4K 8K", calls: [0, 0, 3]),
  ]

  private static let file = "@f = file_open --size 64K"
  private static let memfd = "@d = memfd_create --size 64K --seals shrink"
  private static let files: [Attempt] = [
    Attempt(verb: "file_open", line: "f = file_open --size 64K", calls: [0, 1, 0]),
    Attempt(verb: "file_open", line: "f = file_open /proc/self/exe", calls: [0, 2, 0]),
    Attempt(verb: "memfd_create", line: "d = memfd_create --size 64K", calls: [0, 1, 0]),
    Attempt(verb: "pread", setup: file, line: "pread f 4K 8", calls: [1, 0, 0]),
    Attempt(
      verb: "pread", setup: "@f = file_open --size 64K --folio-order 2", line: "pread f 4K 8",
      calls: [1, 0, 0], survives: [.allocPage: 1]),
    Attempt(verb: "pwrite", setup: file, line: "pwrite f 100K text:hello", calls: [1, 0, 0]),
    Attempt(verb: "fallocate", setup: memfd, line: "fallocate d 0..4K", calls: [1, 0, 0]),
    Attempt(verb: "readahead", setup: file, line: "readahead f 4K..8K", calls: [1, 0, 0]),
    Attempt(
      verb: "vmap_file", setup: file + "\n@readahead f 0..64K", line: "w = vmap_file f 6K..20K",
      calls: [0, 2, 2]),
    Attempt(
      verb: "udmabuf_create", setup: memfd, line: "b = udmabuf_create d 4K 4K", calls: [1, 1, 0]),
    Attempt(
      verb: "udmabuf_create_list", setup: memfd, line: "b = udmabuf_create_list d:0:4K d:0:4K",
      calls: [1, 1, 0]),
    Attempt(
      verb: "udmabuf_vmap", setup: memfd + "\n@b = udmabuf_create d 0 16K",
      line: "w = udmabuf_vmap b", calls: [0, 3, 2], undo: "@reclaim_vmap", keepsBlock: true),
  ]

  private static let arena = "@a = arena_create 16 --map-extra 0x100000000000"
  private static let arenas: [Attempt] = [
    Attempt(verb: "arena_create", line: "a = arena_create 16", calls: [0, 4, 0]),
    Attempt(
      verb: "arena_create", boot: "--memory 48M --kernel 7.2", line: "a = arena_create 16",
      calls: [1, 4, 2054], step: 400),
    Attempt(
      verb: "arena_mmap", setup: arena + "\n@m = mm_create",
      line: "u = arena_mmap a --at 0x100000000000 --mm m", calls: [0, 1, 0]),
    Attempt(
      verb: "arena_alloc_pages", setup: arena, line: "p = arena_alloc_pages a 4", calls: [4, 0, 2]),
    Attempt(
      verb: "arena_alloc_pages", setup: arena,
      line: "p = arena_alloc_pages a 2 --at 0x100000004000", calls: [2, 1, 2]),
    // What the kernel's function cannot do it leaves undone, and says nothing.
    Attempt(
      verb: "arena_free_pages", setup: arena + "\n@p = arena_alloc_pages a 16",
      line: "arena_free_pages a p+16K 2", calls: [0, 1, 0], survives: [.slab: 1]),
    Attempt(
      verb: "arena_reserve_pages", setup: arena, line: "arena_reserve_pages a 0x100000004000 2",
      calls: [0, 1, 0]),
    Attempt(
      verb: "arena_fault", setup: arena, line: "arena_fault a 0x100000004000 --as user",
      calls: [1, 1, 2]),
  ]

  /// A dynamic stack, with which CPUs have their stashes.
  private static let stack = "@t = stack_alloc --policy dynamic"
  private static let stacks: [Attempt] = [
    Attempt(verb: "stack_alloc", line: "u = stack_alloc", calls: [4, 3, 2]),
    Attempt(
      verb: "stack_alloc", setup: stack, line: "u = stack_alloc --policy dynamic", calls: [1, 3, 0]),
    Attempt(
      verb: "stack_alloc", line: "u = stack_alloc --policy reclaim --size 32K", calls: [8, 3, 2]),
    // What cannot be replaced is missing from then on.
    Attempt(
      verb: "schedule", setup: stack + "\n@stack_touch t 16K", line: "schedule", calls: [3, 0, 0],
      survives: [.allocPage: 3]),
  ]

  private static let frees: [Attempt] = [
    Attempt(
      verb: "vfree", setup: secret, line: "vfree v", calls: [0, 0, 1], survives: [.pageTable: 1]),
    Attempt(
      verb: "vfree_atomic", setup: secret, line: "vfree_atomic v", calls: [0, 0, 1],
      survives: [.pageTable: 1]),
  ]

  /// What the lines of `quiet` work on.
  static let preamble = """
    boot --memory 16M --highmem 2M --window i386-pae:4 --with pks --without preempt_count
    @P = alloc_pages 70
    @H = alloc_pages 4 --zone highmem
    @kmap H[0]
    @z = kmap_atomic H[1]
    @a = get_vm_area 64K
    @s = get_vm_area 4G --flags sparse
    @vm_area_map_pages s s..s+8K P[0..2]
    @m = vm_map_ram P[0..4]
    @g = pcpu_get_vm_areas --align 4K 0:64K
    @c = pcpu_alloc 64
    @v = vmap P[4..6]
    @d = ioremap 0xfed00000 4K
    @k = get_vm_area 4K
    @register_vmap_purge_notifier k
    @q = mm_create
    @f = file_open --size 64K
    @readahead f 0..64K
    @y = memfd_create --size 64K --seals shrink
    @z = udmabuf_create y 0 16K
    @udmabuf_vmap z
    @r = arena_create 16 --map-extra 0x100000000000
    @u = arena_mmap r --at 0x100000000000 --mm q
    @w = arena_create 1
    @t = stack_alloc --policy dynamic
    @e = stack_alloc --policy reclaim

    """

  /// A line for every verb that changes the machine and never allocates.
  static let quiet = [
    "free_pages P[10]", "get_page P[11]", "put_page P[12]", "free_vm_area a", "vm_unmap_ram m 4",
    "pcpu_free_vm_areas g", "pcpu_free c", "drain_vmap_work", "reclaim_vmap",
    "register_vmap_purge_notifier a",
    "unregister_vmap_purge_notifier k", "shrink_vmap_node", "vm_unmap_aliases",
    "vm_area_unmap_pages s s..s+4K", "vunmap_range s..s+4K",
    "apply_to_existing_page_range s..s+8K", "set_pte_at s+8K P[5]", "vunmap v", "iounmap d",
    "cpu 0", "context process", "inject off", "set_vm_flush_reset_perms k",
    "kmap H[2]", "kunmap H[0]", "kmap_flush_unused", "kmap_local_page H[2]",
    "kmap_local_pfn 0x100000", "kunmap_local z", "kmap_atomic H[3]", "kunmap_atomic z",
    "kmap_to_page P[0]", "pks_set 3 r", "pks_mode relaxed",
    "switch_mm q", "mmput q", "memfd_add_seals y grow", "close f", "ftruncate f 4097",
    "shrink_folio_list f 0..64K", "fsync f", "udmabuf_limits --list 2", "udmabuf_vunmap z",
    "udmabuf_sync z start,read",
    "arena_munmap r --mm q", "arena_freeze w", "arena_free r",
    "stack_touch t 5000 --write", "stack_run t --depth 12K", "stack_reclaim e", "stack_free t",
  ]
}
