import TestSupport
import Testing
import VMem
import VMemScript

/// A change of one kernel, tried in others: whatever it does there, the machine stays whole.
@Suite struct SwitchMixTests {
  /// Areas of every kind, on two CPUs with their nodes, freed and purged; a process, a file, an arena.
  private static let calls = """
    P = alloc_pages 80
    a = vmalloc 4M
    b = vmalloc 64K
    c = get_vm_area 8K
    d = get_vm_area 8K
    w = vmap P[0..4]
    r = vm_map_ram P[0..4]
    q = vm_map_ram P
    i = ioremap 0xfed00000 8K
    s = get_vm_area 64K --flags sparse
    vm_area_map_pages s s..s+8K P[0..2]
    vrealloc b 4K
    b = vrealloc b 128K
    g = pcpu_alloc 64
    k = vmalloc 4K --flags flush_reset_perms
    set_memory_ro k 1
    vm_unmap_ram r 4
    vm_unmap_ram q 80
    free_vm_area c
    free_vm_area d
    vfree a
    vfree k
    vm_unmap_aliases
    vmallocinfo
    c = get_vm_area 8K
    drain_vmap_work
    reclaim_vmap
    m = mm_create
    switch_mm m
    u = mmap m 16K
    write u text:x
    mprotect m u 8K r
    mremap m u 16K 32K --maymove
    f = memfd_create --size 16K --seals shrink
    z = udmabuf_create f 0 16K
    v = mmap m 16K --shared --file z
    read v 1
    e = arena_create 16 --map-extra 0x100000000000
    x = arena_mmap e --at 0x100000000000
    arena_alloc_pages e 4
    read x 1
    arena_free_pages e x 2
    inject alloc_page after=3
    vmalloc 60K
    inject off
    cpu 1
    vfree b
    vunmap w
    vm_unmap_aliases
    echo checked
    check
    """

  @Test(arguments: Scale.isLong ? [KernelVersion.v6_1, .v6_12, .v7_3] : [.v6_12])
  func machinesStayWhole(_ kernel: KernelVersion) {
    for one in Switch.all {
      let isOn = kernel.switches.contains(one.value)
      let boot =
        "boot --memory 32M --cpus 2 --kernel \(kernel.text) "
        + (isOn ? "--without" : "--with") + " \(one.name)"
      let result = run(boot + "\n" + Self.calls) { $0.keepGoing = true }
      #expect(result.lines.suffix(2) == ["checked", "0"], "\(boot)\n\(result.output.suffix(300))")
    }
  }
}
