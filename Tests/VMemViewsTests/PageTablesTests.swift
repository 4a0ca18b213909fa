import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct PageTablesTests {
  private func dump(_ tables: borrowing RebuiltTables, _ ranges: [ClosedRange<UInt64>], end: UInt64)
    -> [String]
  {
    var output = ViewOutput(descriptor: nil, format: .text)
    var dump = TableDump(
      ram: tables.machine.ram, map: tables.machine.map, top: tables.top,
      from: ranges[0].lowerBound)
    for range in ranges { dump.walk(range, to: &output) }
    dump.finish(at: end, to: &output)
    return output.writer.takeString().split(separator: "\n").map(String.init)
  }

  @Test func theWholeFileOfARealKernelComesBack() throws {
    let rows = try Fixture.lines("tables/levels4.ptdump")
    let tables = try RebuiltTables.from(rows, levels: 4)
    let ours = dump(tables, [0...(1 << 47 - 1), 0xffff_8800_0000_0000...UInt64.max], end: 0)
    #expect(ours == rows)
  }

  @Test(arguments: [
    ("sparse", 4, 0xffff_c900_0000_0000, 0xffff_ea00_0000_0000),
    ("huge", 4, 0xffff_c900_0000_0000, 0xffff_ea00_0000_0000),
    ("ioremap", 4, 0xffff_c900_0000_0000, 0xffff_ea00_0000_0000),
    ("levels5-vmalloc", 5, 0xffa0_0000_0000_0000, 0xffd4_0000_0000_0000),
  ])
  func theVmallocPartOfRealFilesComesBack(
    name: String, levels: Int, start: UInt64, end: UInt64
  ) throws {
    let rows = try Fixture.lines("tables/\(name).ptdump")
    let tables = try RebuiltTables.from(rows, levels: levels)
    let ours = dump(tables, [start...(end - 1)], end: end)
    #expect(ours == rows)
  }

  @Test(arguments: [
    ("sparse", 4, 0xffff_d100_0000_0000, 0xffff_d101_0000_0000),
    ("huge", 4, 0xffff_c900_0380_0000, 0xffff_c900_03c0_0000),
    ("ioremap", 4, 0xffff_c900_c000_0000, 0xffff_c901_0020_0000),
    ("levels5-vmalloc", 5, 0xffa0_ffff_0000_0000, 0xffa1_0001_0000_0000),
  ])
  func treesAreTheOnesARealKernelHad(name: String, levels: Int, start: UInt64, end: UInt64) throws {
    let tables = try RebuiltTables.from(Fixture.lines("tables/\(name).ptdump"), levels: levels)
    let expected = try Fixture.lines("tables/\(name).tree")
    var output = ViewOutput(descriptor: nil, format: .text)
    var tree = TableTree(
      ram: tables.machine.ram, levels: levels, top: tables.top, format: .tree)
    tree.walk(start...(end - 1), to: &output)
    tree.totals(to: &output)
    #expect(output.writer.takeString().split(separator: "\n").map(String.init) == expected)
    var words = TableTree(
      ram: tables.machine.ram, levels: levels, top: tables.top, format: .words)
    words.walk(start...(end - 1), to: &output)
    words.totals(to: &output)
    let text = output.writer.takeString()
    #expect(
      text.split(separator: "\n").map { Self.withoutFrames($0) } == expected.map(Self.inWords))
    var count = TableTree(
      ram: tables.machine.ram, levels: levels, top: tables.top, format: .count)
    count.walk(start...(end - 1), to: &output)
    count.totals(to: &output)
    let line = output.writer.takeString()
    #expect(line == expected.last! + "\n")
  }

  /// A row of a tree without what says in which frame a table, or the memory of a leaf, lies.
  private static func withoutFrames(_ row: Substring) -> String {
    var words = row.split(separator: " ", omittingEmptySubsequences: false)
    if let at = words.firstIndex(of: "frame") { words.removeSubrange(at - 1...at + 1) }
    let text = words.joined(separator: " ")
    // The colon goes with the frame.
    return text.contains(" LEAF ") ? text.replacing(" LEAF ", with: " LEAF: ") : text
  }

  /// A row of a recorded tree with words in the place of its flags.
  private static func inWords(_ row: String) -> String {
    let parts = row.split(separator: " flags=0x")
    guard parts.count == 2, let bits = UInt64(parts[1], radix: 16) else { return row }
    var words = [bits & 2 == 0 ? "read-only" : "writable"]
    let names: [(bit: Int, word: String)] = [
      (2, "user"), (3, "write-through"), (4, "cache disable"),
      (7, row.contains("pte ") ? "memory type" : "large page"), (8, "global"),
      (9, "special, no struct page"), (63, "no execute"),
    ]
    for (bit, word) in names where bits >> bit & 1 == 1 { words.append(word) }
    let what =
      parts[0].hasSuffix(" 1 page(s)")
      ? parts[0].replacing("page(s)", with: "page") : parts[0].replacing("page(s)", with: "pages")
    return "\(what): \(words.joined(separator: ", "))"
  }

  @Test(arguments: [4, 5])
  func aFreshMachineShowsItsThreeParts(levels: Int) throws {
    var configuration = Configuration()
    configuration.levels = levels
    let machine = try Machine(configuration)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.pageTables(machine, range: nil, format: .ptdump, to: &output)
    let text = output.writer.takeString()
    let (empty, hole, direct, rest, window, behind) =
      levels == 4
      ? (
        "0x0000000000000000-0xffff880000000000    16777096T",
        "0xffff880000000000-0xffff888000000000         512G",
        "ffff8880", "0xffff890000000000-0xffffc90000000000          64T",
        "0xffffc90000000000-0xffffe90000000000          32T",
        "0xffffe90000000000-0xffffea0000000000           1T"
      )
      : (
        "0x0000000000000000-0xff10000000000000       16324P",
        "0xff10000000000000-0xff11000000000000         256T",
        "ff110000", "0xff12000000000000-0xffa0000000000000       36352T",
        "0xffa0000000000000-0xffd2000000000000       12800T",
        "0xffd2000000000000-0xffd4000000000000         512T"
      )
    let blank = String(repeating: " ", count: 31)
    let below = levels == 4 ? "pud" : "p4d"
    let expected = [
      "---[ User Space ]---", empty + blank + "pgd", "---[ Kernel Space ]---", hole + blank + "pgd",
      "---[ Low Kernel Mapping ]---",
      "0x\(direct)00000000-0x\(direct)00200000           2M     RW                 GLB NX pte",
      "0x\(direct)00200000-0x\(direct)40000000        1022M     RW         PSE     GLB NX pmd",
    ]
    let lines = text.split(separator: "\n").map(String.init)
    #expect(Array(lines.prefix(expected.count)) == expected)
    let afterDirectMap = [
      rest + blank + "pgd", "---[ vmalloc() Area ]---", window + blank + below,
      behind + blank + "pgd", "---[ Vmemmap ]---",
    ]
    let at = try #require(lines.firstIndex(of: afterDirectMap[0]))
    #expect(Array(lines[at..<at + afterDirectMap.count]) == afterDirectMap)
    #expect(lines.last?.hasSuffix("pgd") == true)
    #expect(lines.last?.contains("-0x0000000000000000 ") == true)
  }

  @Test func aRangeShowsOnlyItself() throws {
    let machine = try Machine(Configuration())
    var output = ViewOutput(descriptor: nil, format: .text)
    let start: UInt64 = 0xffff_8880_001f_f000
    Views.pageTables(machine, range: (start, start + 0x2000), format: .ptdump, to: &output)
    let text = output.writer.takeString()
    #expect(
      text == """
        ---[ Low Kernel Mapping ]---
        0xffff8880001ff000-0xffff888000200000           4K     RW                 GLB NX pte
        0xffff888000200000-0xffff888000201000           4K     RW         PSE     GLB NX pmd

        """)
    // Empty ranges and the guard hole have no rows; counts are still answered.
    for (start, end) in [(5, 5), (9, 3), (1 << 47, 0xffff_8800_0000_0000)] as [(UInt64, UInt64)] {
      Views.pageTables(machine, range: (start, end), format: .ptdump, to: &output)
      let rows = output.writer.takeString()
      #expect(rows == "")
      Views.pageTables(machine, range: (start, end), format: .count, to: &output)
      let count = output.writer.takeString()
      #expect(count == "tables: pud=0 pmd=0 pte=0  leaves: pud=0 pmd=0 pte=0\n")
    }
  }

  @Test func aTableThatPointsAtItselfEndsTheWalk() throws {
    var configuration = Configuration()
    configuration.memory = 8 << 20
    let machine = try Machine(configuration)
    let top = machine.mmu.topTable
    for index in 256..<512 { machine.ram[table: top, index] = Entry(pfn: top, .kernelTable) }
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.pageTables(machine, range: nil, format: .count, to: &output)
    Views.pageTables(machine, range: nil, format: .ptdump, to: &output)
    let length = output.writer.takeBytes().count
    #expect(length < 64 << 20)
  }
}
