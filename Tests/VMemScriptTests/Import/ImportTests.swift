import TestSupport
import Testing
import VMem
import VMemScript

/// `import_vmallocinfo FILE`: a machine of a file, which prints the file back.
@Suite struct ImportTests {
  /// Imports a text, and runs lines behind it.
  static func imported(
    _ text: String, _ options: String = "", then lines: String = "",
    _ configure: (inout Options) -> Void = { _ in }
  ) throws -> Transcript {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: "rows")
    return run("import_vmallocinfo \(folder.path)/rows \(options)\n\(lines)\n", configure)
  }

  static func fixture(_ name: String) throws -> String {
    try Fixture.text("vmallocinfo/" + name)
  }

  static let kaslr = ["6.12.117", "6.18.15", "7.0.13", "7.2.12", "7.3.4"].map { "kaslr.\($0)" }

  /// The rows a text prints back, and that the machine is sound.
  private func comesBack(_ text: String, _ options: String = "", areas: Int? = nil) throws {
    let ran = try Self.imported(text, options, then: "vmallocinfo\ncheck")
    #expect(ran.exit == .success, "\(ran.messages)")
    let rows = text.split(separator: "\n").map(String.init)
    #expect(ran.lines.dropFirst().dropLast() == rows[...])
    #expect(ran.lines.last == "0")
    if let areas { #expect(ran.lines.first == "\(areas)") }
  }

  @Test(arguments: kaslr + ["ubuntu"]) func filesOfRealMachinesComeBack(_ name: String) throws {
    try comesBack(try Self.fixture(name))
  }

  @Test(arguments: ["a1_sizes", "b4_ioremap", "e1_vmalloc", "d3_percpu", "L5_a5_huge"])
  func recordedFilesComeBack(_ scenario: String) throws {
    let folder = Fixture.folder + "kernel-6.1/\(scenario)"
    let names = TestFiles.names(in: folder)?.filter { $0.hasPrefix("vmallocinfo.") } ?? []
    try #require(!names.isEmpty)
    for name in names { try comesBack(try Fixture.text("kernel-6.1/\(scenario)/\(name)")) }
  }

  /// A notifier may free an area of a real machine too.
  @Test func purgeNotifiersOfImportedAreas() throws {
    let row = "0xffffc90000000000-0xffffc90000005000   20480 dup+0x4a/0x1b0 [mod] pages=4 vmalloc"
    let ran = try Self.imported(
      row, then: "register_vmap_purge_notifier 0xffffc90000000000\ncheck\nvmallocinfo")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.dropFirst(2).first == "0" && ran.lines.last == row)
  }

  @Test func whatNoKernelOfTodayPrintsIsKept() throws {
    try comesBack(
      """
      0xffffc90000000000-0xffffc90000005000   20480 dup+0x4a/0x1b0 [mod] pages=4 vmalloc lowmem N0=1 N3=3
      0xffffc90000005000-0xffffc90000007000    8192 phys=0x00000000bfefe000 ioremap
      0xffffc90000008000-0xffffc90000c09000 12587008 f+0x1/0x2 pages=3072 vmalloc user vpages N1=3072
      0xffffc90001000000-0xffffc90001100000 1048576 vm_map_ram
      0xffffc90001100000-0xffffc90001120000  131072 vm_map_ram
      0xffffc90001120000-0xffffc90001124000   16384 g+0x1/0x2 pages=3 vmalloc
      0xffffc90001124000-0xffffc90001128000   16384 0xffffffffa0001234 pages=4 vmap N0=4

      """, areas: 7)
  }

  /// As many callers and words as rows, shorter and longer than records have room for.
  @Test func everyRowHasTextsOfItsOwn() throws {
    var text = ""
    for number in 0..<900 as Range<UInt64> {
      let start = 0xffff_c900_0000_0000 + number << 14
      let caller = "f\(number)" + String(repeating: "x", count: Int(number % 130)) + "+0x1/0x2"
      let word = "w\(number)" + String(repeating: "y", count: Int(number * 7 % 130))
      text += "0x\(String(start, radix: 16))-0x\(String(start + 8192, radix: 16))    8192 "
      text += "\(caller) pages=1 vmalloc \(number % 2 == 0 ? "" : "\(word) ")N0=1\n"
    }
    try comesBack(text, areas: 900)
  }

  /// Words that no known kernel prints, wherever they stand, and forms of old kernels.
  @Test func oddRowsComeBack() throws {
    let long = String(repeating: "caller", count: 92)
    let text = """
      0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 [m] odd pages=4  vmalloc more N0=4 words
      0xffffc90000005000-0xffffc90000007000    8192 g+0x1/0x2 phys=cff68000 ioremap
      0xffffc90000007000-0xffffc9000000c000   20480 \(long) pages=4 vmalloc N0=3 N1=1
      0xffffc9000000c000-0xffffc90000011000   20480 \(long)+x pages=4 vmalloc N0=4 \(long.prefix(400))
      0xffffc90000011000-0xffffc90000013000    8192 h+0x1/0x2 N9=1 pages=1 vmalloc N0=1
      0xffffc90000100000-0xffffc90000104000   16384 vm_map_ram big
      0xffffc90000400000-0xffffc90000800000 4194304 vm_map_ram huge N1=3
      0xffffc90000800000-0xffffc90000802000    8192 unpurged vm_area pages=4 x
      0xffffc90000802000-0xffffc90000804000    8192 unpurged vm_area

      """
    try comesBack(text, areas: 7)
    let ran = try Self.imported(text, then: "vmallocinfo") { $0.json = true }
    #expect(ran.lines[1].contains("\"words\":\"odd more words\""))
    #expect(!ran.lines[2].contains("\"words\"") && ran.lines[2].contains("\"phys\""))
    #expect(ran.lines[3].contains("\"caller\":\"\(long)\"") && !ran.lines[3].contains("\"words\""))
    #expect(ran.lines.allSatisfy { JSONText.isObject($0) })
    // They go with their areas.
    let freed = try Self.imported(
      text,
      then: """
        vfree 0xffffc9000000c000
        vfree 0xffffc90000000000
        vmallocinfo
        map
        check
        """)
    #expect(freed.lines.last == "0", "\(freed.messages)")
    #expect(!freed.output.contains("odd") && freed.output.contains("unpurged vm_area pages=4 x"))
    let purged = try Self.imported(
      text, then: "vm_unmap_aliases\nget_vm_area 4K\nvmallocinfo\ncheck")
    #expect(purged.lines.last == "0" && !purged.output.contains("unpurged"))
  }

  @Test func textsThatAreTooLongAreTold() throws {
    let row = "0xffffc90000000000-0xffffc90000005000   20480 "
    let fits = String(repeating: "x", count: 555)
    try comesBack(row + fits + " vmap\n")
    let cut = try Self.imported(row + fits + "y vmap\n", then: "vmallocinfo")
    #expect(cut.messages.contains("rows:1: a text of 556 bytes: the first 555 are kept"))
    #expect(cut.lines.last == row + fits + " vmap")
    // A short caller leaves more room for what stands behind it.
    for (caller, most) in [("f+0x1/0x2", 888), (String(fits.prefix(111)), 444)] {
      let words = "vmap " + String(repeating: "z", count: most - 5)
      try comesBack("\(row)\(caller) \(words)\n")
      let more = try Self.imported("\(row)\(caller) \(words)z\n")
      #expect(
        more.messages.contains("rows:1: a text of \(most + 1) bytes: the first \(most) are kept"))
    }
  }

  /// As they are for files and pipes; escaped where nobody says that it is one, and in JSON.
  @Test func controlBytesComeBack() throws {
    let text = "0xffffc90000000000-0xffffc90000005000   20480 f\u{1b}[1m+0x1/0x2 vmap \u{7}x\n"
    let raw = try Self.imported(text, then: "vmallocinfo\ncheck") { $0.isRaw = true }
    #expect(raw.output == "1\n" + text + "0\n")
    let shown = try Self.imported(text, then: "vmallocinfo\nmap")
    #expect(shown.lines[1].contains("f\\x1b[1m+0x1/0x2 vmap \\x07x"))
    #expect(!shown.output.utf8.contains(0x1b) && !shown.messages.utf8.contains(0x07))
    let json = try Self.imported(text, then: "vmallocinfo") {
      ($0.json, $0.isRaw) = (true, true)
    }
    #expect(json.lines.allSatisfy { JSONText.isObject($0) } && !json.output.utf8.contains(0x1b))
  }

  @Test func pagesOnNodesThatTheMachineLacks() throws {
    let text = "0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=1 N7=3\n"
    let ran = try Self.imported(text, "--nodes 2", then: "vmallocinfo\ncheck")
    #expect(ran.messages.contains("rows:1: pages on node 7, but --nodes says 2: kept as numbers"))
    #expect(ran.output == "1\n" + text + "0\n")
    #expect(try !Self.imported(text, "--nodes 8").messages.contains("--nodes says"))
  }

  /// The limit of what waits decides when the next purge is.
  @Test func anotherLimitOfWhatWaits() throws {
    let text = try Self.fixture("ubuntu")
    let lines = "assert areas.lazy_max == 3000\nexpect 0 vm_unmap_aliases\nassert areas.lazy == 0\n"
    #expect(try Self.imported(text, "--lazy-max 3000", then: lines).exit == .success)
    let free = """
      @a = get_vm_area 40K
      @b = get_vm_area 40K
      @free_vm_area a
      assert areas.lazy == 1
      @free_vm_area b
      print areas.lazy

      """
    func left(_ most: Int) -> String? { run("boot --lazy-max \(most)\n" + free).lines.last }
    #expect(left(22) == "2" && left(21) == "0")
    #expect(run("boot --lazy-max 0").exit == .badScript)
    #expect(run("boot --lazy-max 4294967295").exit == .success)
    #expect(run("boot --lazy-max 4294967296").exit == .badScript)
  }

  @Test func pastedRowsAreRead() throws {
    let text = try Self.fixture("kaslr.6.18.15")
    let pasted =
      "$ cat /proc/vmallocinfo\r\n"
      + text.replacing("0xffffd", with: "> 0xffffd")
      .replacing("-> 0x", with: "-0x").replacing("\n", with: "\r\n")
    let ran = try Self.imported(pasted, then: "vmallocinfo")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.dropFirst() == text.split(separator: "\n").map(String.init)[...])
    #expect(ran.messages.contains("rows:1: no row: passed over"))
    #expect(ran.messages.contains("rows had text before them in all"))
  }

  // MARK: What is guessed

  @Test func guessesAreToldAndCanBeSet() throws {
    let text = try Self.fixture("ubuntu")
    let ran = try Self.imported(text, then: "info")
    #expect(ran.messages.contains("rows: kernel 6.1, 2 CPUs, 1 node, 1G of RAM, vmalloc window at"))
    #expect(ran.lines.contains("vmalloc: 0xffffb3c1c0000000..0xffffd3c1c0000000"))
    let set = try Self.imported(
      text, "--kernel 7.0 --cpus 8 --nodes 2 --memory 2G --rebase", then: "info\ncheck")
    #expect(set.exit == .success, "\(set.messages)")
    for line in [
      "kernel: 7.0", "cpus: 8", "nodes: 2", "memory: 2147483648 bytes",
      "vmalloc: 0xffffc90000000000..0xffffe90000000000",
    ] {
      #expect(set.lines.contains(line))
    }
    let four = try Self.imported(try Self.fixture("kaslr.7.0.13"), then: "info")
    #expect(four.lines.contains("kernel: 6.18") && four.lines.contains("cpus: 2"))
  }

  /// Per-CPU areas at the end tell where the window begins when a piece lacks the lowest rows.
  @Test func aPieceOfAFileHasTheSameWindow() throws {
    let rows = try Self.fixture("ubuntu").split(separator: "\n")
    let piece = rows.filter { $0 >= "0xffffb3c200000000" }.joined(separator: "\n") + "\n"
    #expect(piece.count < 60_000)
    let ran = try Self.imported(piece, then: "info\nvmallocinfo\ncheck")
    #expect(ran.lines.contains("vmalloc: 0xffffb3c1c0000000..0xffffd3c1c0000000"))
    #expect(ran.output.contains(piece))
    #expect(ran.lines.last == "0")
  }

  /// Numbers that were computed from the rows by other means.
  @Test func holesOfTheUbuntuMachine() throws {
    let base: UInt64 = 0xffff_b3c1_c000_0000
    func holes(_ lines: String) throws -> [(start: UInt64, size: UInt64)] {
      try Self.imported(Self.fixture("ubuntu"), then: lines + "vmap_state").lines.compactMap {
        let words = $0.split(separator: " ")
        guard words.first == "free", words.count == 3,
          let start = UInt64(words[1].dropFirst(2), radix: 16),
          let end = UInt64(words[2].dropFirst(2), radix: 16), start >= base,
          end < base + 1 << 40
        else { return nil }
        return (start, end - start)
      }
    }
    let now = try holes("")
    #expect(now.count == 762 && now.reduce(0) { $0 + $1.size } == 103_984 << 10)
    let purged = try holes("vm_unmap_aliases\n")
    #expect(purged.count == 392)
    let largest = try #require(purged.max { $0.size < $1.size })
    #expect(largest == (0xffff_b3c1_c468_1000, 58_876 << 10))
  }

  @Test func nextAllocationsOfTheUbuntuMachine() throws {
    let ran = try Self.imported(
      try Self.fixture("ubuntu"), "--rebase",
      then: "vm_unmap_aliases\nget_vm_area 16K\nget_vm_area 1M\nget_vm_area 4M\ncheck")
    #expect(
      ran.lines.dropFirst() == [
        "0", "0xffffc90000063000", "0xffffc90001a49000", "0xffffc900021b1000", "0",
      ])
  }

  // MARK: What can be done with it

  @Test func everyWayToFree() throws {
    let ran = try Self.imported(
      try Self.fixture("ubuntu"),
      then: """
        expect EFAULT read 0xffffb3c1c0010000 8
        expect EFAULT write 0xffffb3c1c0010000 aa
        expect fault read 0xffffb3c1c0014000 8
        expect NULL vmalloc_to_page 0xffffb3c1c0010000
        kcore --read 0xffffb3c1c0010000 16
        vfree 0xffffb3c1c0010000
        iounmap 0xffffb3c1c0005000
        vunmap 0xffffb3c1c0000000
        free_vm_area 0xffffb3c1c0007000
        context irq
        vfree 0xffffb3c1c0018000
        context process
        check
        vm_unmap_aliases
        check
        a = get_vm_area 16K
        vfree a
        check
        """)
    #expect(ran.exit == .unexpectedError || ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.contains("00*16"))
    #expect(ran.lines.suffix(4) == ["0", "0xffffb3c1c0000000", "0", "0"])
  }

  @Test func vreallocNeedsContents() throws {
    let ran = try Self.imported(
      Self.row.replacing("vmap", with: "pages=4 vmalloc N0=4"), "--kernel 7.2",
      then: """
        expect EFAULT vrealloc 0xffffc90000000000 8K
        expect EFAULT vrealloc 0xffffc90000000000 64K
        expect NULL vrealloc 0xffffc90000000000 0
        vmallocinfo
        check
        """)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(
      ran.lines.suffix(2) == [
        "0xffffc90000000000-0xffffc90000005000   20480 unpurged vm_area", "0",
      ])
  }

  @Test func vmallocUsedCountsThePages() throws {
    let text = """
      0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4
      0xffffc90000005000-0xffffc90000008000   12288 f+0x1/0x2 pages=2 vmap N0=2
      0xffffc90000008000-0xffffc90000010000   32768 f+0x1/0x2 pages=7 vmalloc N0=3 N1=4

      """
    let ran = try Self.imported(
      text, then: "meminfo\nvfree 0xffffc90000008000\nmeminfo\nvmallocinfo\ncheck")
    let used = ran.lines.filter { $0.hasPrefix("VmallocUsed:") }.map {
      $0.split(separator: " ")[1]
    }
    #expect(used.count == 2)
    #expect((Int(used[0]) ?? 0) - (Int(used[1]) ?? 0) == 28, "\(used)")
    #expect(ran.lines.last == "0")
  }

  /// Nodes that a machine here cannot have, up to all that a row may name: kept and counted.
  @Test(arguments: [9, 16, 64]) func manyNodes(_ count: Int) throws {
    let nodes = (0..<count).map { "N\($0)=1000" }.joined(separator: " ")
    let pages = count * 1000
    let end = String(0xffff_c900_0000_0000 + UInt64(pages + 1) << 12, radix: 16)
    let text = """
      0xffffc90000000000-0x\(end) \((pages + 1) << 12) f+0x1/0x2 pages=\(pages) vmalloc vpages \(nodes)
      0xffffe80000000000-0xffffe80000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=1 N252=3

      """
    let ran = try Self.imported(text, then: "vmallocinfo\ntotals --by node\ncheck")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines[1...2] == text.split(separator: "\n").map(String.init)[...])
    let totals = ran.lines.dropFirst(4).dropLast().map { $0.split(separator: " ").map(String.init) }
    #expect(totals.count == count + 1)
    #expect(totals.reduce(0) { $0 + (Int($1[2]) ?? 0) } == pages + 4)
    #expect(totals.contains { $0[2] == "3" && $0[4] == "252" } && ran.lines.last == "0")
    #expect(ran.messages.contains("pages on node 252, and a machine here has at most 8 nodes"))
    #expect(!ran.messages.contains("no known kernel") && !ran.messages.contains("pages on nodes"))
    let json = try Self.imported(text, then: "vmallocinfo") { $0.json = true }
    #expect(json.output.contains("0,3]}"))
  }

  /// A stack that was freed while the file was read: busy above, waiting below.
  @Test func whatWasFreedWhileTheFileWasRead() throws {
    let text = """
      0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4
      0xffffc90000008000-0xffffc9000000d000   20480 f+0x1/0x2 pages=4 vmalloc N0=4
      0xffffc90000000000-0xffffc90000005000   20480 unpurged vm_area

      """
    let ran = try Self.imported(
      text, then: "vmallocinfo\ncheck\nvm_unmap_aliases\nvmallocinfo\ncheck\nget_vm_area 16K")
    let rows = text.split(separator: "\n").map(String.init)
    #expect(ran.lines == ["1"] + rows + ["0", "0", rows[1], "0", "0xffffc90000000000"])
    #expect(ran.messages.contains("rows:3: line 1 was read before its area was freed"))
  }

  /// Kernels that print `phys=` without `0x` have no vmap nodes, whatever the order of a paste is.
  @Test func oldForms() throws {
    let text = """
      0xffffffffa03d7000-0xffffffffa03e9000   73728 module_alloc_update_bounds+0x14/0x70 pages=17 vmalloc N0=17
      0xffffc90000380000-0xffffc90000382000    8192 pci_enable_msix+0x2f1/0x4f0 phys=febf0000 ioremap

      """
    let ran = try Self.imported(text, then: "check")
    #expect(ran.lines == ["2", "0"] && ran.messages.contains("kernel 6.1, 1 CPU,"))
    #expect(ran.messages.contains("no kernel prints rows in this order: sorted"))
  }

  // MARK: What cannot be imported

  private static let row = "0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 vmap\n"

  @Test(
    arguments: [
      (
        row + "0xffffc90000004000-0xffffc90000006000    8192 vmap\n",
        "rows:2: 0xffffc90000004000-0xffffc90000006000 overlaps "
          + "0xffffc90000000000-0xffffc90000005000 of line 1"
      ),
      (
        row
          + row.replacing("0xffffc90000005000", with: "0xffffc90000009000").replacing(
            "20480", with: "36864"),
        "rows:2: 0xffffc90000000000-0xffffc90000009000 overlaps "
          + "0xffffc90000000000-0xffffc90000005000 of line 1"
      ),
      (
        row + row.replacing("90000", with: "90001") + row.replacing("0xffffc9", with: "0xffff11"),
        "rows:3: the row is outside of the vmalloc window 0xffffc90000000000..0xffffe8ffffffffff"
      ),
      (row.replacing("0xffffc9", with: "0xffff80"), "no x86-64 kernel has its vmalloc window at"),
      (
        row + row.replacing("c90000", with: "c90001").replacing("vmap", with: "pages=6 vmap"),
        "rows:2: pages=6, but the area has room for 5"
      ),
      (row.replacing("20480", with: "20481"), "rows:1: "), ("", "no row of /proc/vmallocinfo"),
    ])
  func badFiles(_ text: String, _ message: String) throws {
    let ran = try Self.imported(text)
    #expect(ran.exit == .badScript && ran.messages.contains(message), "\(ran.messages)")
  }

  @Test(
    arguments: [
      ("coreos.hashed", "the addresses are hashed", "kptr_restrict=1"),
      ("arm32", "32-bit addresses", "--file"),
    ])
  func filesWithoutAddressesOfThisMachine(_ name: String, _ why: String, _ hint: String) throws {
    let ran = try Self.imported(try Self.fixture(name))
    #expect(ran.exit == .badScript)
    #expect(ran.messages.contains("rows:1: \(why)") && ran.messages.contains(hint))
    let hidden = try Self.imported(
      "0x0000000000000000-0x0000000000000000   20480 f+0x93/0xe0 vmap\n")
    #expect(hidden.exit == .badScript && hidden.messages.contains("addresses are zeroes"))
    for key in ["(____ptrval____)", "        (ptrval)"] {
      let early = try Self.imported("0x\(key)-0x\(key)   20480 f+0x93/0xe0 vmap\n")
      #expect(early.exit == .badScript && early.messages.contains("no key to hash them (%p)"))
      #expect(early.messages.contains("as root after `sysctl kernel.kptr_restrict=1`"))
    }
  }

  @Test func rebaseMovesWhatNoKernelHas() throws {
    let ran = try Self.imported(
      Self.row.replacing("0xffffc9", with: "0xffff80"), "--rebase", then: "vmallocinfo\ncheck")
    #expect(ran.lines == ["1", String(Self.row.dropLast()), "0"])
  }

  @Test func onlyAsTheFirstLine() throws {
    #expect(run("import_vmallocinfo /nowhere/rows\n").exit == .noInput)
    let late = run("get_vm_area 4K\nimport_vmallocinfo /nowhere/rows\n")
    #expect(late.exit == .badScript)
    #expect(late.messages.contains("`import_vmallocinfo` is only allowed as the first line"))
    #expect(run("import_vmallocinfo\n").exit == .badScript)
    #expect(run("import_vmallocinfo /nowhere/rows --cpus 65\n").exit == .badScript)
  }

  @Test func littleMemoryIsTold() throws {
    let text = (0..<8000).map {
      let start = 0xffff_c900_0000_0000 + UInt64($0) << 13
      return "0x\(String(start, radix: 16))-0x\(String(start + 8192, radix: 16))    8192 f vmap\n"
    }.joined()
    let ran = try Self.imported(text, "--memory 1M")
    #expect(ran.exit == .badScript && ran.messages.contains("need more memory"), "\(ran.messages)")
    #expect(try Self.imported(text, "--memory 4M", then: "check").exit == .success)
  }
}
