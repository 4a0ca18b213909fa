/// Rows that mail or a terminal has broken into several lines.
extension VmallocinfoReader {
  /// Bytes of the longest line that is taken for a piece of a row.
  private static let longestPiece = 1024
  /// Bytes of the shortest one that is broken within a word.
  private static let shortestBroken = 60

  /// A line and those behind it that go on it, as one line: with a blank between them, or broken within
  /// a word, so that both are a row as a kernel prints it. Nil where the next line does not go on it.
  ///
  /// - Parameters:
  ///   - end: where the line ends; then where the last one does.
  ///   - next: where the next line begins; then the one behind all of them.
  ///   - number: the line's; then the last one's.
  mutating func joined(
    _ text: Span<UInt8>, _ from: Int, _ end: inout Int, _ next: inout Int, _ number: inout Int
  ) -> [UInt8]? {
    let first = number
    var whole: [UInt8]?
    while next < text.count, !Self.beginsAsRow(text, next), !Self.hasRow(text, next) {
      let last = Self.endOfLine(text, next)
      guard max(last - next, end - from) <= Self.longestPiece else { return whole }
      let piece = Self.piece(text, next, last)
      let before = whole ?? Self.trimmed(text, from, end)
      guard !piece.isEmpty, Self.hasAddress(before) else { return whole }
      guard let both = Self.join(before, piece) else {
        tellBroken(before, piece, first, number + 1)
        return whole
      }
      (whole, end, next) = (both, last, Self.nextLine(text, last))
      number += 1
      note(.joined, number, "goes on line \(first): read as one row")
    }
    return whole
  }

  /// Whether a line begins with the addresses of a row, at a glance: `0x`, and a dash where it would be.
  @inline(__always)
  private static func beginsAsRow(_ text: Span<UInt8>, _ from: Int) -> Bool {
    guard from + 18 < text.count, text[from] == 0x30, text[from + 1] | 0x20 == 0x78 else {
      return false
    }
    return text[from + 18] == 0x2d || text[from + 10] == 0x2d
  }

  /// Whether a line has the addresses of a row.
  private static func hasRow(_ text: Span<UInt8>, _ from: Int) -> Bool {
    var at = from
    while at + 1 < text.count, text[at] != 0x0a, text[at] != 0x0d {
      if text[at] == 0x30, let (_, dash) = address(text, at, text.count), dash < text.count,
        text[dash] == 0x2d, address(text, dash + 1, text.count) != nil
      {
        return true
      }
      at += 1
    }
    return false
  }

  /// Whether a line has `0x` somewhere.
  private static func hasAddress(_ line: [UInt8]) -> Bool {
    line.indices.dropLast().contains { line[$0] == 0x30 && line[$0 + 1] | 0x20 == 0x78 }
  }

  private static func trimmed(_ text: Span<UInt8>, _ from: Int, _ to: Int) -> [UInt8] {
    var (start, end) = (from, to)
    while end > start, isBlank(text[end - 1]) { end -= 1 }
    while start < end, isBlank(text[start]) { start += 1 }
    return (start..<end).map { text[$0] }
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    let line = Array(line)
    return trimmed(line.span, 0, line.count)
  }

  /// A line without the marks of quoted mail.
  private static func piece(_ text: Span<UInt8>, _ from: Int, _ to: Int) -> [UInt8] {
    var start = from
    while start < to, isBlank(text[start]) || text[start] == 0x3e { start += 1 }
    return trimmed(text, start, to)
  }

  /// Two lines as one, if that is a row and all of it known.
  ///
  /// - Parameter isMarked: whether dots at the line's end said that it goes on.
  private static func join(
    _ before: [UInt8], _ piece: [UInt8], isMarked: Bool = false
  ) -> [UInt8]? {
    // As the kernel's own manual breaks rows.
    if before.suffix(3).elementsEqual([0x2e, 0x2e, 0x2e]) {
      return join(trimmed(before.dropLast(3)), piece, isMarked: true)
    }
    let parted = before + [0x20] + piece
    if isRow(parted) { return parted }
    if isMarked { return isRow(before + piece) ? before + piece : nil }
    guard before.count >= shortestBroken else { return nil }
    return isRow(before + piece) ? before + piece : nil
  }

  private static func isRow(_ line: [UInt8]) -> Bool {
    let reader = VmallocinfoReader(line.span)
    guard reader.rows.count == 1, let row = reader.rows.first else { return false }
    let odd: [Kind] = [.unknownWord, .pages, .nodes, .physical]
    guard odd.allSatisfy({ reader.counts[$0.rawValue] == 0 }) else { return false }
    // Whose addresses are hashed has a size that cannot be compared.
    guard row.end &- row.start == row.size || row.start >> 32 == 0 else { return false }
    guard row.kind == .area, !row.caller.isEmpty else { return true }
    let texts = reader.table.texts
    let caller = texts.bytes[texts.range(row.caller)]
    return caller.contains(0x2b) && caller.contains(0x2f) || caller.starts(with: [0x30, 0x78])
  }

  /// Words that a line may have in front of a row's known ones: what is left of a caller.
  private static let mostOfCaller = 3

  /// Whether a line is what a row ends with: its pages or nodes, and nothing but known words from there
  /// on. Sentences may name such words, too.
  private static func isEndOfRow(_ piece: [UInt8]) -> Bool {
    let words = piece.split(whereSeparator: { isBlank($0) }).map { Array($0) }
    let isCount = { (word: [UInt8]) in
      let isPages = begins(word.span, 0, word.count, "pages=") && (word.last ?? 0) &- 0x30 < 10
      return isPages || NodeWords.value(word.span, 0, word.count) != nil
    }
    guard let first = words.firstIndex(where: isCount) else { return false }
    let known = words.firstIndex { unknownWords(in: $0.span).isEmpty } ?? first
    return first == 0
      || known <= mostOfCaller && words[known...].allSatisfy { unknownWords(in: $0.span).isEmpty }
  }

  /// Takes note of a line that has words as the end of a row has them, where a row stands before it.
  private mutating func tellBroken(
    _ before: [UInt8], _ piece: [UInt8], _ first: Int, _ number: Int
  ) {
    guard broken == nil, Self.hasRow(before.span, 0) else { return }
    guard Self.isEndOfRow(piece) else { return }
    broken = VmallocinfoFile.Defect(
      line: number,
      message: "the line seems to go on the row of line \(first), but both are no row: "
        + "put the row on one line")
  }
}
