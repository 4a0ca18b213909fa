extension Place {
  /// Most columns of a line that are shown before and behind the word in question.
  private static let context = 60

  /// The word in a range of the source.
  func word(_ range: Range<Int>) -> String {
    guard let source, !range.isEmpty, range.upperBound <= source.count else { return "" }
    return source[range].string
  }

  /// The line as a message shows it, and a mark below the part in question.
  func excerpt(_ range: Range<Int>) -> String {
    guard let source else { return "" }
    var lineEnd = lineStart
    while lineEnd < source.count, source[lineEnd] != 0x0a { lineEnd += 1 }
    if lineEnd > lineStart, source[lineEnd - 1] == 0x0d { lineEnd -= 1 }
    guard lineEnd > lineStart else { return "" }
    let from = max(lineStart, min(range.lowerBound, lineEnd))
    let isWhole = range.isEmpty
    let start = isWhole ? lineStart : max(lineStart, from - Self.context)
    let end = min(
      lineEnd, (isWhole ? start : min(range.upperBound, from + Self.context)) + Self.context)
    let number = "\(line)"
    let margin = max(4, number.utf8.count)
    let (more, blank) = start > lineStart ? ("…", " ") : ("", "")
    let indent = String(repeating: " ", count: margin - number.utf8.count)
    var text = "\(indent)\(number) | \(more)\(source[start..<end].printable)"
    text += end < lineEnd ? "…\n" : "\n"
    guard !isWhole else { return text }
    let marked = from..<max(from, min(range.upperBound, end))
    text += String(repeating: " ", count: margin) + " | \(blank)"
    text += String(repeating: " ", count: Self.columns(source, start..<from))
    text += String(
      repeating: "^", count: max(1, min(Self.columns(source, marked), Self.context)))
    return text + "\n"
  }

  /// Columns that a part of the source takes when it is shown.
  private static func columns(_ source: Text, _ range: Range<Int>) -> Int {
    source[range].printable.unicodeScalars.count
  }
}
