package import VMem

extension Views {
  /// The picture of `walk`: CR3, the address cut into its fields, each table with the entry that is
  /// taken, and the page at the end or what is missing.
  ///
  /// - Parameters:
  ///   - machine: what is shown.
  ///   - address: the address that is translated.
  ///   - format: a document, or a page with it.
  ///   - output: where it goes.
  package static func walk(
    _ machine: borrowing Machine, _ address: UInt64, as format: PictureFormat,
    to output: inout ViewOutput
  ) {
    var text = ViewOutput(descriptor: nil, format: .text)
    walk(machine, address, to: &text)
    let words = SVGCanvas.Words(
      title: "walk \(MapPicture.address(address))", description: text.writer.takeString())
    var picture = WalkPicture(address)
    picture.draw(machine, words.title)
    picture.canvas.write(words, as: format, to: &output.writer)
  }
}

/// A walk that is being drawn, from above to below.
struct WalkPicture: ~Copyable {
  var canvas = SVGCanvas()
  private let address: UInt64
  private var y = 34

  /// Tables and pages are tall boxes at the left, entries wide ones beside them.
  private static let (tableWidth, boxX, boxHeight) = (60, 110, 64)
  private static let step = 84
  private static let columns = SVGCanvas.columns(
    in: SVGCanvas.width - SVGCanvas.margin - boxX - 20)

  init(_ address: UInt64) { self.address = address }

  mutating func draw(_ machine: borrowing Machine, _ title: String) {
    canvas.text(title, x: SVGCanvas.margin, y: y, "title")
    y += 20
    canvas.text(
      Views.areaSentence(machine, address) ?? "in no area", x: SVGCanvas.margin, y: y, "muted")
    y += 12
    let isCanonical = machine.map.isCanonical(address)
    drawFields(machine.map.levels, isCanonical)
    guard isCanonical else {
      return canvas.text(
        "Not canonical: the sign bits and the bit below are not all equal. No table is looked at.",
        x: SVGCanvas.margin, y: y + 14)
    }
    let steps = machine.mmu.walk(address)
    drawRegisters(machine, steps.first?.table ?? 0)
    for step in steps { draw(machine, WalkedEntry(step, machine.map, address), step.table) }
    if let last = steps.last { drawEnd(machine, WalkedEntry(last, machine.map, address)) }
  }

  /// The address, bit by bit.
  private mutating func drawFields(_ levels: Int, _ isCanonical: Bool) {
    var x = SVGCanvas.margin
    for field in AddressField.all(levels: levels) {
      let bits = "\(field.name) \(field.high)-\(field.low)"
      let value = field.value(of: address)
      let digits = field.digits(of: address)
      let width = SVGCanvas.width(ofColumns: max(bits.columns, digits.columns)) + 12
      let isWrong = field.high == 63 && !isCanonical
      canvas.begin(title: "bits \(field.high) to \(field.low): \(field.name) \(value)")
      canvas.rectangle(x: x, y: y, width: width, height: 56, isWrong ? "missing" : "box")
      canvas.text(bits, x: x + 6, y: y + 16, until: x + width, "muted")
      canvas.text(digits, x: x + 6, y: y + 32, until: x + width)
      let isIndex = field.high < 63 && field.low > 0
      canvas.text(
        isIndex ? "\(value)" : "0x\(String(value, radix: 16))", x: x + 6, y: y + 49,
        until: x + width, "strong")
      canvas.end()
      x += width + 4
    }
    y += 68
  }

  private mutating func drawRegisters(_ machine: borrowing Machine, _ table: UInt64) {
    let height = 28
    canvas.rectangle(x: SVGCanvas.margin, y: y, width: 190, height: height, "box", radius: 4)
    canvas.text(
      [("CR3 ", "strong"), (MapPicture.address(table << 12), nil)], x: SVGCanvas.margin + 8,
      y: y + 18, until: SVGCanvas.margin + 190)
    let isHit = Views.tlbEntry(machine, address) != nil
    let sentence = Views.tlbSentence(machine, address)
    let lines = sentence.lines(ofColumns: SVGCanvas.columns(in: 540))
    canvas.begin(title: sentence)
    canvas.rectangle(
      x: 226, y: y, width: SVGCanvas.width - SVGCanvas.margin - 226,
      height: max(height, 10 + 18 * lines.count), isHit ? "taken" : "box", radius: 4)
    for (index, line) in lines.enumerated() {
      canvas.text(line, x: 234, y: y + 18 + 18 * index)
    }
    canvas.end()
    let bottom = y + max(height, 10 + 18 * lines.count)
    let x = SVGCanvas.margin + Self.tableWidth / 2
    canvas.arrow([(x, y + height), (x, bottom + 18)])
    y = bottom + 18
  }

  /// A table, the entry that is taken, and what that says.
  private mutating func draw(_ machine: borrowing Machine, _ step: WalkedEntry, _ table: UInt64) {
    let mark = y + 2 + step.index * (Self.boxHeight - 8) / Level.entries
    let isHole = if case .hole = step.target { true } else { false }
    var meanings: [String] = []
    var names: [String] = []
    step.bits.forEach { name, meaning in
      names.append("\(name)")
      meanings.append("\(name) \(meaning)")
    }
    let place = "\(step.level.name)[\(step.index)]"
    canvas.begin(
      title: "\(place) of the table in frame 0x\(String(table, radix: 16)): "
        + (meanings.isEmpty ? "no attribute" : meanings.joined(separator: ", ")))
    canvas.rectangle(
      x: SVGCanvas.margin, y: y, width: Self.tableWidth, height: Self.boxHeight, "box")
    canvas.rectangle(
      x: SVGCanvas.margin + 1, y: mark, width: Self.tableWidth - 2, height: 4, "taken")
    canvas.arrow([(SVGCanvas.margin + Self.tableWidth, mark + 2), (Self.boxX, mark + 2)])
    canvas.rectangle(
      x: Self.boxX, y: y, width: SVGCanvas.width - SVGCanvas.margin - Self.boxX,
      height: Self.boxHeight, isHole ? "missing" : "box", radius: 4)
    let x = Self.boxX + 10
    canvas.text(
      [
        (place, "strong"), (" = \(MapPicture.address(step.entry.bits))", nil),
        ("  at physical \(MapPicture.address(step.physicalAddress))", "muted"),
      ], x: x, y: y + 18)
    canvas.text(
      names.isEmpty ? "no attribute" : names.joined(separator: " "), x: x, y: y + 36)
    canvas.text(
      "table of \(step.level.name) entries in frame 0x\(String(table, radix: 16))", x: x,
      y: y + 54, "muted")
    canvas.end()
    y += Self.step
    let target = SVGCanvas.margin + Self.tableWidth / 2
    if !isHole {
      canvas.arrow([(x + 14, y - 20), (x + 14, y - 11), (target, y - 11), (target, y)])
    } else {
      canvas.arrow([(x + 14, y - 20), (x + 14, y)])
    }
  }

  /// The page that is found, or what is missing.
  private mutating func drawEnd(_ machine: borrowing Machine, _ step: WalkedEntry) {
    var writer = ByteWriter(descriptor: nil)
    Views.target(machine, step, to: &writer)
    let sentence = writer.takeString()
    let lines = sentence.lines(ofColumns: Self.columns)
    let height = max(Self.boxHeight, 12 + 18 * lines.count)
    canvas.begin(title: sentence)
    let isFound = if case .memory = step.target { true } else { false }
    if isFound {
      let offset = Int(step.address & (step.size - 1))
      let mark = y + 2 + offset * (Self.boxHeight - 8) / Int(step.size)
      canvas.rectangle(
        x: SVGCanvas.margin, y: y, width: Self.tableWidth, height: Self.boxHeight, "leaf")
      canvas.rectangle(
        x: SVGCanvas.margin + 1, y: mark, width: Self.tableWidth - 2, height: 4, "taken")
      canvas.arrow([(SVGCanvas.margin + Self.tableWidth, mark + 2), (Self.boxX, mark + 2)])
    }
    canvas.rectangle(
      x: Self.boxX, y: y, width: SVGCanvas.width - SVGCanvas.margin - Self.boxX, height: height,
      isFound ? "box" : "missing", radius: 4)
    for (index, line) in lines.enumerated() {
      canvas.text(line, x: Self.boxX + 10, y: y + 18 + 18 * index)
    }
    canvas.end()
    y += height
  }
}

extension String {
  /// The text in lines of at most so many columns, broken between words.
  func lines(ofColumns count: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty, line.columns + 1 + word.unicodeScalars.count > count {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
