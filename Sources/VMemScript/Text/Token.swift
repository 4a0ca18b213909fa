/// The words of a line, in room that every line uses again.
typealias TokenList = ReusedArray<Token>

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

  /// Where what follows it begins.
  var end: Int { offset + length }

  /// The word as code has it, for a line that begins at `start`.
  @inline(__always)
  func code(from start: Int) -> UInt64 {
    let place = UInt64(truncatingIfNeeded: offset &- start) << 1 | (isQuoted ? 1 : 0)
    return place | UInt64(truncatingIfNeeded: length) << 32
  }

  /// The word that code has, of a text; what it says without quotes goes to `store`.
  @inline(__always)
  init(code: UInt64, _ text: Text, from start: Int, _ store: inout UnquotedText) {
    let offset = start + Int(truncatingIfNeeded: code & 0xffff_ffff) >> 1
    let length = Int(truncatingIfNeeded: code >> 32)
    guard code & 1 != 0 else {
      self.init(text: text[offset..<offset + length], offset: offset)
      return
    }
    var at = offset
    let token = try? Lexer.quoted(text, offset, &at, &store)
    self = token ?? Token(text: text[offset..<offset], offset: offset, length: 0, isQuoted: true)
  }

  /// A word without quotes.
  @inline(__always)
  init(text: Text, offset: Int) {
    self.text = text
    self.offset = offset
    length = text.count
    isQuoted = false
  }

  init(text: Text, offset: Int, length: Int, isQuoted: Bool) {
    self.text = text
    self.offset = offset
    self.length = length
    self.isQuoted = isQuoted
  }
}
