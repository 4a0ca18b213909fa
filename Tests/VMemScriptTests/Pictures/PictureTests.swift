import TestSupport
import Testing
import VMemScript

/// What holds of every picture: it is XML, can be drawn, its labels keep apart, and making it changes
/// nothing.
@Suite struct PictureTests {
  /// A machine with an area of every kind, and names that XML would take for its own.
  static let machine = """
    @boot --memory 64M --cpus 2 --nodes 2
    @s = get_vm_area 64K --flags sparse --caller 'a<b>&"c"_and_more_than_any_line_has_room_for_if_it_is_shown_whole_as_it_stands'
    @P = alloc_pages 600
    @vm_area_map_pages s s+8K..s+16K P[0..2]
    @a = vmalloc 16K --caller \\x
    @b = vmalloc 2M
    @c = ioremap 0xfeb00000 8K
    @d = vmap P[0..4]
    @m = vm_map_ram P[0..4]
    @e = get_vm_area 8K
    @t = stack_alloc
    @g = pcpu_get_vm_areas --align 4K 0:64K 1M:8K
    @n = arena_create 16
    @vfree a
    @h = vmalloc_huge 2M
    @read s+8K 4
    @mm = mm_create
    @switch_mm mm
    @u = mmap mm 16K
    @write u text:hello

    """

  static let pictures = [
    "map", "map --range s..+4K", "map --range modules", "map --range 0..0",
    "map --range 0xfffffffffffff000..0", "map --range 0..1",
    "walk s+8K", "walk s", "walk s+16M", "walk h+5", "walk P[0]", "walk u+1",
    "walk 0x100000000000000",
    "walk 0", "walk -1", "page_tables --range s..+64K", "page_tables", "page_tables --mm mm",
    "page_tables --range 0..0", "page_tables --range h..+2M",
    "page_tables --range 0x800000000000..0x900000000000", "page_tables --range b..+2M",
  ]

  /// The document that a line prints.
  static func document(
    _ line: String, _ format: String = "svg", machine: String = machine
  ) -> String {
    let result = run(machine + "\(line) --format \(format)")
    #expect(result.exit == .success, "\(line): \(result.messages)")
    return result.output
  }

  /// A page that nobody may use has its frame, not the inverted number in its entry.
  @Test func aPageWithoutRightsShowsItsFrame() {
    let lines = """
      @boot --memory 64M
      @mm = mm_create
      @switch_mm mm
      @u = mmap mm 16K
      @write u text:hello

      """
    let picture = { (change: String) in
      Self.document(
        "page_tables --mm mm --range u..+4K", "svg", machine: lines + change)
    }
    let frame = { (text: String) in
      text.split(separator: "the first maps frame 0x").dropFirst().first?.prefix { $0.isHexDigit }
    }
    let before = frame(picture(""))
    #expect(before != nil)
    #expect(frame(picture("@mprotect mm u 4K none\n")) == before)
  }

  @Test(arguments: pictures)
  func standsAlone(_ line: String) {
    let svg = Self.document(line)
    #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 "))
    #expect(svg.hasSuffix("</svg>\n"))
    for part in [
      "role=\"img\" aria-label=\"", "<title>", "<desc>",
      "@media screen and (prefers-color-scheme: dark)",
    ] { #expect(svg.contains(part)) }
    // Nothing is fetched and nothing runs.
    for part in ["<script", "href", "@import", "url(http", "onload"] {
      #expect(!svg.contains(part))
    }
    let page = Self.document(line, "html")
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains(svg))
    #expect(page.hasSuffix("</svg>\n</body>\n</html>\n"))
    #expect(Self.document(line) == svg)
  }

  @Test(arguments: pictures)
  func labelsKeepApart(_ line: String) {
    #expect(DrawnText.faults(in: Self.document(line)) == [])
    let wide = Self.machine.replacingFirst("--nodes 2", with: "--nodes 2 --levels 5")
    #expect(DrawnText.faults(in: Self.document(line, machine: wide)) == [])
  }

  @Test(.enabled(if: PictureTool.hasXMLLint, "xmllint is not installed"), arguments: pictures)
  func isWellFormed(_ line: String) throws {
    #expect(try PictureTool.fault(of: Self.document(line)) == nil)
    #expect(try PictureTool.fault(of: Self.document(line, "html")) == nil)
  }

  @Test(.enabled(if: PictureTool.hasRenderer, "rsvg-convert is not installed"), arguments: pictures)
  func canBeDrawn(_ line: String) throws {
    let size = try PictureTool.size(of: Self.document(line))
    #expect(size.width == 800)
    #expect((60...2400).contains(size.height))
  }

  @Test(arguments: pictures)
  func changesNothing(_ line: String) {
    let before = run(Self.machine + "info --hash")
    let result = run(
      Self.machine + "\(line) --format svg\n\(line) --format html\n@\(line)\ninfo --hash")
    #expect(result.lines.last == before.lines.last)
    #expect(before.lines.last?.hasPrefix("hash: ") == true)
  }

  @Test(arguments: ["map", "walk s", "page_tables"], ["svg", "html"])
  func isNoJSON(_ line: String, _ format: String) {
    let result = run("s = get_vm_area 64K\n\(line) --format \(format)") { $0.json = true }
    #expect(result.exit == .usage)
    #expect(result.lines.last?.contains("\"message\":\"a picture is no JSON\"") == true)
    #expect(!result.output.contains("<svg"))
  }

  /// Thousands of tables are a screenful, in which those without a row are counted.
  @Test func manyTablesAreCounted() {
    // Every second table maps a page, so that none stand for each other.
    let script = """
      boot --memory 64M
      @s = get_vm_area 64G --flags sparse
      @P = alloc_pages 1
      @populate s..s+8G
      let at = s
      repeat 2048 {
      @set_pte_at at P
      let at = at + 4M
      }

      """
    let svg = Self.document("page_tables --range s..s+8G", machine: script)
    let texts = DrawnText.all(in: svg).map(\.text)
    let tables = texts.filter { $0.contains(" frame 0x") }
    let counted = texts.filter { $0.contains(" more table") }.compactMap { text in
      Int(text.prefix { $0.isNumber })
    }
    // One table of each upper level but eight of the third, and 4,096 of the lowest.
    #expect(tables.count + counted.reduce(0, +) == 2 + 8 + 4096)
    #expect(tables.count + counted.count <= 40)
    #expect(DrawnText.faults(in: svg) == [])
  }

  /// Tables that stay when everything in them is gone are one line.
  @Test func unusedTablesAreOneLine() {
    let script = "@s = get_vm_area 64G --flags sparse\n@populate s..s+64M\n"
    let texts = DrawnText.all(in: Self.document("page_tables --range s..s+1G", machine: script))
    #expect(
      texts.map(\.text).suffix(1) == [
        "32 pte tables without entries, from 0xffffc90000000000 to 0xffffc90003e00000"
      ])
  }

  /// Also where results are comments of a test report, and on lines that print nothing.
  @Test func goesWhereViewsGo() {
    let report = run("map --format svg") { $0.tap = true }
    #expect(report.lines.first?.hasPrefix("# <svg") == true)
    #expect(run("@map --format svg").output == "")
  }

  @Test func textsAreEscaped() {
    let map = Self.document("map")
    #expect(map.contains("a&lt;b&gt;&amp;&quot;c&quot;_and_more"))
    #expect(!map.contains("a<b"))
  }
}

extension String {
  /// The text with the first occurrence of another replaced.
  func replacingFirst(_ old: String, with new: String) -> String {
    let parts = split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.joined(separator: new)
  }
}
