import Testing
import VMemScript

/// `apply_to_page_range` and `apply_to_existing_page_range`.
@Suite struct ApplyToPagesTests {
  @Test func tablesAreBuiltForEveryCall() {
    let ran = run(
      """
      s = get_vm_area 16M --flags sparse
      P = alloc_pages 2
      vm_area_map_pages s s+4K..s+12K P
      apply_to_existing_page_range s..s+8M
      apply_to_page_range s..s+4M
      apply_to_page_range s+4M..s+6M --fn none
      page_tables --range s..s+8M --format count
      apply_to_existing_page_range s..s+8M
      apply_to_existing_page_range s..s+8M --fn none
      expect bug apply_to_page_range s..s+5
      expect EINVAL,warn apply_to_page_range s..s
      expect EINVAL,warn apply_to_existing_page_range s+4K..s
      """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(
      ran.lines.dropFirst(3) == [
        "2", "1024", "0", "tables: pud=1 pmd=1 pte=3  leaves: pud=0 pmd=0 pte=2", "2", "0", "BUG",
        "-EINVAL", "-EINVAL",
      ])
  }

  /// A function that fails stops the walk: tables behind it are not built.
  @Test func aFailingFunctionIsTheResult() {
    let ran = run(
      """
      s = get_vm_area 8M
      expect EINVAL apply_to_page_range s..s+8M --fn fail=513
      page_tables --range s..s+8M --format count
      apply_to_page_range s..s+2M --fn fail=513
      """)
    #expect(
      ran.lines.dropFirst().prefix(3) == [
        "-EINVAL", "tables: pud=1 pmd=1 pte=2  leaves: pud=0 pmd=0 pte=0", "512",
      ], "\(ran.messages)")
  }

  @Test(arguments: ["fail=", "fail=0", "fail=x", "often"])
  func functionsAreThree(_ word: String) {
    #expect(run("apply_to_page_range 4K..8K --fn \(word)\n").exit == .badScript)
  }
}
