import Testing
import VMemScript

/// Flags of areas have 64 bits, as `vm_struct.flags` has.
@Suite struct AreaFlagTests {
  private func flags(_ lines: String) -> [Substring] {
    run(lines).lines.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("flags=") }
  }

  @Test(arguments: [
    "0x100000000", "0x8000000000000000", "0xffffffff00000000", "0xfffffffffffffe80", "0x80000000",
  ])
  func everyBitIsKept(_ flags: String) {
    let result = run("a = get_vm_area 4K --flags \(flags)\nfind_vm_area a\nvmap_state --lists")
    #expect(result.exit == .success)
    #expect(result.messages.isEmpty)
    #expect(result.lines.count { $0.contains(" flags=\(flags) ") } == 2)
    #expect(run("a = get_vm_area 4K --flags \(flags)\nassert a.flags eq \(flags)").exit == .success)
  }

  @Test func theyAreNeitherAddressNorArray() {
    let shown = flags(
      "a = get_vm_area 4K --flags 0x500000000\nfree_vm_area a\nb = get_vm_area 4K\nfind_vm_area b")
    #expect(shown == ["flags=0x0"])
    let result = run("a = get_vm_area 4K --flags 0x500000000\nfind_vm_area a\nvmallocinfo\ncheck")
    #expect(result.lines.contains { $0.hasSuffix(" phys=0x0") })
    #expect(!result.output.contains("phys=0x5"))
    #expect(result.exit == .success)
  }

  /// Up to 512 pages the area has room for them.
  @Test func anArrayInAnAreaTakesTheirPlace() {
    let small = run("a = vmalloc 2M --flags 0x100000000\nfind_vm_area a\ncheck")
    #expect(small.lines.contains { $0.contains(" flags=0x100000002 ") })
    #expect(small.messages.isEmpty)
    let large = run("a = vmalloc 2052K --flags 0x100000000\nfind_vm_area a\ncheck")
    #expect(large.lines.contains { $0.contains(" flags=0x2 ") })
    #expect(large.messages.contains("of the flags 0x100000000 32 bits are kept"))
    #expect(large.exit == .success)
    let pages = run("P = alloc_pages 2\na = vmap P --flags 0x100000004\nfind_vm_area a")
    #expect(pages.lines.contains { $0.contains(" flags=0x100000004 ") })
  }

  /// Bars join words, as in C.
  @Test func wordsMayHaveBarsBetweenThem() {
    #expect(
      flags("a = get_vm_area 4K --flags map|sparse,no_guard\nfind_vm_area a") == ["flags=0x1044"])
  }
}
