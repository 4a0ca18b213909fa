import Testing
import VMemScript

/// `page_tables --mm`: the tables of a CPU that uses a user address space.
@Suite struct UserTablesTests {
  /// A page that was written, one that was read, one to run, one that was never touched, and one of
  /// which writing was taken away.
  private static let script = """
    boot --memory 16M
    m = mm_create
    switch_mm m
    u = mmap m 64K --at 0x200000000000
    write u text:x
    read u+4K 1
    write u+16K text:x
    mprotect m u+16K 4K rx
    write u+24K text:x
    mprotect m u+24K 4K none

    """

  private func shown(_ line: String, json: Bool = false) -> [String] {
    let ran = run(Self.script + line) { $0.json = json }
    #expect(ran.exit == .success, "\(ran.messages)")
    return Array(ran.lines.dropFirst(json ? 0 : 9))
  }

  /// The columns are USR RW PWT PCD PSE PAT GLB NX, as in `current_kernel`.
  @Test func rows() {
    #expect(
      shown("page_tables --mm m --range u..u+32K") == [
        "---[ User Space ]---",
        "0x0000200000000000-0x0000200000001000           4K USR RW                     NX pte",
        "0x0000200000001000-0x0000200000002000           4K USR ro                     NX pte",
        "0x0000200000002000-0x0000200000004000           8K                               pte",
        "0x0000200000004000-0x0000200000005000           4K USR ro                     x  pte",
        "0x0000200000005000-0x0000200000006000           4K                               pte",
        "0x0000200000006000-0x0000200000007000           4K                               pte",
        "0x0000200000007000-0x0000200000008000           4K                               pte",
      ])
  }

  /// The page that a walk leads to once nobody may use it is the one it led to before: written, only
  /// read, the page of zeroes, of a device, and with the dirty bit of kernels that keep it in its place.
  @Test(
    arguments: ["6.1", "6.18"],
    ["@write x text:y", "@read x 1", "@read x 1\n@mprotect m x 4K r", "@write x text:y\n@fork m"])
  func walkToAPageWithoutRights(_ kernel: String, _ use: String) {
    walkStays(kernel, "@x = mmap m 8K\n\(use)", "x")
    if use.hasPrefix("@read x 1\n") {
      walkStays(
        kernel,
        "@v = vmalloc_user 8K\n@d = mmap m 8K --device --shared\n"
          + "@remap_vmalloc_range d v 0", "d")
    }
  }

  private func walkStays(_ kernel: String, _ setup: String, _ name: String) {
    let script = """
      boot --memory 16M --kernel \(kernel)
      @m = mm_create
      @switch_mm m
      \(setup)
      walk \(name)
      @mprotect m \(name) 4K none
      walk \(name)
      @check
      page_tables --mm m --format count --range \(name)..\(name)+4K
      """
    #expect(run(script).exit == .success)
    let leaves = run(script).lines.filter { $0.hasPrefix("  ") && $0.contains(", in frame ") }
    #expect(leaves.count == 2 && leaves.last?.contains("kept by the kernel (PROT_NONE): ") ?? false)
    let ends = leaves.map { $0.drop { $0 != "0" } }
    #expect(ends.first == ends.last, "\(leaves)")
    #expect(run(script).lines.last == "tables: pud=1 pmd=1 pte=1  leaves: pud=0 pmd=0 pte=1")
    #expect(!run(script).lines.contains { $0.contains("PROTNONE") && $0.contains("ignored in") })
    let objects = run(script) { $0.json = true }.lines.filter { $0.contains(#""level":"pte""#) }
    let physical = objects.compactMap {
      $0.split(separator: #""physical":"#).dropFirst().first?.prefix { $0 != "," && $0 != "}" }
    }
    #expect(physical.count == 2 && physical.first == physical.last, "\(objects)")
    #expect(objects.last?.contains(#""kind":"prot_none""#) ?? false)
  }

  /// The whole file: the user's tables, and behind the hole the kernel's own rows.
  @Test func file() {
    let user = shown("page_tables --mm m")
    #expect(
      user.prefix(2) == [
        "---[ User Space ]---",
        "0x0000000000000000-0x0000200000000000          32T                               pgd",
      ])
    #expect(
      user.contains(
        "0x0000208000000000-0xffff880000000000   17179713024G                               pgd"))
    let kernel = shown("page_tables")
    #expect(
      kernel.prefix(2) == [
        "---[ User Space ]---",
        "0x0000000000000000-0xffff880000000000    16777096T                               pgd",
      ])
    #expect(!kernel.contains { $0.contains("USR") })
    let rest = kernel.dropFirst(2)
    #expect(rest.count > 10 && Array(user.suffix(rest.count)) == Array(rest))
  }

  /// Without a range a tree or a count is of the user half.
  @Test func treeAndCount() {
    #expect(
      shown("page_tables --mm m --format tree").dropFirst(4).prefix(2) == [
        "      pte 0x0000200000000000-0x0000200000001000 1 page(s) flags=0x8000000000000007",
        "      pte 0x0000200000001000-0x0000200000002000 1 page(s) flags=0x8000000000000205",
      ])
    let tree = shown("page_tables --mm m --format words")
    #expect(
      tree.prefix(6).map { $0.split(separator: " in frame 0x")[0] } == [
        "tables and present entries:",
        "pgd 0x0000200000000000 table",
        "  pud 0x0000200000000000 table",
        "    pmd 0x0000200000000000 table",
        "      pte 0x0000200000000000-0x0000200000001000 1 page: writable, user, no execute",
        "      pte 0x0000200000001000-0x0000200000002000 1 page: read-only, user, special, no struct "
          + "page, no execute",
      ])
    #expect(tree.contains { $0.contains(" 1 page: there, for nobody to use") })
    // Each table lies where the entry of the level above leads, as walk says it.
    let walked = shown("walk u").compactMap { line in
      line.split(separator: " entries in frame 0x").dropFirst().first
    }
    let frames = tree.prefix(4).compactMap { $0.split(separator: " in frame 0x").dropFirst().first }
    #expect(frames == walked)
    // The page that nobody may use is there to the kernel.
    let count = "tables: pud=1 pmd=1 pte=1  leaves: pud=0 pmd=0 pte=4"
    #expect(tree.last == count)
    #expect(shown("page_tables --mm m --format count") == [count])
    #expect(
      shown("page_tables --format count --range u..u+64K") == [
        "tables: pud=0 pmd=0 pte=0  leaves: pud=0 pmd=0 pte=0"
      ])
    let kernel = "--format count --range 0xffff800000000000..0"
    #expect(shown("page_tables --mm m \(kernel)") == shown("page_tables \(kernel)"))
  }

  @Test func objects() {
    let rows = shown("page_tables --mm m --range u..u+4K", json: true)
    #expect(
      rows.suffix(2).first
        == #"{"start":"0x0000200000000000","end":"0x0000200000001000","size":4096,"#
        + #""area":"User Space","level":"pte","present":true,"flags":"0x8000000000000067"}"#)
    #expect(rows.last?.contains(#""rows":1"#) == true)
  }

  /// The space need not be current; one that is not there is refused.
  @Test func whose() {
    let before = shown("page_tables --mm m --range u..u+32K")
    #expect(shown("@switch_mm 0\npage_tables --mm m --range u..u+32K") == before)
    let ran = run(
      Self.script
        + "expect ENOENT page_tables --mm 0x1000\n@switch_mm 0\n@mmput m\npage_tables --mm m")
    #expect(ran.lines.last == "-ENOENT" && ran.messages.contains("no mm_struct at"))
    // Five levels have a wider user half.
    let five = run(
      "boot --levels 5 --memory 16M\nm = mm_create\nswitch_mm m\nu = mmap m 4K --at 0x10000000000000\n"
        + "write u text:x\npage_tables --mm m --format count")
    #expect(
      five.lines.last == "p4d tables=1; tables: pud=1 pmd=1 pte=1  leaves: pud=0 pmd=0 pte=1",
      "\(five.messages)")
  }
}
