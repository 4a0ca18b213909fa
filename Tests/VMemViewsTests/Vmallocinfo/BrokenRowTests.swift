import TestSupport
import Testing
import VMem

@testable import VMemViews

/// Rows as mail, terminals and people leave them: broken into lines, with other line ends, twice.
@Suite struct BrokenRowTests {
  private func read(_ text: String) throws(VmallocinfoFile.Defect) -> VmallocinfoFile {
    try VmallocinfoFile(name: "rows", bytes: Array(text.utf8))
  }

  private static let first =
    "0xffffc90000000000-0xffffc90000005000   20480 dup_task_struct+0x4a/0x1b0 [mod] pages=4 vmalloc N0=1 N1=3"
  private static let second = "0xffffc90000005000-0xffffc90000007000    8192 unpurged vm_area"

  private func isWhole(_ file: VmallocinfoFile) -> Bool {
    let row = file.rows[0]
    return file.text(row.caller) == "dup_task_struct+0x4a/0x1b0 [mod]" && row.pages == 4
      && row.flags == .alloc && row.words.isEmpty && file.pagesPerNode(row)[1] == 3
  }

  /// Wherever a row is broken, it is one again, or the line is named; it is never another one.
  @Test(arguments: ["\n", " \n", "\n    ", "\n> ", "\r\n"])
  func brokenAnywhere(_ end: String) throws {
    let bytes = Array(Self.first.utf8)
    var joined = 0
    for at in 50..<bytes.count {
      let parts = [bytes[..<at], bytes[at...]].map { String(decoding: $0, as: UTF8.self) }
      let text = "\(parts[0])\(end)\(parts[1])\n\(Self.second)\n"
      do throws(VmallocinfoFile.Defect) {
        let file = try read(text)
        #expect(isWhole(file) && file.rows.count == 2, "\(text)")
        #expect(file.notes == [.init(line: 2, message: "goes on line 1: read as one row")])
        #expect(file.rows.map(\.line) == [1, 3])
        joined += 1
      } catch {
        #expect(error.line == 2 && error.message.contains("line 1"), "\(text)")
      }
    }
    #expect(joined > (bytes.count - 50) * 3 / 4, "\(joined)")
  }

  /// Rows of a file that are all broken at the same column.
  @Test(arguments: [72, 76, 80])
  func everyRow(_ column: Int) throws {
    let whole = try Fixture.text("vmallocinfo/kaslr.7.3.4")
    var text = ""
    for line in whole.split(separator: "\n") {
      let head = line.prefix(column)
      let blank = line.count > column ? head.lastIndex(of: " ") : nil
      text += blank.map { "\(line[..<$0])\n\(line[line.index(after: $0)...])\n" } ?? "\(line)\n"
    }
    let (file, original) = (try read(text), try read(whole))
    #expect(file.rows.count == original.rows.count)
    for (row, other) in zip(file.rows, original.rows) {
      #expect(row.start == other.start && row.pages == other.pages && row.flags == other.flags)
      #expect(file.text(row.caller) == original.text(other.caller) && row.words.isEmpty)
    }
  }

  /// A caller without a symbol begins as a row does.
  @Test func callersWithoutASymbol() throws {
    let file = try read(
      "0xffffc90000000000-0xffffc90000005000   20480\n0xffffffffc088c0d3 pages=4 vmalloc N0=4\n")
    #expect(file.text(file.rows[0].caller) == "0xffffffffc088c0d3" && file.rows[0].pages == 4)
  }

  /// Three lines, and a head that is broken itself.
  @Test func moreLines() throws {
    let file = try read(
      "0xffffc90000000000-0xffffc90000005000\n20480 dup_task_struct+0x4a/0x1b0\n[mod] pages=4 "
        + "vmalloc N0=1 N1=3\n\(Self.second)\n")
    #expect(isWhole(file) && file.notes.map(\.line) == [2, 3] && file.rows[1].line == 4)
  }

  /// What stands behind a row and is none of it.
  @Test(arguments: ["root@host:~#", "done", "0", "vmalloc space is full", "$ echo $?", "---"])
  func otherLines(_ line: String) throws {
    for row in [Self.first, Self.second, "0xffffc90000000000-0xffffc90000005000   20480"] {
      let file = try read("\(row)\n\(line)\n")
      #expect(file.rows.count == 1)
      #expect(file.notes == [.init(line: 2, message: "no row: passed over")], "\(row)")
    }
  }

  /// The end of a row behind a whole one is the end of which row?
  @Test func anEndWithoutItsRow() throws {
    let defect = #expect(throws: VmallocinfoFile.Defect.self) {
      try read("\(Self.first)\npages=4 vmalloc N0=4\n")
    }
    #expect(defect?.line == 2 && defect?.message.contains("line 1") == true)
  }

  /// The kernel's manual breaks rows with dots.
  @Test func dots() throws {
    let file = try read(
      """
          > cat /proc/vmallocinfo
          0xffffc20000000000-0xffffc20000201000 2101248 alloc_large_system_hash+0x204 ...
          /0x2c0 pages=512 vmalloc N0=128 N1=128 N2=128 N3=128
          0xffffc20000302000-0xffffc20000304000    8192 acpi_tb_verify_table+0x21/0x4f...
          phys=7fee8000 ioremap
          0xffffc20000347000-0xffffc2000034c000   20480 xt_alloc_table_info+0xfe ...
          /0x130 [x_tables] pages=4 vmalloc N0=4

      """)
    #expect(
      file.rows.map { file.text($0.caller) } == [
        "alloc_large_system_hash+0x204/0x2c0", "acpi_tb_verify_table+0x21/0x4f",
        "xt_alloc_table_info+0xfe/0x130 [x_tables]",
      ])
    #expect(file.rows.map(\.pages) == [512, 0, 4] && file.rows[1].physicalAddress == 0x7fee_8000)
  }

  /// Sentences that name a row's words are no end of one.
  @Test(arguments: [
    "You can see N0=X and N1=X meaning pages are evenly spread among the two nodes.",
    "where pages=4 is the number of pages", "The row with N0=4 is that of node 0",
  ])
  func sentences(_ line: String) throws {
    let file = try read("\(Self.first)\n\(line)\n\(Self.second)\n")
    #expect(file.rows.count == 2 && file.notes == [.init(line: 2, message: "no row: passed over")])
  }

  /// Rows whose line ends were eaten: with nothing, a blank or other marks between them.
  @Test(arguments: ["", " ", "  ", ",", "\",\"", " | "])
  func severalOnALine(_ between: String) throws {
    let third = "0xffffc90000010000-0xffffc90000015000   20480 f+0x1/0x2 pages=4 vmalloc N0=4"
    let placeholder = "0x(____ptrval____)-0x(____ptrval____)    8192 vm_map_ram"
    for rows in [
      [Self.first, Self.second, third], [third, third.replacing("0001", with: "0002")],
    ] {
      let file = try read(rows.joined(separator: between) + "\n")
      #expect(
        file.rows.count == rows.count && file.rows.allSatisfy { $0.words.isEmpty && $0.line == 1 })
      #expect(file.rows.map(\.pages) == (rows.count == 3 ? [4, 0, 4] : [4, 4]))
      #expect(
        file.notes == [
          .init(line: 1, message: "several rows stand on the line: each is one of its own")
        ])
    }
    #expect(try read([placeholder, placeholder].joined(separator: between) + "\n").rows.count == 2)
  }

  // MARK: Line ends

  @Test(arguments: ["\n", "\r\n", "\r", "\r\r\n"])
  func lineEnds(_ end: String) throws {
    let file = try read("\(Self.first)\(end)\(end)\(Self.second)\(end)")
    #expect(file.rows.map(\.line) == [1, 3] && isWhole(file) && file.notes.isEmpty)
    let cut = try read("\(Self.first)\(end)\(Self.second)")
    #expect(cut.rows.count == 2 && cut.notes.map(\.line) == [2])
  }

  /// Up to eight carriage returns belong to a line feed; more are lines of their own, however many there
  /// are.
  @Test func manyCarriageReturns() throws {
    for count in [8, 9, 200_000] {
      let many = String(repeating: "\r", count: count)
      let file = try read("\(Self.first)\(many)\n\(Self.second)\n")
      #expect(file.rows.map(\.line) == [1, 2 + max(0, count - 8)] && file.notes.isEmpty)
    }
  }

  // MARK: Twice

  @Test func pastedTwice() throws {
    let (first, second) = (Self.first + "\n", Self.second + "\n")
    let file = try read(first + second + first + second)
    #expect(file.rows.map(\.line) == [1, 2])
    #expect(
      file.notes == [
        .init(line: 3, message: "the row of line 1 once more: passed over"),
        .init(line: 4, message: "the row of line 2 once more: passed over"),
      ])
    let whole = try Fixture.text("vmallocinfo/ubuntu")
    let twice = try read(whole + whole)
    #expect(twice.rows.count == 1362 && twice.notes.count == 9)
    #expect(twice.notes.last?.message == "1362 rows stand there twice")
    // Another word makes another row.
    #expect(try read(first + first.replacing("N1=3", with: "N1=2")).rows.count == 2)
    // Zeroes say nothing.
    let zero = "0x0000000000000000-0x0000000000000000   20480 f+0x93/0xe0 vmap\n"
    #expect(try read(zero + zero).rows.count == 2)
  }

  /// Rows in any order are in order.
  @Test func order() throws {
    var generator = SeededGenerator(seed: 4)
    let lines = try Fixture.text("vmallocinfo/ubuntu").split(separator: "\n")
    let sorted = try read(lines.map { "\($0)\n" }.joined())
    for _ in 0..<5 {
      var shuffled = lines
      for at in shuffled.indices { shuffled.swapAt(at, generator.index(shuffled.count)) }
      let file = try read(shuffled.map { "\($0)\n" }.joined())
      #expect(file.rows.map(\.start) == sorted.rows.map(\.start) && !file.isAscending)
      #expect(Set(file.rows.map(\.line)).count == lines.count && file.window == sorted.window)
    }
  }
}
