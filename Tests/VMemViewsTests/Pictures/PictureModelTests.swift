import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

/// What pictures are made from.
@Suite struct PictureModelTests {
  @Test(
    arguments: [
      (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"),
      (4096, "4 KiB"), ((1 << 20) - 4096, "1020 KiB"), ((1 << 20) + 4096, "1.0 MiB"),
      ((32 << 40) - 4096, "31.9 TiB"), (UInt64.max, "15.9 EiB"), (3 << 59, "1.5 EiB"),
    ] as [(UInt64, String)])
  func sizes(_ bytes: UInt64, _ text: String) {
    #expect(ByteSize(bytes).description == text)
  }

  @Test(arguments: [4, 5])
  func fieldsAreAllBits(_ levels: Int) {
    let fields = AddressField.all(levels: levels)
    #expect(fields.count == levels + 2)
    #expect(fields.map(\.width).reduce(0, +) == 64)
    let value: UInt64 = 0x1234_5678_9abc_def0
    #expect(UInt64(fields.map { $0.digits(of: value) }.joined(), radix: 2) == value)
    for field in fields where field.high < 63 && field.low > 0 {
      let depth = (field.low - 3) / 9
      #expect(field.value(of: value) == UInt64(Level.index(of: value, depth: depth)))
    }
  }

  @Test func textsAreCutByColumns() {
    #expect("abcdef".cut(toColumns: 6) == "abcdef")
    #expect("abcdefg".cut(toColumns: 6) == "abcde…")
    #expect("漢字漢字".columns == 8)
    #expect("漢字漢字".cut(toColumns: 6) == "漢字…")
    #expect("abc".cut(toColumns: 0) == "")
    #expect("a bb ccc".lines(ofColumns: 4) == ["a bb", "ccc"])
  }

  /// Control characters, what XML excludes, and what would end an element or an attribute.
  @Test func textsForXML() {
    var writer = ByteWriter(descriptor: nil)
    writer.xml("a<b>&\"'\u{1}\u{202e}\u{ffff}é")
    #expect(
      writer.takeString()
        == "a&lt;b&gt;&amp;&quot;&#39;\\x01\\xe2\\x80\\xae\\uffffé")
  }

  @Test func sharesAddUp() {
    let row = MapRow(
      first: Segment(0, 4095, .vmalloc), last: 4096 * 100 - 1, count: 3,
      parts: [
        MapRow.Part(kind: .vmalloc, count: 1, bytes: 4096),
        MapRow.Part(kind: .unpurged, count: 1, bytes: 4096 * 49),
        MapRow.Part(kind: .hole, count: 1, bytes: 4096 * 50),
      ], caller: "")
    for cells in [1, 2, 10, 16, 180] {
      let shares = row.shares(of: cells)
      #expect(shares.reduce(0) { $0 + $1.cells } == cells)
    }
    #expect(row.shares(of: 100).map(\.cells) == [1, 49, 50])
  }

  /// Tables that lead back to themselves end, and so do pictures of them.
  @Test func loopsOfTablesEnd() throws {
    var configuration = Configuration()
    configuration.memory = 16 << 20
    let story = try Story.told(configuration)
    let steps = story.machine.mmu.walk(story.area + 0x1000)
    let pmd = steps[2]
    for index in 0..<512 {
      story.machine.ram[table: pmd.table, index] = Entry(bits: pmd.table << 12 | 0x63)
    }
    let text = story.shown {
      Views.pageTables($0, range: (story.area, story.area + 1 << 30), as: .svg, to: &$1)
    }
    #expect(text.hasSuffix("</svg>\n"))
    #expect(text.contains("more tables"))
    #expect(DrawnText.faults(in: text) == [])
  }

  /// A picture of tables counts what the tree counts.
  @Test func tablesAreThoseOfTheTree() throws {
    let story = try Story.told()
    let forest = TableForest(
      ram: story.machine.ram, levels: 4, top: story.machine.mmu.topTable,
      range: story.area...(story.area + 4 << 30 - 1))
    #expect(forest.nodes.map(\.level) == [.pgd, .pud, .pmd, .pte])
    #expect(forest.nodes.map(\.mapped) == [16384, 16384, 16384, 16384])
    #expect(forest.nodes[3].leaves == 4)
    #expect(forest.nodes[3].empty == 508)
    let runs = forest.runs(of: forest.nodes[3])
    #expect(runs.map(\.from) == [1])
    #expect(runs.map(\.to) == [5])
    #expect(runs.first?.first.pfn == story.frames[0])
    let whole = TableForest(
      ram: story.machine.ram, levels: 4, top: story.machine.mmu.topTable,
      range: story.machine.map.kernelStart...UInt64.max)
    var counted = TableTree(
      ram: story.machine.ram, levels: 4, top: story.machine.mmu.topTable, format: .count)
    let totals = story.shown { _, output in
      counted.walk(story.machine.map.kernelStart...UInt64.max, to: &output)
      counted.totals(to: &output)
    }
    for level in [Level.pte, .pmd, .pud] {
      let tables = whole.nodes.count { $0.level == level }
      #expect(totals.contains("\(level)=\(tables)"))
    }
  }
}
