import TestSupport
import Testing
import VMem

@testable import VMemViews

@Suite struct VmallocinfoFileTests {
  private func read(_ text: String) throws(VmallocinfoFile.Defect) -> VmallocinfoFile {
    try VmallocinfoFile(name: "rows", bytes: Array(text.utf8))
  }

  private func fixture(_ name: String) throws -> VmallocinfoFile {
    try read(try Fixture.text("vmallocinfo/" + name))
  }

  private static let plain =
    "0xffffc90000000000-0xffffc90000005000   20480 map_irq_stack+0x93/0xe0 vmap\n"

  @Test func everyPartOfARow() throws {
    let file = try read(
      """
      0xffffc90000000000-0xffffc90000005000   20480 dup+0x4a/0x1b0 [mod] pages=4 vmalloc lowmem N0=1 N3=3
      0xffffc90000005000-0xffffc90000007000    8192 phys=0x00000000bfefe000 ioremap
      0xffffc90000008000-0xffffc90000c09000 12587008 f+0x1/0x2 pages=3072 vmalloc user dma-coherent vpages N1=3072
      0xffffc90001000000-0xffffc90001100000 1048576 vm_map_ram
      0xffffc90001100000-0xffffc90001102000    8192 unpurged vm_area
      0xffffc90001102000-0xffffc90001104000    8192 0xffffffffa0001234 vmap sparse

      """)
    #expect(file.addresses == .real && !file.isNarrow)
    #expect(file.rows.map(\.kind) == [.area, .area, .area, .mapRAM, .unpurged, .area])
    let first = file.rows[0]
    #expect((first.start, first.size) == (0xffff_c900_0000_0000, 20480))
    #expect(file.text(first.caller) == "dup+0x4a/0x1b0 [mod]")
    #expect(first.pages == 4 && first.flags == .alloc && !first.hasArray && first.line == 1)
    #expect(file.text(first.words) == "pages=4 vmalloc lowmem N0=1 N3=3")
    #expect(file.rows.dropFirst().allSatisfy { $0.words.isEmpty || $0.line == 6 })
    #expect(file.pagesPerNode(first)[0] == 1 && file.pagesPerNode(first)[3] == 3)
    #expect(file.rows[1].caller.isEmpty && file.rows[1].physicalAddress == 0xbfef_e000)
    #expect(file.rows[1].flags == .ioremap)
    #expect(file.rows[2].flags == [.alloc, .usermap, .dmaCoherent] && file.rows[2].hasArray)
    #expect(file.pagesPerNode(file.rows[2])[1] == 3072)
    #expect(file.text(file.rows[5].caller) == "0xffffffffa0001234")
    #expect(file.rows[5].flags == [.map, .sparse])
    #expect(
      file.notes == [
        .init(line: 1, message: "no known kernel prints `lowmem`: the row is kept as it is")
      ])
  }

  @Test func formsOfOldKernels() throws {
    let file = try read(
      """
      0xffffc20000000000-0xffffc20000201000 2101248 alloc_large_system_hash+0x204/0x2c0 pages=512 vmalloc vpages N0=512
      0xffffc20000204000-0xffffc20000206000    8192 acpi_tb_verify_table+0x21/0x57 phys=cff68000 ioremap

      """)
    #expect(file.rows[1].physicalAddress == 0xcff6_8000)
    #expect(file.window.start == 0xffff_c200_0000_0000)
    #expect(file.window.last == 0xffff_e1ff_ffff_ffff)
  }

  @Test(
    arguments: [
      "[   12.345678] ROW", "root@host:~# ROW", "> ROW", "  \"ROW\",", "'ROW'", "ROW\r", "\tROW  ",
      "host kernel: [1.2] ROW",
    ])
  func whatStandsAroundARow(_ around: String) throws {
    let row = "0xffffc90000000000-0xffffc90000005000   20480 f+0x93/0xe0 pages=4 vmalloc N0=4"
    let line = around.split(separator: "ROW", omittingEmptySubsequences: false)
    let file = try read("\(line[0])\(row)\(line[1])\n")
    let only = try #require(file.rows.first)
    #expect(file.text(only.caller) == "f+0x93/0xe0")
    #expect(only.words.isEmpty && only.pages == 4 && file.pagesPerNode(only)[0] == 4)
    #expect(
      file.notes.isEmpty == (line[0].allSatisfy { $0 == " " || $0 == "\t" || $0 == "\r" }))
  }

  /// Some editors and web pages make tabs of blanks.
  @Test func tabsAreAsGoodAsBlanks() throws {
    let file = try read(
      "0xffffc90000000000-0xffffc90000005000\t20480\tf+0x1/0x2\t[m]\tpages=4 \t vmalloc N0=4\t\n")
    let row = file.rows[0]
    #expect(file.text(row.caller) == "f+0x1/0x2 [m]" && row.pages == 4 && row.flags == .alloc)
    #expect(row.words.isEmpty && file.pagesPerNode(row)[0] == 4 && file.notes.isEmpty)
  }

  /// A control byte is part of the word that it stands in.
  @Test func controlBytesAreText() throws {
    let file = try read(
      "0xffffc90000000000-0xffffc90000005000   20480 f\u{1b}[31m\u{1}+0x1/0x2 pages=4 vm\u{7}alloc\n"
    )
    #expect(file.text(file.rows[0].caller) == "f\u{1b}[31m\u{1}+0x1/0x2")
    #expect(file.text(file.rows[0].words) == "pages=4 vm\u{7}alloc" && file.rows[0].flags.isEmpty)
    #expect(
      file.notes.map(\.message) == [
        "no known kernel prints `vm\\x07alloc`: the row is kept as it is"
      ])
  }

  /// What a row says of itself that cannot be, or that this program does not keep.
  @Test(
    arguments: [
      ("f+0x1/0x2 pages=4 vmalloc N0=4", nil, ""),
      ("f+0x1/0x2 pages=5 vmalloc N0=5", nil, ""),
      ("f+0x1/0x2 pages=6 vmalloc N0=6", "pages=6, but the area has room for 5", ""),
      ("f+0x1/0x2 pages=4 vmalloc", nil, ""),
      (
        "f+0x1/0x2 pages=4 vmalloc N0=1 N7=2",
        "`N0=1 N7=2`: 3 pages on nodes, but the row has pages=4", ""
      ),
      ("f+0x1/0x2 vmalloc N1=2", "`N1=2`: 2 pages on nodes, but the row has pages=0", ""),
      ("f+0x1/0x2 phys=0x00000000fee00000 ioremap", nil, ""),
      (
        "f+0x1/0x2 phys=0x00000000fee00800 ioremap",
        "phys=0xfee00800 is not of whole pages of 4096 bytes: kept as it is", ""
      ),
      (
        "f+0x1/0x2 phys=0x0010000000000000 ioremap",
        "phys=0x10000000000000 has more than 52 bits: kept as it is", ""
      ),
      (
        "unpurged vm_area pages=4",
        "no known kernel prints `pages=4`: the row is kept as it is", "pages=4"
      ),
      (
        "vm_map_ram big N0=1",
        "no known kernel prints `big` and one more word: the row is kept as it is", "big N0=1"
      ),
      (
        "f+0x1/0x2 odd pages=4 vmalloc more N0=4 words",
        "no known kernel prints `odd` and 2 more words: the row is kept as it is",
        "odd pages=4 vmalloc more N0=4 words"
      ),
      // Known words in an order or a form that no kernel of today prints.
      ("f+0x1/0x2 vmalloc pages=4", nil, "vmalloc pages=4"),
      ("f+0x1/0x2 phys=cff68000 ioremap", nil, "phys=cff68000 ioremap"),
      ("f+0x1/0x2 vmap  vmap", nil, "vmap  vmap"),
    ] as [(String, String?, String)])
  func whatRowsSayOfThemselves(_ words: String, _ note: String?, _ kept: String) throws {
    let text = Self.plain + "0xffffc90000010000-0xffffc90000015000   20480 \(words)\n"
    let file = try read(text)
    #expect(file.notes == (note.map { [.init(line: 2, message: $0)] } ?? []))
    #expect(file.text(file.rows[1].words) == kept)
  }

  @Test func addressesInCapitals() throws {
    let file = try read(
      "0XFFFFC90000000000-0XFFFFC90000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4\n")
    #expect(file.rows[0].start == 0xffff_c900_0000_0000 && file.notes.isEmpty)
  }

  @Test func compressedFiles() {
    let defect = #expect(throws: VmallocinfoFile.Defect.self) {
      try VmallocinfoFile(name: "rows", bytes: [0x1f, 0x8b, 8, 0, 1, 2, 3])
    }
    #expect(defect?.message == "a compressed file: unpack it first (gunzip)")
  }

  /// A text does not begin with as many zeroes as the image of a disk.
  @Test func zeroes() throws {
    let most = VmallocinfoFile.firstBytes
    let few = [UInt8](repeating: 0, count: most - 1) + Array(Self.plain.utf8)
    #expect(try VmallocinfoFile(name: "rows", bytes: few).rows.count == 1)
    let defect = #expect(throws: VmallocinfoFile.Defect.self) {
      try VmallocinfoFile(name: "rows", bytes: [0] + few)
    }
    #expect(defect == .init(line: 1, message: "not a text, or one of UTF-16"))
  }

  @Test func notesOfAKindAreCounted() throws {
    var text = ""
    for at in 0..<20 {
      let start = 0xffff_c900_0000_0000 + UInt64(at) << 16
      let (from, to) = (String(start, radix: 16), String(start + 0x5000, radix: 16))
      text += "0x\(from)-0x\(to)   20480 f+0x1/0x2 pages=\(9 + at) vmalloc\n"
    }
    let file = try read(text)
    #expect(file.notes.count == 9)
    #expect(file.notes.last?.message == "20 rows have more pages than their areas in all")
  }

  @Test func otherLinesArePassedOverAndTold() throws {
    let file = try read(
      "$ cat /proc/vmallocinfo\nBIOS-e820: [mem 0x0000-0x9fbff] usable\n" + Self.plain + "\n$\n")
    #expect(file.rows.count == 1 && file.notes.map(\.line) == [1, 2, 5])
    let many = try read(String(repeating: "x\n", count: 100) + Self.plain)
    #expect(many.notes.count == 9)
    #expect(many.notes.last?.message == "100 lines that are no rows were passed over in all")
  }

  @Test func aCutEnd() throws {
    let file = try read(Self.plain + "0xffffc90000005000-0xffffc90000007000    81")
    #expect(file.rows.count == 1)
    #expect(file.notes.map(\.line) == [2, 2])
    let head = try read(Self.plain + "0xffffc90000005000-0xffffc9")
    #expect(head.rows.count == 1 && head.notes.count == 2)
  }

  @Test(
    arguments: [
      ("", 1, "no row of /proc/vmallocinfo"), ("\u{1f}\u{8}x", 1, "no row of /proc/vmallocinfo"),
      ("0\0x\0f\0", 1, "not a text, or one of UTF-16"),
      ("hello\n", 1, "no row of /proc/vmallocinfo"),
      (
        plain + "0xffffc90000005000-0xffffc90000007000    8191 vmap\n", 2,
        "0xffffc90000005000-0xffffc90000007000 has 8192 bytes, but the row says 8191"
      ),
      (
        plain + "0xffffc90000007000-0xffffc90000005000    8192 vmap\n", 2,
        "0xffffc90000007000-0xffffc90000005000 ends before it begins"
      ),
      (
        plain + "0xffffc90000005800-0xffffc90000007800    8192 vmap\n", 2,
        "0xffffc90000005800-0xffffc90000007800 is not of whole pages of 4096 bytes"
      ),
    ])
  func whatIsNoFile(_ text: String, _ line: Int, _ message: String) throws {
    let defect = #expect(throws: VmallocinfoFile.Defect.self) { try read(text) }
    #expect(defect?.line == line)
    #expect(defect?.message.hasPrefix(message) == true, "\(defect?.message ?? "")")
  }

  // MARK: Real machines

  @Test func ubuntu() throws {
    let file = try fixture("ubuntu")
    #expect(file.notes.isEmpty && file.addresses == .real && file.rows.count == 1362)
    #expect(file.rows.count { $0.kind == .unpurged } == 371)
    #expect(file.window.start == 0xffff_b3c1_c000_0000)
    #expect(file.window.last == 0xffff_d3c1_bfff_ffff)
    #expect(file.modules?.start == 0xffff_ffff_c000_0000)
    #expect(file.rows.count { file.modules!.start <= $0.start } == 324)
    #expect(file.rows.allSatisfy { file.isInWindow($0) })
  }

  @Test(
    arguments: [
      ("6.12.117", 0xffff_ce59_4000_0000), ("6.18.15", 0xffff_d25a_0000_0000),
      ("7.0.13", 0xffff_cdef_0000_0000), ("7.2.12", 0xffff_ce9f_8000_0000),
      ("7.3.4", 0xffff_d61e_4000_0000 as UInt64),
    ])
  func randomBase(_ kernel: String, _ base: UInt64) throws {
    let file = try fixture("kaslr." + kernel)
    #expect(file.notes.isEmpty && file.window.start == base)
    #expect(file.rows.allSatisfy { file.isInWindow($0) })
  }

  @Test func hashedAndZero() throws {
    let hashed = try fixture("coreos.hashed")
    #expect(hashed.addresses == .hashed && hashed.rows.count == 616 && hashed.notes.isEmpty)
    #expect(hashed.rows.count { $0.kind == .unpurged } == 42)
    let starts = Set(hashed.rows.map(\.start))
    #expect(hashed.rows.count { starts.contains($0.end) } == 325)
    let zero = "0x0000000000000000-0x0000000000000000   20480 f+0x93/0xe0 vmap\n"
    #expect(try read(zero + zero).addresses == .zero)
    let early = "0x(____ptrval____)-0x(____ptrval____)   20480 f+0x93/0xe0 vmap\n"
    #expect(try read(early).addresses == .placeholder)
    #expect(try read("0x(ptrval)-0x(ptrval)   20480 f+0x93/0xe0 vmap\n").addresses == .placeholder)
    let padded = "0x        (ptrval)-0x        (ptrval)   20480 f+0x93/0xe0 vmap\n"
    let file = try read(padded)
    #expect(file.addresses == .placeholder && file.notes.isEmpty && file.rows[0].size == 20480)
    let other = padded.replacing("        (ptrval)", with: "       (ptrval)")
    #expect(throws: VmallocinfoFile.Defect.self) { try read(other) }
    #expect(try read("0xpK-error-0xpK-error   20480 f+0x93/0xe0 vmap\n").addresses == .placeholder)
    #expect(try read(zero + early + zero).addresses == .zero)
  }

  @Test func narrow() throws {
    let file = try fixture("arm32")
    #expect(file.addresses == .real && file.isNarrow && file.rows.count == 374)
    #expect(file.window.start == 0xde00_0000 && file.window.last == 0xfeff_ffff)
    #expect(file.modules?.start == 0xbf00_0000 && file.modules?.last == 0xbfff_ffff)
  }

  /// Rows that are all high in the usual window are of that one.
  @Test(arguments: [
    "0xffffe00000000000-0xffffe00000005000   20480 a+0x1/0x2 pages=4 vmalloc N0=4",
    "0xffffe8ffc0000000-0xffffe8ffc0010000   65536 pcpu_get_vm_areas+0x0/0x0 vmalloc",
  ])
  func aPieceWithHighRowsOnly(_ row: String) throws {
    let file = try VmallocinfoFile(name: "f", bytes: Array((row + "\n").utf8))
    #expect(file.window.start == 0xffff_c900_0000_0000)
    #expect(file.window.last == 0xffff_e8ff_ffff_ffff)
  }

  @Test func oneRowElsewhereDoesNotMoveTheWindow() throws {
    let file = try read(
      "0xffff800000000000-0xffff800000002000    8192 vmap\n" + Self.plain
        + "0xffffc90000005000-0xffffc90000007000    8192 vmap\n")
    #expect(file.window.start == 0xffff_c900_0000_0000)
    #expect(file.rows.map { file.isInWindow($0) } == [false, true, true])
    let message = "the row is outside of the vmalloc window 0xffffc90000000000..0xffffe8ffffffffff"
    #expect(file.notes == [.init(line: 1, message: message)])
    let other = "0xffffc90000007000-0xffffc90000009000    8192 vmap\n"
    let more = try read(
      "0xffff800000000000-0xffff800000002000    8192 vmap\n" + Self.plain + other
        + "0xffffc90000005000-0xffffc90000007000    8192 vmap\n"
        + "0xffff800000002000-0xffff800000004000    8192 vmap\n")
    #expect(more.notes == [.init(line: 1, message: message + ", and so is one more")])
  }

  // MARK: Damage

  /// Whatever is done to a file: it is read, or refused with a line of it.
  private func survives(_ bytes: [UInt8]) {
    let lines = bytes.count { $0 == 0x0a } + 1
    do throws(VmallocinfoFile.Defect) {
      let file = try VmallocinfoFile(name: "rows", bytes: bytes)
      #expect(file.notes.allSatisfy { (1...lines).contains($0.line) })
      for row in file.rows {
        #expect((1...lines).contains(row.line))
        #expect([row.caller, row.words, row.nodes].allSatisfy { $0.index < file.texts.count })
        _ = file.pagesPerNode(row)
      }
    } catch {
      #expect((1...lines).contains(error.line) && !error.message.isEmpty)
    }
  }

  private static let files = ["kaslr.6.18.15", "ubuntu", "coreos.hashed", "arm32"]

  @Test(arguments: files) func everyTruncation(_ name: String) throws {
    let bytes = Array(try Fixture.text("vmallocinfo/" + name).utf8)
    let step = Scale.operations(bytes.count / 97 + 1, long: 1)
    for end in stride(from: 0, to: bytes.count, by: step) { survives(Array(bytes[..<end])) }
  }

  @Test(arguments: files) func mutations(_ name: String) throws {
    let bytes = Array(try Fixture.text("vmallocinfo/" + name).utf8)
    var generator = SeededGenerator(seed: 18)
    for _ in 0..<Scale.operations(100, long: 25_000) {
      survives(Mutation.mutated(bytes, &generator))
    }
  }
}
