package import VMem

extension Views {
  /// The picture of the page tables of a range: each used table with its frame, and which of its
  /// entries lead to tables, map memory or are empty.
  ///
  /// - Parameters:
  ///   - machine: whose tables are shown.
  ///   - user: the address space whose tables a CPU uses; the kernel's alone when nil.
  ///   - range: addresses, where an end of 0 is the top; the kernel half, or the user half, when nil.
  ///   - format: a document, or a page with it.
  ///   - output: where it goes.
  package static func pageTables(
    _ machine: borrowing Machine, of user: UserTables? = nil,
    range: (start: UInt64, end: UInt64)?, as format: PictureFormat, to output: inout ViewOutput
  ) {
    let userEnd = Level.size(depth: machine.map.levels) << 8
    let (start, end) = range ?? (user == nil ? (machine.map.kernelStart, 0) : (0, userEnd))
    let isEmpty = end != 0 && start >= end
    let forest =
      isEmpty
      ? nil
      : TableForest(
        ram: machine.ram, levels: machine.map.levels, top: user?.top ?? machine.mmu.topTable,
        range: start...(end &- 1))
    var picture = TablePicture(forest, start, end)
    picture.draw(machine)
    picture.canvas.write(picture.words, as: format, to: &output.writer)
  }
}

/// Page tables that are being drawn: a row each, those that a table leads to below it.
struct TablePicture: ~Copyable {
  var canvas = SVGCanvas()
  let words: SVGCanvas.Words
  private let forest: TableForest?
  private let rows: [TableRows.Row]
  private var y = 34

  /// Pixels between levels, and between rows.
  private static let (indentation, rowHeight) = (20, 42)

  init(_ forest: TableForest?, _ start: UInt64, _ end: UInt64) {
    self.forest = forest
    rows = forest.map { TableRows($0).rows } ?? []
    var text = rows.isEmpty ? "no tables" : ""
    for row in rows {
      if let forest { text += "\(Self.sentence(row, forest)). " }
    }
    words = SVGCanvas.Words(
      title: end == 0
        ? "page tables from \(MapPicture.address(start)) on"
        : "page tables of \(MapPicture.address(start))-\(MapPicture.address(end))",
      description: text)
  }

  mutating func draw(_ machine: borrowing Machine) {
    canvas.text(words.title, x: SVGCanvas.margin, y: y, "title")
    guard let forest, !rows.isEmpty else {
      return canvas.text("no tables", x: SVGCanvas.margin, y: y + 22)
    }
    y += 22
    canvas.text(
      "Each box is the 512 entries of a table; it is clear where they are not of the range.",
      x: SVGCanvas.margin, y: y, "muted")
    y += 20
    drawLegend()
    y += 12
    for row in rows {
      switch row {
      case .table(let place): draw(machine, forest.nodes[place], forest)
      case .unused(let places): drawText(row, forest.nodes[places.lowerBound].depth, forest)
      case .more(let parent, _, _): drawText(row, forest.nodes[parent].depth - 1, forest)
      }
    }
  }

  /// Tables that are only counted.
  private mutating func drawText(_ row: TableRows.Row, _ depth: Int, _ forest: TableForest) {
    canvas.text(Self.sentence(row, forest), x: Self.x(depth, forest), y: y + 14, "muted")
    y += 26
  }

  private mutating func drawLegend() {
    var x = SVGCanvas.margin
    for (kind, text) in [
      ("table", "leads to a table") as (StaticString, String), ("leaf", "maps memory"),
      ("empty", "empty"),
    ] {
      canvas.rectangle(x: x, y: y - 11, width: 22, height: 13, kind)
      canvas.text(text, x: x + 30, y: y)
      x += 30 + SVGCanvas.width(ofColumns: text.columns) + 24
    }
  }

  private static func x(_ depth: Int, _ forest: TableForest) -> Int {
    SVGCanvas.margin + ((forest.nodes.first?.depth ?? depth) - depth) * indentation
  }

  /// What a row says, in one line.
  private static func sentence(_ row: TableRows.Row, _ forest: TableForest) -> String {
    switch row {
    case .table(let place):
      let node = forest.nodes[place]
      return "\(node.level.name) table in frame 0x\(String(node.frame, radix: 16)), "
        + "\(MapPicture.address(node.base)): \(contents(node))"
    case .unused(let places):
      let (first, last) = (forest.nodes[places.lowerBound], forest.nodes[places.upperBound])
      return "\(places.count) \(first.level.name) tables without entries, from "
        + "\(MapPicture.address(first.base)) to \(MapPicture.address(last.base))"
    case .more(_, let tables, let mapped):
      return "\(tables) more \(tables == 1 ? "table" : "tables"), \(ByteSize(mapped)) mapped"
    }
  }

  private static func contents(_ node: TableNode) -> String {
    var parts: [String] = []
    let tables = node.children.count
    if tables > 0 { parts.append("\(tables) \(tables == 1 ? "table" : "tables")") }
    if node.leaves > 0 {
      let size = ByteSize(Level.size(depth: node.depth))
      parts.append("\(node.leaves) \(node.leaves == 1 ? "page" : "pages") of \(size)")
    }
    if node.empty > 0 || parts.isEmpty { parts.append("\(node.empty) empty") }
    return parts.joined(separator: ", ")
  }

  /// A table: a line of text, and its entries, a pixel each.
  private mutating func draw(
    _ machine: borrowing Machine, _ node: TableNode, _ forest: TableForest
  ) {
    let x = Self.x(node.depth, forest)
    if x > SVGCanvas.margin {
      canvas.line(
        [(x - Self.indentation + 8, y - 2), (x - Self.indentation + 8, y + 24), (x, y + 24)],
        "ink")
    }
    canvas.text(
      [
        ("\(node.level.name)", "strong"), (" frame 0x\(String(node.frame, radix: 16))", nil),
        ("  from \(MapPicture.address(node.base))", "muted"),
        ("  \(Self.contents(node))", nil),
      ], x: x, y: y + 12)
    canvas.rectangle(x: x, y: y + 17, width: 512, height: 14, "frame")
    canvas.rectangle(
      x: x + node.entries.lowerBound, y: y + 17, width: node.entries.count, height: 14,
      "empty")
    let runs = forest.runs(of: node)
    // Narrow ones over their neighbours: one entry can be seen beside 511.
    for run in runs where run.to - run.from > 3 { draw(run, runs.count, node, forest, x) }
    for run in runs where run.to - run.from <= 3 { draw(run, runs.count, node, forest, x) }
    y += Self.rowHeight
  }

  private mutating func draw(
    _ run: EntryRun, _ count: Int, _ node: TableNode, _ forest: TableForest, _ x: Int
  ) {
    // Hundreds of tooltips in one box would be found by nobody.
    let isTold = count <= 64
    if isTold { canvas.begin(title: Self.title(run, node, forest)) }
    let width = max(run.to - run.from, 3)
    canvas.rectangle(
      x: x + min(run.from, 512 - width), y: y + 18, width: width, height: 12,
      run.isTable ? "table" : "leaf")
    if isTold { canvas.end() }
  }

  /// The frame that the first entry of a run leads to; of a user's page that nobody may use its number
  /// stands inverted.
  private static func frame(_ run: EntryRun, _ node: TableNode) -> UInt64 {
    node.depth == 1 && node.base >> 63 == 0 ? run.first.userFrame : run.first.pfn
  }

  private static func title(
    _ run: EntryRun, _ node: TableNode, _ forest: TableForest
  ) -> String {
    let start = forest.address(node.base, run.from, node.depth)
    let end = forest.address(node.base, run.to - 1, node.depth) &+ Level.size(depth: node.depth)
    let count = run.to - run.from
    let entries = count == 1 ? "entry \(run.from)" : "entries \(run.from) to \(run.to - 1)"
    let target = run.isTable ? "a table in frame" : "frame"
    return "\(entries), \(MapPicture.address(start))-\(MapPicture.address(end)): "
      + "\(run.isTable ? "the first leads to" : "the first maps") \(target) "
      + "0x\(String(frame(run, node), radix: 16))"
  }
}
