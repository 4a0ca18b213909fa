/// One word of a line.
struct Token {
  /// What the word says, quotes removed.
  let text: Text
  /// Where it stands in the source.
  let offset: Int
  let length: Int
  /// Whether any of it was quoted; a quoted `{` or `=` is only a word.
  let isQuoted: Bool

  /// Whether the word is this punctuation.
  @inline(__always)
  func isMark(_ byte: UInt8) -> Bool {
    length == 1 && text.byte(0) == byte && !isQuoted
  }
}
