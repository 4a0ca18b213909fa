extension Views {
  /// The picture of `map`: a column of rows, each with its address, its block and what it is.
  ///
  /// - Parameters:
  ///   - map: what is shown.
  ///   - source: what it is made from.
  ///   - format: a document, or a page with it.
  ///   - output: where it goes.
  package static func map<S: AddressSource & ~Copyable>(
    _ map: AddressSpace, of source: borrowing S, as format: PictureFormat,
    to output: inout ViewOutput
  ) {
    let rows = MapRows(map).rows
    var picture = MapPicture(map, rows, words(rows, source))
    picture.draw()
    picture.canvas.write(picture.words, as: format, to: &output.writer)
  }
}

/// A map that is being drawn.
struct MapPicture: ~Copyable {
  var canvas = SVGCanvas()
  let words: SVGCanvas.Words
  private let map: AddressSpace
  private let rows: [(row: MapRow, words: MapWords)]
  private var y = 34

  /// Where the blocks are, and the labels behind them.
  private static let (blockX, blockWidth, labelX) = (156, 180, 348)
  /// Doublings of a page that a row's height shows; higher ones are cut short.
  private static let mostDoublings = 14

  init(_ map: AddressSpace, _ rows: [MapRow], _ words: [MapWords]) {
    self.map = map
    self.rows = Array(zip(rows, words))
    var text = rows.isEmpty ? "nothing" : ""
    for (row, words) in self.rows {
      text += "\(row.start.address(map.digits)) \(row.size): \(words.line)"
      text += words.share.map { ", \($0.percent)% mapped. " } ?? ". "
    }
    self.words = SVGCanvas.Words(
      title: "\(map.name), \(rows.isEmpty ? "empty" : "\(map.size)")", description: text)
  }

  static func address(_ value: UInt64) -> String { value.address(16) }

  mutating func draw() {
    canvas.text(words.title, x: SVGCanvas.margin, y: y, until: 700, "title")
    y += 22
    canvas.text(
      "\(place(map.start))-\(place(map.last &+ 1)), \(map.origin.printable)",
      x: SVGCanvas.margin, y: y, until: SVGCanvas.width - SVGCanvas.margin, "muted")
    y += 10
    drawLegend()
    guard !rows.isEmpty else { return }
    y += 14
    canvas.text(
      "A row grows with the logarithm of its size; over 64 MiB it is cut short. Crossed: guard pages.",
      x: SVGCanvas.margin, y: y, "muted")
    if rows.contains(where: { $0.words.share != nil }) {
      y += 14
      canvas.text(
        "The line on the left of a block: how much of its areas is mapped.", x: SVGCanvas.margin,
        y: y, "muted")
    }
    y += 12
    for (row, words) in rows { draw(row, words) }
    canvas.text(
      place(map.last &+ 1), x: SVGCanvas.margin, y: y + 14, until: Self.blockX, "muted")
  }

  private func place(_ address: UInt64) -> String { address.address(map.digits) }

  /// What there is of each kind, and how it looks: two columns.
  private mutating func drawLegend() {
    var place = 0
    for (kind, total) in zip(SegmentKind.allCases, map.totals(of: map.all.indices))
    where total.count > 0 {
      let x = place % 2 == 0 ? SVGCanvas.margin : SVGCanvas.width / 2
      if place % 2 == 0 { y += SVGCanvas.lineHeight }
      place += 1
      canvas.rectangle(x: x, y: y - 11, width: 22, height: 13, kind.name)
      let largest = total.count > 1 ? ", largest \(ByteSize(total.largest))" : ""
      canvas.text(
        [
          ("\(kind.name)", "strong"), (" \(total.count), \(ByteSize(total.bytes))\(largest)", nil),
        ], x: x + 30, y: y, until: x + SVGCanvas.width / 2 - SVGCanvas.margin)
    }
    y += 6
  }

  private mutating func draw(_ row: MapRow, _ words: MapWords) {
    let doublings = 63 - max(row.size.bytes >> 12, 1).leadingZeroBitCount
    let isCut = doublings > Self.mostDoublings
    let height = 20 + 2 * min(doublings, Self.mostDoublings) + (isCut ? 12 : 0)
    var title = "\(place(row.start))-\(place(row.last &+ 1)), "
    title += "\(row.size.bytes) bytes: \(words.line)"
    for detail in words.details { title += "; \(detail)" }
    if let share = words.share {
      title += "; \(ByteSize(share.mapped)) of \(ByteSize(share.mappable)) mapped"
    }
    canvas.begin(title: title)
    var x = Self.blockX
    for (kind, width) in row.shares(of: Self.blockWidth) {
      canvas.rectangle(
        x: x, y: y + 1, width: width, height: height - (words.hasGuard ? 7 : 2), kind.name)
      x += width
    }
    if words.hasGuard {
      canvas.rectangle(
        x: Self.blockX, y: y + height - 6, width: Self.blockWidth, height: 5, "guard")
    }
    if let share = words.share?.percent, share > 0 {
      let part = max(3, (height - 2) * share / 100)
      canvas.rectangle(x: Self.blockX - 7, y: y + 1, width: 4, height: part, "mapped")
    }
    if isCut { drawCut(y + height / 2) }
    canvas.text(
      place(row.start), x: SVGCanvas.margin, y: y + 14, until: Self.blockX, "muted")
    canvas.text(
      [
        ("\(row.size)  ", nil), (words.name.isEmpty ? "" : "\(words.name)  ", "strong"),
        (words.what, nil), (words.caller.isEmpty ? "" : "  \(words.caller)", "muted"),
        (words.share.map { "  \($0.percent)% mapped" } ?? "", "muted"),
      ], x: Self.labelX, y: y + 14)
    canvas.end()
    y += height
  }

  /// The zigzag of a row that is cut short.
  private mutating func drawCut(_ middle: Int) {
    var points: [(x: Int, y: Int)] = []
    for (index, x) in stride(
      from: Self.blockX - 4, through: Self.blockX + Self.blockWidth + 4, by: 4
    ).enumerated() {
      points.append((x, index % 2 == 0 ? middle - 3 : middle + 3))
    }
    canvas.line(points, "cut")
    canvas.line(points, "ink")
  }
}
