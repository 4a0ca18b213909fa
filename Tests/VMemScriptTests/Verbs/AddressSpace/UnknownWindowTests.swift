import TestSupport
import Testing
import VMem
import VMemScript

/// Files that do not tell where the vmalloc window ends, or where modules go.
@Suite struct UnknownWindowTests {
  private static let rows = """
    0xf83fe000-0xf8401000   12288 f+0x1/0x2 pages=2 vmalloc
    0xf8402000-0xf8404000    8192 f+0x1/0x2 pages=1 vmalloc

    """

  private func run(
    _ line: String, _ rows: String = rows, json: Bool = false
  ) throws -> Transcript {
    let folder = try TemporaryFolder()
    try folder.write(Array(rows.utf8), to: "rows")
    return VMemScriptTests.run("\(line) --file \(folder.path)/rows") { $0.json = json }
  }

  private static let note =
    "where the vmalloc window begins and ends is not in the file: what is free "
    + "outside of 0xf83fe000..0xf8404000 does not count"

  @Test func fitDoesNotSayThatThereIsNoRoom() throws {
    let none = try run("fit 64K")
    #expect(none.exit == .success && none.messages.contains(Self.note))
    #expect(
      none.lines.first
        == "whether it fits is not known: where the vmalloc window ends is not in the file")
    #expect(none.lines[1] == "the largest hole: 0xf8401000-0xf8402000, 4 KiB")
    let json = try run("fit 64K", json: true)
    #expect(
      json.output.contains(#"{"row":"at_least","fits":null,"largest":4096,"addresses":"real"}"#))
    // A range is known, and what fits in what is known fits.
    let range = try run("fit 64K --range 0xf8400000..0xf8405000")
    #expect(range.exit == .unexpectedError && range.lines == ["NULL"])
    #expect(try run("fit 64K --range 0xf83fe000..0xff7fe000").lines == ["0xf8404000"])
    let small = Self.rows.replacing(
      "0xf8402000-0xf8404000    8192", with: "0xf8403000-0xf8405000    8192")
    #expect(try run("fit 4K", small).lines == ["0xf8401000"])
  }

  /// PowerPC with pages of 64 KiB: a guard page has as many, and behind the rows there is room.
  @Test func largerPages() throws {
    let rows = [0x0, 0x4, 0x7, 0x8].map {
      "0xc00800000\($0)000000-0xc00800000\($0)020000  131072 f+0x1/0x2 pages=1 vmalloc N0=1\n"
    }
    let ran = try run("fit 4K", rows.joined())
    #expect(ran.lines == ["0xc008000000020000"], "\(ran.messages)")
    #expect(
      ran.messages.contains("rows:1: pages are of 64 KiB, as the rows' addresses and sizes tell"))
    let close = rows + ["0xc008000000020000-0xc008000003ff0000 66912256 f+0x1/0x2 vmap\n"]
    #expect(try run("fit 4K", close.joined()).lines == ["0xc008000004020000"])
    #expect(try run("fit 4K --flags no_guard", close.joined()).lines == ["0xc008000003ff0000"])
    #expect(try run("fit 32T", rows.joined()).exit == .success)
  }

  @Test func holesAndTotalsSayWhatTheyCount() throws {
    let holes = try run("holes")
    #expect(holes.lines.count == 1 && holes.messages.contains(Self.note))
    #expect(
      try !run("holes --range 0xf83fe000..0xff7fe000").messages.contains("is not in the file"))
    let metrics = try run("holes --prometheus")
    #expect(metrics.output.contains("\nvmalloc_free_bytes_min{window=\"vmalloc\"} 4096\n"))
    #expect(!metrics.output.contains("vmalloc_free_bytes{") && !metrics.output.contains("ratio"))
    let totals = try run("totals", json: true)
    #expect(
      totals.output.contains(#""pages":3,"share":null"#) && totals.output.contains("is not in"))
  }

  /// No row lies among the modules: where they go follows from a random window, or is not known.
  @Test func modulesWithoutARow() throws {
    let row = "0xffffb3c1c0000000-0xffffb3c1c0005000   20480 f+0x93/0xe0 vmap\n"
    let empty = try run("holes --range modules", row)
    #expect(
      empty.lines == [
        "0xffffffffc0000000-0xffffffffff000000 1056964608 below: start of modules above: end of modules"
      ])
    #expect(try run("fit 4K --range modules", row).lines == ["0xffffffffc0000000"])
    #expect(try run("totals --range modules", row).lines.count == 2)
    for rows in [row.replacing("ffffb3c1c", with: "ffffc9000"), Self.rows] {
      let refused = try run("holes --range modules", rows)
      #expect(refused.exit == .badScript && refused.output.isEmpty)
      #expect(refused.messages.contains("lies among the modules, nor tells where they would"))
      #expect(refused.messages.contains("--range START..END says it"))
    }
  }
}
