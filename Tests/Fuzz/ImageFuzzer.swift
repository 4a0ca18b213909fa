import CFuzz
import Glibc
import VMem
import VMemScript

/// Bytes are values that replace others in a machine's RAM, as an image has it whose checksums are right:
/// eleven for each, of which the first three are the place, the low bits of the fourth the size, and the
/// rest the value. Every view, and then some calls, answer or end with exit 4.
enum ImageFuzzer {
  /// Seconds of a processor, and bytes of memory above those of a sound machine.
  private static let (patience, room): (Int32, Int) = (10, 64 << 20)

  static func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let usual = Self.usual
    var memory = 0
    let status = cfuzz_fork({ ImageFuzzer.child($0, $1) }, bytes, count, patience, &memory)
    if ![0, 1, 3, 4, 65].contains(status) || memory > usual + room {
      ScriptFuzzer.fail("status \(status), \(memory >> 20) MiB")
    }
    return 0
  }

  /// What a machine without damage needs.
  private static let usual: Int = {
    var memory = 0
    let status = cfuzz_fork({ ImageFuzzer.child($0, $1) }, nil, 0, patience, &memory)
    guard [0, 1, 3].contains(status) else { fatalError("without damage: \(status)") }
    return memory
  }()

  private static func child(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    var changed = image
    let changes = UnsafeBufferPointer(start: bytes, count: count)
    for first in stride(from: 0, to: changes.count - 11, by: 11) {
      let place = (0..<3).reduce(0) { $0 | Int(changes[first + $1]) << (8 * $1) }
      // Half of the places are in the superblock.
      let at = place & 1 == 0 ? place >> 1 & 4095 : (place >> 1) * 2 % changed.count
      // Its first words tell an image from other files.
      for byte in 0..<(1 << Int(changes[first + 3] & 3))
      where at + byte >= 16 && at + byte < changed.count {
        changed[at + byte] = changes[first + 4 + byte % 7]
      }
    }
    let file = write(changed)
    guard
      let machine = try? Machine(image: file, size: changed.count, restore: { (_: RAM) in })
    else { return 4 }
    var options = Options()
    options.keepGoing = true
    let null = open("/dev/null", O_WRONLY)
    var interpreter = Interpreter(machine: machine, options: options, output: null, messages: null)
    watchTraps()
    _ = interpreter.run(ScriptSource(name: "input", bytes: Array(calls.utf8)))
    return Int32(interpreter.finish().rawValue)
  }

  /// RAM of a machine in which something of every kind is alive.
  private static let image: [UInt8] = {
    guard let machine = try? Machine(Configuration()) else { fatalError("no memory") }
    var interpreter = Interpreter(
      machine: machine, options: Options(), output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: "input", bytes: Array(script.utf8)))
    guard interpreter.finish() == .success else { fatalError(interpreter.takeMessages()) }
    // All of it: TLBs stand where a dump of RAM has a hole.
    var bytes = [UInt8](repeating: 0, count: Int(interpreter.machine.ram.frameCount) << 12)
    interpreter.machine.forEachUsedFrame { frame, contents in
      bytes.replaceSubrange(Int(frame) << 12..<Int(frame + 1) << 12, with: contents)
    }
    return bytes
  }()

  private static func write(_ bytes: [UInt8]) -> Int32 {
    let file = open("image", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard pwrite(file, bytes, bytes.count, 0) == bytes.count else { fatalError("image") }
    return file
  }

  /// As vmemctl itself ends when an invariant does not hold.
  private static func watchTraps() {
    for number in [SIGILL, SIGTRAP, SIGABRT] { signal(number) { _ in _exit(4) } }
  }

  private static let calls = """
    vmallocinfo
    vmap_state --lists
    page_tables
    page_tables --format svg
    map
    map --format svg
    holes --purged
    fit 16K --align 64K
    totals --by node
    tlb
    tlb_audit
    map_audit
    dmesg
    kmap_state
    kmap_audit
    names
    pks_state
    stack_stat
    files
    dmabufs
    maps m
    arena_info a
    folios mf
    buddyinfo
    vmstat
    kcore /dev/null
    vmcore /dev/null
    info --hash
    check
    get_vm_area 16K
    vmalloc 64K
    vfree v
    vm_map_ram P[0..4]
    vm_unmap_aliases
    arena_alloc_pages a 4
    stack_alloc --policy dynamic
    schedule
    fork m
    close mf
    check
    """

  private static let script = """
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
}
