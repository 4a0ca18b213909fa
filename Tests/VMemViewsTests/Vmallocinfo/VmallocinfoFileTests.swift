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
    #expect(file.text(first.words) == "lowmem")
    #expect(file.pagesPerNode(first)[0] == 1 && file.pagesPerNode(first)[3] == 3)
    #expect(file.rows[1].caller.isEmpty && file.rows[1].physicalAddress == 0xbfef_e000)
    #expect(file.rows[1].flags == .ioremap)
    #expect(file.rows[2].flags == [.alloc, .usermap, .dmaCoherent] && file.rows[2].hasArray)
    #expect(file.pagesPerNode(file.rows[2])[1] == 3072)
    #expect(file.text(file.rows[5].caller) == "0xffffffffa0001234")
    #expect(file.rows[5].flags == [.map, .sparse])
    #expect(
      file.notes == [.init(line: 1, message: "a word that no known kernel prints: kept as it is")])
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
      ("", 1, "no row of /proc/vmallocinfo"), ("hello\n", 1, "no row of /proc/vmallocinfo"),
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
    #expect(try read(early).addresses == .zero)
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
        #expect(row.caller.upperBound <= bytes.count && row.words.upperBound <= bytes.count)
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
