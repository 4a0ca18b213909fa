@testable import VMemCLI

/// An image whose values can be replaced by absurd ones, with checksums that say that they are right.
struct RepairedImage {
  /// Something of every kind is alive.
  static let script = """
    boot --memory 16M --highmem 2M --cpus 2 --nodes 2 --window i386-pae:8 --with pks
    P = alloc_pages 80
    H = alloc_pages 8 --zone highmem
    Q = alloc_pages 2 --order 2
    s = get_vm_area 64K --flags sparse
    vm_area_map_pages s s+8K..s+16K P[0..2]
    write P[0] text:hello
    v = vmalloc 20K
    w = vmalloc_huge 2M
    z = vmalloc_user 16K
    vfree z
    g = vmap P[0..4]
    r = vm_map_ram P[10..13]
    vm_unmap_ram r 3
    r2 = vm_map_ram P[4..8]
    big = vm_map_ram P[0..66]
    d = ioremap 0xfed00123 16
    i = ioremap_wc 0xfc000000 8K
    f = vmap_pfn 0x100000 2
    pc = pcpu_get_vm_areas --align 4K 0:4K 1M:8K
    a = arena_create 100 --map-extra 0x100000000000
    m = mm_create
    switch_mm m
    u = arena_mmap a --at 0x100000000000
    write u 2a00000000000000
    n = arena_alloc_pages a 5
    arena_free_pages a n+4K 1
    heap = mmap m 16K --at 0x555555560000
    write heap text:hello
    read heap+4K 1
    shared = mmap m 8K --shared
    write shared text:x
    c = fork m
    read n 8
    switch_mm 0
    mf = memfd_create --size 256K --seals shrink
    pwrite mf 4K text:memfd
    ub = udmabuf_create_list mf:0:32K mf:16K:16K
    ua = udmabuf_vmap ub
    fo = file_open --size 64K --folio-order 2
    pwrite fo 6K text:six
    vf = vmap_file fo 4K..8K
    k1 = kmap H[0]
    k2 = kmap_local_page H[1]
    kunmap H[0]
    task worker
    k3 = kmap_local_page H[2]
    st = stack_alloc --policy dynamic
    st2 = stack_alloc --policy reclaim
    stack_touch st 6000 --write
    task vmemctl
    schedule
    inject alloc_page after=300 every=2 times=3
    set_memory_ro v 1
    expect NULL get_vm_area 0
    register_vmap_purge_notifier v
    let number = 42
    cpu 1
    x1 = vmalloc 64K
    x2 = get_vm_area 4K
    free_vm_area x2
    P2 = alloc_pages 10
    free_pages P2[0..4]
    cpu 0
    read v 5
    read s+8K 4
    read P[0] 4
    step 1 vfree x1
    """

  static let readers = [
    "info", "info --hash", "meminfo", "vmstat", "buddyinfo", "iomem", "dmesg", "check",
    "memory OUT", "vmallocinfo", "page_tables", "page_tables --format tree", "vmap_state",
    "vmap_state --sum", "vmap_state --lists", "tlb", "tlb --cpu 1", "tlb_audit", "map_audit",
    "holes", "holes --purged", "fit 16K", "fit 16K --align 64K", "fit 64T", "totals --by caller",
    "totals --by node",
    "kcore OUT", "kcore --headers", "kcore --read 0xffffc90000000000 64K", "vmcore OUT",
    "snapshot OUT",
    "diff WHOLE IMAGE", "log", "walk v", "walk u", "walk s", "maps m", "files", "folios fo",
    "folios mf", "dmabufs", "arena_info a", "kmap_state", "kmap_audit", "names", "pks_state",
    "stack_stat",
    "injections", "page P", "page Q", "find_vm_area v", "find_vm_area r2",
    "vmalloc_to_page v --name", "page_address H[0]", "memfd_get_seals mf",
    "map", "map --format svg", "walk s --format svg", "page_tables --format svg", "--json map",
    "kmap_compare", "--json info", "--json vmallocinfo",
    "--json vmap_state", "--json tlb", "--json page_tables", "--json dmesg",
  ]

  static let writers = [
    "get_vm_area 16K", "vmalloc 64K", "vzalloc 1M", "vmalloc_huge 2M", "vfree v", "vfree w",
    "free_vm_area s", "vunmap g", "vm_unmap_ram r2 4", "vm_map_ram P[0..4]",
    "vm_map_ram P[0..70]", "ioremap 0xfeb00000 8K", "iounmap d", "vmap_pfn 0x200000 4",
    "alloc_pages 30", "alloc_pages 2 --order 5", "free_pages P2[5..8]", "get_page P[0]",
    "put_page P[1]", "vm_unmap_aliases", "drain_vmap_work", "reclaim_vmap", "shrink_vmap_node",
    "step 1", "step 0 vfree v", "read v 8", "write u 2a", "read n 16", "arena_alloc_pages a 4",
    "arena_free_pages a n 1", "arena_reserve_pages a n+20p 3", "arena_free a", "arena_create 10",
    "switch_mm m", "mmap m 64K", "munmap m heap 8K", "mprotect m heap 8K r",
    "mremap m heap 16K 64K --maymove", "fork m", "mmput c", "kmap H[3]", "kunmap H[0]",
    "kmap_flush_unused", "kmap_local_page H[4]", "kunmap_local k2", "task worker", "task new",
    "stack_alloc --policy dynamic", "stack_touch st2 3000 --write", "stack_free st",
    "stack_reclaim st2", "schedule", "pwrite mf 64K text:hi", "pread mf 0 64K",
    "ftruncate mf 512K", "ftruncate fo 8K", "fallocate mf 0..128K", "readahead fo 0..64K",
    "close fo", "close mf", "close ub", "udmabuf_vmap ub", "udmabuf_vunmap ub",
    "udmabuf_create mf 0 16K", "vmap_file fo 4K..8K", "shrink_folio_list fo 0..8K",
    "vrealloc v 64K", "set_memory_rw v 2", "apply_to_page_range v..v+8K", "populate s..s+64K",
    "vm_area_unmap_pages s s..s+64K", "vm_area_map_pages s s+16K..s+24K P[4..6]", "vmap P[5..9]",
    "pcpu_get_vm_areas --align 4K 0:4K 1M:8K", "pcpu_free_vm_areas pc",
    "unregister_vmap_purge_notifier v", "inject slab after=3", "inject off", "cpu 1",
    "context irq", "undo", "pks_protect P[0..2]", "compare v w 4K", "copy v w 4K",
    "fill v 8K 0x55", "do_exit", "kernel_thread k",
    "test_vmalloc test_loop_count=5 run_test_mask=1",
  ]

  /// A value that was replaced.
  struct Change: CustomStringConvertible {
    let at: Int
    let size: Int
    let value: UInt64

    var description: String {
      "\(size) bytes at \(at % 4096) of frame \(at / 4096) = \(String(value, radix: 16))"
    }
  }

  let files: FlippedImage

  init() throws { files = try FlippedImage(script: Self.script) }

  /// Replaces one to three values, half of them of the superblock and most of them not zero.
  func damage(_ random: inout some RandomNumberGenerator) -> [Change] {
    let count = Int.random(in: 0..<3, using: &random) == 0 ? 3 : 1
    return (0..<count).map { _ in
      let frame = Bool.random(using: &random) ? 0 : files.frames.randomElement(using: &random)!
      let size = [1, 2, 4, 4, 8, 8].randomElement(using: &random)!
      var at = 0
      for _ in 0..<20 {
        at = frame * 4096 + Int.random(in: 0..<4096 / size, using: &random) * size
        // Magic and version of the superblock are not the engine's affair.
        if at >= 16, load(at, size) != 0 { break }
      }
      let change = Change(at: max(at, 16), size: size, value: value(at, size, &random))
      store(change)
      return change
    }
  }

  private func load(_ at: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) {
      $0 | UInt64(files.mapped.load(fromByteOffset: at + $1, as: UInt8.self)) << UInt64(8 * $1)
    }
  }

  /// Nothing, one, the most, one more or less, a frame or an object of RAM, or any number.
  private func value(_ at: Int, _ size: Int, _ random: inout some RandomNumberGenerator) -> UInt64 {
    let old = load(at, size)
    let frame = UInt64(files.frames.randomElement(using: &random)!)
    let bit = UInt64.random(in: 0..<UInt64(8 * size), using: &random)
    let object = frame << 8 | UInt64.random(in: 0..<256, using: &random)
    return [
      0, 1, .max, .max >> 1, old &+ 1, old &- 1, old ^ 1 << bit, 1 << bit, frame, object,
      UInt64.random(in: 0 ... .max, using: &random),
    ].randomElement(using: &random)!
  }

  /// Replaces a value, and puts the checksums of its frame right again.
  func store(_ change: Change) {
    for byte in 0..<change.size {
      files.mapped.storeBytes(
        of: UInt8(truncatingIfNeeded: change.value >> UInt64(8 * byte)),
        toByteOffset: change.at + byte, as: UInt8.self)
    }
    let frame = change.at / 4096
    let bytes = UnsafeRawBufferPointer(start: files.mapped + frame * 4096, count: 4096)
    let sum = ImageTrailer.checksum(Array(bytes)[...])
    let zeroes = ImageTrailer.checksum([UInt8](repeating: 0, count: 4096)[...])
    files.mapped.storeBytes(
      of: sum ^ zeroes, toByteOffset: files.memory + frame * 4, as: UInt32.self)
    guard frame == 0 else { return }
    let end = UnsafeMutableRawBufferPointer(
      start: files.mapped + files.image.count - 4096, count: 4096)
    guard var trailer = try? ImageTrailer(Array(end)) else { return }
    trailer.superblock = sum
    end.copyBytes(from: trailer.bytes)
  }
}
