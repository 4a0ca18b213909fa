/// A picture that is being drawn: shapes and texts 800 pixels wide, as high as they need.
///
/// Coordinates are whole pixels from the upper left. Texts are in fonts of fixed pitch, so that the
/// room they take is known; classes say what a thing is, and the style sheet how that looks.
struct SVGCanvas: ~Copyable {
  /// Pixels across.
  static let width = 800
  /// Pixels that stay free at either side.
  static let margin = 16
  /// Pixels between lines of text.
  static let lineHeight = 18
  /// The highest text that one column of 12-pixel type is sure to fit in, in hundredths of a pixel.
  private static let columnWidth = 735

  /// Part of a line of text, and what it is.
  typealias Piece = (text: String, class: StaticString?)

  private(set) var body = ByteWriter(descriptor: nil)
  /// Pixels down that are used.
  private(set) var height = 0

  init() {}

  /// Columns of text that fit in so many pixels.
  static func columns(in width: Int) -> Int { width * 100 / columnWidth }
  /// Pixels that so many columns of text take at most.
  static func width(ofColumns count: Int) -> Int { (count * columnWidth + 99) / 100 }

  // MARK: Groups

  /// Opens a group whose parts show `title` when they are pointed at.
  mutating func begin(title: String) {
    body.write("<g><title>")
    body.xml(title)
    body.write("</title>\n")
  }

  mutating func end() { body.write("</g>\n") }

  // MARK: Shapes

  mutating func rectangle(
    x: Int, y: Int, width: Int, height: Int, _ kind: StaticString, radius: Int = 0
  ) {
    body.write("<rect")
    attribute("class", kind)
    attribute("x", x)
    attribute("y", y)
    attribute("width", max(0, width))
    attribute("height", max(0, height))
    if radius > 0 { attribute("rx", radius) }
    body.write("/>\n")
    use(y + height)
  }

  /// A line through points.
  mutating func line(_ points: [(x: Int, y: Int)], _ kind: StaticString) {
    body.write("<polyline")
    attribute("class", kind)
    body.write(" points=\"")
    for (index, point) in points.enumerated() {
      if index > 0 { body.write(byte: 0x20) }
      body.decimal(point.x)
      body.write(byte: 0x2c)
      body.decimal(point.y)
      use(point.y)
    }
    body.write("\"/>\n")
  }

  /// An arrow down or along straight lines; its head is at the last point.
  mutating func arrow(_ points: [(x: Int, y: Int)]) {
    line(points, "arrow")
    guard let tip = points.last, points.count > 1 else { return }
    let from = points[points.count - 2]
    let (dx, dy) = ((tip.x - from.x).signum() * 6, (tip.y - from.y).signum() * 6)
    body.write("<polygon class=\"head\" points=\"")
    let wings = [
      tip, (x: tip.x - dx - dy / 2, y: tip.y - dy - dx / 2),
      (x: tip.x - dx + dy / 2, y: tip.y - dy + dx / 2),
    ]
    for (index, point) in wings.enumerated() {
      if index > 0 { body.write(byte: 0x20) }
      body.decimal(point.x)
      body.write(byte: 0x2c)
      body.decimal(point.y)
    }
    body.write("\"/>\n")
  }

  // MARK: Texts

  /// A line of text whose baseline is at `y`, cut to what fits between `x` and `limit`.
  mutating func text(
    _ pieces: [Piece], x: Int, y: Int, until limit: Int = width - margin,
    _ kind: StaticString? = nil
  ) {
    let pieces = Self.fitted(pieces, columns: Self.columns(in: limit - x))
    guard !pieces.isEmpty else { return }
    body.write("<text")
    if let kind { attribute("class", kind) }
    attribute("x", x)
    attribute("y", y)
    body.write(byte: 0x3e)
    for piece in pieces {
      guard let kind = piece.class else {
        body.xml(piece.text)
        continue
      }
      body.write("<tspan")
      attribute("class", kind)
      body.write(byte: 0x3e)
      body.xml(piece.text)
      body.write("</tspan>")
    }
    body.write("</text>\n")
    use(y + 4)
  }

  mutating func text(
    _ text: String, x: Int, y: Int, until limit: Int = width - margin,
    _ kind: StaticString? = nil
  ) {
    self.text([(text, nil)], x: x, y: y, until: limit, kind)
  }

  /// Texts whose columns fit, the last one cut with `…`.
  private static func fitted(_ pieces: [Piece], columns: Int) -> [Piece] {
    var left = columns
    var result: [Piece] = []
    for piece in pieces where !piece.text.isEmpty {
      let text = piece.text.printable
      let room = left
      left -= text.columns
      if left >= 0 {
        result.append((text, piece.class))
      } else {
        result.append((text.cut(toColumns: room), piece.class))
        break
      }
    }
    return result
  }

  // MARK: Helpers

  private mutating func use(_ bottom: Int) { height = max(height, bottom) }

  private mutating func attribute(_ name: StaticString, _ value: Int) {
    open(name)
    body.decimal(value)
    body.write(byte: 0x22)
  }

  private mutating func attribute(_ name: StaticString, _ value: StaticString) {
    open(name)
    body.write(value)
    body.write(byte: 0x22)
  }

  private mutating func open(_ name: StaticString) {
    body.write(byte: 0x20)
    body.write(name)
    body.write("=\"")
  }

  /// What was drawn; nothing is left of it here.
  mutating func takeBody() -> [UInt8] { body.takeBytes() }
}

extension String {
  /// Columns that a text takes in a font of fixed pitch; characters of East Asia take two.
  var columns: Int { unicodeScalars.reduce(0) { $0 + Self.columns(of: $1) } }

  private static func columns(of character: Unicode.Scalar) -> Int {
    character.value >= 0x1100 && !(0x2010...0x27ff).contains(character.value) ? 2 : 1
  }

  /// The text, or as much of it as leaves room for the `…` that says there is more.
  func cut(toColumns count: Int) -> String {
    guard columns > count else { return self }
    guard count > 0 else { return "" }
    var (result, left) = ("", count - 1)
    for character in unicodeScalars {
      left -= Self.columns(of: character)
      if left < 0 { break }
      result.unicodeScalars.append(character)
    }
    return result + "…"
  }
}
