package import VMem

extension Views {
  /// The vmalloc spaces and the modules of two machines side by side: what one of them has and the
  /// other has not, and where they map other pages.
  ///
  /// - Parameters:
  ///   - a: the machine before.
  ///   - b: the machine after.
  ///   - names: what they are called.
  ///   - format: a document, or a page with it.
  ///   - output: where it goes.
  package static func difference(
    _ a: borrowing Machine, _ b: borrowing Machine, names: (String, String),
    as format: PictureFormat, to output: inout ViewOutput
  ) {
    var picture = DifferencePicture(names)
    picture.draw(a, b)
    picture.canvas.write(picture.words, as: format, to: &output.writer)
  }
}

/// Two machines that are being drawn side by side.
struct DifferencePicture: ~Copyable {
  var canvas = SVGCanvas()
  private let names: (String, String)
  private var y = 34
  private var sentences: [String] = []

  /// Changes that are drawn at most in each range; more are counted.
  static let limit = 32
  /// Where the blocks are, and the labels behind them.
  private static let (oldX, newX, blockWidth, labelX) = (156, 282, 110, 404)

  init(_ names: (String, String)) { self.names = names }

  var words: SVGCanvas.Words {
    SVGCanvas.Words(
      title: "from \(names.0) to \(names.1)",
      description: sentences.isEmpty ? "no difference" : sentences.joined(separator: ". ") + ".")
  }

  mutating func draw(_ a: borrowing Machine, _ b: borrowing Machine) {
    canvas.text("before and after", x: SVGCanvas.margin, y: y, "title")
    y += 22
    canvas.text([("before  ", "strong"), (names.0, nil)], x: SVGCanvas.margin, y: y)
    y += SVGCanvas.lineHeight
    canvas.text([("after   ", "strong"), (names.1, nil)], x: SVGCanvas.margin, y: y)
    y += SVGCanvas.lineHeight
    canvas.text(
      "The line at the foot of a block: how much of it is mapped.", x: SVGCanvas.margin, y: y,
      "muted")
    y += 14
    guard a.map == b.map else {
      sentences = ["the machines put the vmalloc space or the modules at different addresses"]
      return canvas.text(sentences[0], x: SVGCanvas.margin, y: y + 14)
    }
    draw("vmalloc space", a, b, (a.map.vmallocStart, a.map.vmallocEnd &+ 1))
    draw("modules", a, b, (a.map.modulesStart, AddressMap.modulesEnd))
  }

  private mutating func draw(
    _ title: String, _ a: borrowing Machine, _ b: borrowing Machine,
    _ range: (start: UInt64, end: UInt64)
  ) {
    let difference = MapDifference(a, b, in: range)
    let changed = difference.pieces.count { $0.isChanged }
    y += 12
    canvas.text(
      [
        (title, "strong"),
        (
          changed == 0 ? "  no difference" : "  \(changed) \(changed == 1 ? "change" : "changes")",
          nil
        ),
      ], x: SVGCanvas.margin, y: y)
    y += 8
    guard changed > 0 else { return }
    var drawn = 0
    for piece in difference.pieces {
      if piece.isChanged { drawn += 1 }
      guard drawn <= Self.limit else { break }
      draw(piece, difference, a, b)
    }
    if changed > Self.limit {
      canvas.text("and \(changed - Self.limit) more", x: Self.labelX, y: y + 14, "muted")
      y += SVGCanvas.lineHeight
    }
    y += 8
  }

  private mutating func draw(
    _ piece: MapDifference.Piece, _ difference: MapDifference, _ a: borrowing Machine,
    _ b: borrowing Machine
  ) {
    let doublings = 63 - max(piece.size.bytes >> 12, 1).leadingZeroBitCount
    let height = 22 + min(doublings, 14)
    let (old, new) = (difference.old.all[piece.old], difference.new.all[piece.new])
    let label =
      piece.isChanged ? Self.label(piece, difference, a, b) : Self.label(same: piece, old)
    let place = "\(piece.start.address(16))-\((piece.last &+ 1).address(16))"
    canvas.begin(title: "\(place): \(label.mark)\(label.text)")
    let isRun = piece.count > 1
    block(Self.oldX, height, isRun ? "box" : old.kind.name, piece.oldMapped, piece)
    block(Self.newX, height, isRun ? "box" : new.kind.name, piece.newMapped, piece)
    canvas.text(
      piece.start.address(16), x: SVGCanvas.margin, y: y + 14, until: Self.oldX, "muted")
    if piece.isChanged {
      canvas.rectangle(
        x: Self.newX + Self.blockWidth + 3, y: y + 1, width: 5, height: height - 2, "changed")
      sentences.append("\(place): \(label.mark)\(label.text)")
    }
    canvas.text(
      [
        ("\(piece.size)  ", nil), (label.mark, "strong"),
        (label.text, piece.isChanged ? nil : "muted"),
      ], x: Self.labelX, y: y + 14)
    canvas.end()
    y += height
  }

  private mutating func block(
    _ x: Int, _ height: Int, _ kind: StaticString, _ mapped: UInt64, _ piece: MapDifference.Piece
  ) {
    canvas.rectangle(x: x, y: y + 1, width: Self.blockWidth, height: height - 2, kind)
    guard mapped > 0, piece.count == 1 else { return }
    let share = Int(mapped >> 12) * Self.blockWidth / max(1, Int(piece.size.bytes >> 12))
    canvas.rectangle(
      x: x, y: y + height - 6, width: min(max(share, 3), Self.blockWidth), height: 5, "mapped")
  }

  private static func label(
    same piece: MapDifference.Piece, _ segment: Segment
  ) -> (mark: String, text: String) {
    ("", piece.count > 1 ? "\(piece.count) pieces as before" : "\(segment.kind.name) as before")
  }

  /// What has changed, in words.
  private static func label(
    _ piece: MapDifference.Piece, _ difference: MapDifference, _ a: borrowing Machine,
    _ b: borrowing Machine
  ) -> (mark: String, text: String) {
    let (old, new) = (difference.old.all[piece.old], difference.new.all[piece.new])
    let before = MapWords(old, in: difference.old, details: a.details(of: old)).line
    let after = MapWords(new, in: difference.new, details: b.details(of: new)).line
    let pages = "\(ByteSize(piece.oldMapped)) → \(ByteSize(piece.newMapped)) mapped"
    if new.kind.isArea, !old.kind.isArea { return ("+ ", after) }
    if old.kind.isArea, !new.kind.isArea { return ("- ", "\(before) → \(after)") }
    let isOne = old.kind == new.kind && old.start == new.start && old.last == new.last
    guard isOne, before == after else { return ("~ ", "\(before) → \(after)") }
    return (
      "~ ",
      "\(after): \(piece.oldMapped == piece.newMapped ? "other pages or rights" : pages)"
    )
  }
}
