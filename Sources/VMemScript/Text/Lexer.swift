/// Splits a script into lines of words.
///
/// A line ends with a newline, after `{`, and around `}`; that makes the body of `repeat N { … }`
/// lines of its own wherever its braces stand. It must not outlive the source it came from.
@safe
struct Lexer {
  private let text: Text
  private let wordEnds: UnsafeMutableBufferPointer<Int>?
  private var at = 0
  private var word = 0
  /// Number of the line the last words came from, and where it starts.
  private(set) var line = 0
  private(set) var lineStart = 0
  private var nextLine = 1
  private var nextLineStart = 0

  /// - Parameter end: where the text ends, when not with the source.
  init(_ source: borrowing ScriptSource, end: Int? = nil) {
    text = end.map { source.text[0..<$0] } ?? source.text
    unsafe wordEnds = source.wordEnds
    nextLine = source.firstLine
    // A byte order mark says nothing.
    if nextLine == 1, !source.isArguments, text.hasPrefix("\u{feff}") {
      (at, nextLineStart) = (3, 3)
    }
  }

  /// Where the next line begins, in bytes, and its number.
  var position: Int { at }
  var nextNumber: Int { nextLine }

  /// Goes on behind a line whose words cannot be told apart.
  mutating func skipLine() {
    at = min(text.endOfLine(from: at) + 1, text.count)
    nextLine += 1
    nextLineStart = at
  }

  /// Puts the words of the next line that has any into `tokens`; false at the end.
  ///
  /// `store` holds what quoted words say; it is emptied first.
  @inline(__always)
  mutating func next(
    _ tokens: inout TokenList, _ store: inout UnquotedText
  ) throws(ScriptError) -> Bool {
    tokens.removeAll()
    store.removeAll()
    if let ends = unsafe wordEnds { return unsafe nextArguments(ends, &tokens) }
    while at < text.count {
      line = nextLine
      lineStart = nextLineStart
      try scan(&tokens, &store)
      if tokens.count > 0 { return true }
    }
    line = nextLine
    lineStart = nextLineStart
    return false
  }

  /// One line; `tokens` stays empty when it is blank.
  @inline(__always)
  private mutating func scan(
    _ tokens: inout TokenList, _ store: inout UnquotedText
  ) throws(ScriptError) {
    let text = text
    var at = at
    while true {
      var byte = Self.byte(text, at)
      while byte <= 0x20, Self.isEnd(byte), byte != UInt8(ascii: "\n") {
        at += 1
        byte = Self.byte(text, at)
      }
      if byte == UInt8(ascii: "#") {
        at = text.endOfLine(from: at)
        byte = UInt8(ascii: "\n")
      }
      if byte == UInt8(ascii: "\n") {
        self.at = at + 1
        nextLine += 1
        nextLineStart = at + 1
        return
      }
      let start = at
      at = text.endOfWord(from: start)
      guard Self.isEnd(Self.byte(text, at)) else {
        tokens.append(try Self.quoted(text, start, &at, &store))
        continue
      }
      let token = Token(text: text[start..<at], offset: start)
      if at == start + 1, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
        let isLater = byte == UInt8(ascii: "}") && tokens.count > 0
        if !isLater { tokens.append(token) }
        self.at = isLater ? start : at
        return
      }
      tokens.append(token)
    }
  }

  /// Byte `index`; the text ends like a line.
  @inline(__always)
  private static func byte(_ text: Text, _ index: Int) -> UInt8 {
    index < text.count ? text.byte(index) : UInt8(ascii: "\n")
  }

  /// Whether a byte ends a word: a blank, or the end of a line.
  @inline(__always)
  private static func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ")
      || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
      || byte == UInt8(ascii: "\r")
  }

  /// A word with quotes in it, as sh reads them.
  @inline(never)
  static func quoted(
    _ text: Text, _ start: Int, _ at: inout Int, _ store: inout UnquotedText
  ) throws(ScriptError) -> Token {
    store.begin()
    var index = start
    var quote: UInt8 = 0
    var opened = start
    while true {
      let byte = index < text.count ? text[index] : UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\n") {
        guard quote == 0 else {
          throw ScriptError("a quote that is not closed", at: opened..<index)
        }
        break
      }
      if quote == 0, isEnd(byte) { break }
      if byte < 0x20, byte != UInt8(ascii: "\t"), byte != UInt8(ascii: "\r") {
        throw ScriptError("control character 0x\(String(byte, radix: 16))", at: index..<index + 1)
      }
      let next = text.byte(index + 1)
      if byte == quote {
        quote = 0
      } else if quote == 0, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
        opened = index
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        if next == 0 || next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") {
          throw ScriptError(
            "a backslash at the end of the line", hint: "lines are not continued",
            at: index..<index + 1)
        }
        if quote == 0 || next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
          store.append(next)
          index += 1
        } else {
          store.append(byte)
        }
      } else {
        store.append(byte)
      }
      index += 1
    }
    at = index
    return Token(text: store.end(), offset: start, length: index - start, isQuoted: true)
  }

  private mutating func nextArguments(
    _ ends: UnsafeMutableBufferPointer<Int>, _ tokens: inout TokenList
  ) -> Bool {
    guard word < ends.count else { return false }
    line = 1
    while word < ends.count {
      // Safe: checked.
      let (start, end) = unsafe (word == 0 ? 0 : ends[word - 1] + 1, ends[word])
      let token = Token(text: text[start..<end], offset: start)
      if token.isMark(UInt8(ascii: "}")), tokens.count > 0 { return true }
      tokens.append(token)
      word += 1
      if token.isMark(UInt8(ascii: "{")) || token.isMark(UInt8(ascii: "}")) { return true }
    }
    return true
  }
}
