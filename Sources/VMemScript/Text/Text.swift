internal import CHost
internal import Glibc
internal import VMemViews

/// Bytes of a script in memory that somebody else owns: a line, a token, a part of one.
///
/// The owner (`ScriptSource`, or the lexer's store of unquoted words) outlives every line that
/// runs, and a text is never kept longer than its line.
@safe
struct Text {
  private let base: UnsafePointer<UInt8>
  let count: Int

  init(base: UnsafePointer<UInt8>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// Byte `index`. Safe: checked against the length.
  @inline(__always)
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return unsafe base[index]
  }

  /// Byte `index`, or 0 past the end (no script contains a byte 0).
  @inline(__always)
  func byte(_ index: Int) -> UInt8 {
    index < count ? unsafe base[index] : 0
  }

  /// The bytes in `range`.
  @inline(__always)
  subscript(range: Range<Int>) -> Text {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe Text(base: base + range.lowerBound, count: range.count)
  }

  @inline(__always)
  func from(_ index: Int) -> Text { self[index..<count] }

  @inline(__always)
  func withSpan<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    // Safe: the bytes live through the call.
    let bytes = unsafe UnsafeBufferPointer(start: base, count: count)
    return try body(unsafe Span(_unsafeElements: bytes))
  }

  @inline(__always)
  static func == (a: Text, b: StaticString) -> Bool {
    guard a.count == b.utf8CodeUnitCount else { return false }
    return unsafe memcmp(a.base, b.utf8Start, a.count) == 0
  }

  static func == (a: Text, b: Text) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe memcmp(a.base, b.base, a.count) == 0
  }

  @inline(__always)
  static func == (a: Text, b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    // Safe: both have that many bytes.
    return unsafe b.withUnsafeBytes { unsafe memcmp(a.base, $0.baseAddress!, a.count) == 0 }
  }

  // MARK: Words of eight bytes

  /// The first eight bytes, or all there are: the same in texts that are equal, and in shorter ones of
  /// one length only in these.
  @inline(__always)
  var firstWord: UInt64 { count < 8 ? shortWord : load(0) }

  /// The last eight bytes, or all there are.
  @inline(__always)
  var lastWord: UInt64 { count < 8 ? shortWord : load(count - 8) }

  /// The eight bytes at `index`.
  @inline(__always)
  private func load(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index + 8 <= count)
    // Safe: checked against the length.
    return unsafe UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self)
  }

  @inline(__always)
  private var shortWord: UInt64 {
    guard count >= 4 else {
      guard count > 0 else { return 0 }
      return UInt64(self[0]) | UInt64(self[count >> 1]) << 8 | UInt64(self[count - 1]) << 16
    }
    let bytes = unsafe UnsafeRawPointer(base)
    // Safe: there are at least four bytes, and two loads cover up to eight.
    let first = unsafe bytes.loadUnaligned(as: UInt32.self)
    let last = unsafe bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
    return UInt64(first) | UInt64(last) << 32
  }

  // MARK: Searching

  /// Index of the first byte at or after `from` that ends a plain word or needs a closer look: what is
  /// not printable, a blank, a quote or a backslash; or `count`.
  @inline(__always)
  func endOfWord(from: Int) -> Int {
    precondition(from >= 0)
    // Safe: nothing behind the length is read.
    return unsafe chost_end_of_word(base, from, count)
  }

  func hasPrefix(_ prefix: StaticString) -> Bool {
    let length = prefix.utf8CodeUnitCount
    return count >= length && self[0..<length] == prefix
  }

  /// Index of the first newline at or after `from`, or `count`.
  func endOfLine(from: Int) -> Int { first(0x0a, in: from..<count) }

  /// How often a byte stands in it.
  func count(of byte: UInt8) -> Int {
    var found = 0
    // Safe: nothing behind the length is read.
    for index in 0..<count { found &+= unsafe base[index] == byte ? 1 : 0 }
    return found
  }

  /// Index of the first such byte in a range, or its end.
  func first(_ byte: UInt8, in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // Safe: the range lies in the text.
    guard let found = unsafe memchr(base + range.lowerBound, Int32(byte), range.count) else {
      return range.upperBound
    }
    return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  /// Index of the last such byte in a range, or nil.
  func last(_ byte: UInt8, in range: Range<Int>) -> Int? {
    var at = range.upperBound
    while at > range.lowerBound {
      at -= 1
      if self[at] == byte { return at }
    }
    return nil
  }

  /// The value of the sixteen hexadecimal digits at `index`; nil where there are fewer.
  func sixteenDigits(_ index: Int) -> UInt64? {
    guard index + 16 <= count, let high = HexadecimalDigits.value(ofEight: load(index)),
      let low = HexadecimalDigits.value(ofEight: load(index + 8))
    else { return nil }
    return high << 32 | low
  }

  /// Whether the eight bytes at `index` are ASCII and none of them is 0.
  @inline(__always)
  func isPlainWord(_ index: Int) -> Bool {
    let word = load(index)
    let high: UInt64 = 0x8080_8080_8080_8080
    return (word | (word &- 0x0101_0101_0101_0101)) & high == 0
  }

  /// Index of the first `byte` at or after `from`.
  func firstIndex(of byte: UInt8, from: Int = 0) -> Int? {
    var at = from
    while at < count {
      if self[at] == byte { return at }
      at += 1
    }
    return nil
  }

  /// Index of the first byte that is neither a digit nor a letter, or `count`.
  var endOfDigits: Int {
    var at = 0
    while byte(at).isDigit || byte(at).isLetter { at += 1 }
    return at
  }

  /// The text behind the blanks and tabs that it begins with.
  var withoutIndentation: Text {
    var at = 0
    while byte(at) == 0x20 || byte(at) == 0x09 { at += 1 }
    return from(at)
  }

  // Safe: the text is as long as it says.
  var bytes: [UInt8] { unsafe [UInt8](UnsafeBufferPointer(start: base, count: count)) }

  /// The text as a string, for messages.
  var string: String {
    withSpan { span in
      var result = ""
      result.reserveCapacity(span.count)
      for at in span.indices where span[at] < 0x80 {
        result.unicodeScalars.append(Unicode.Scalar(span[at]))
      }
      guard result.utf8.count < span.count else { return result }
      var bytes: [UInt8] = []
      for at in span.indices { bytes.append(span[at]) }
      return String(hostBytes: bytes)
    }
  }
}

extension UInt8 {
  @inline(__always)
  var isDigit: Bool { self &- 0x30 < 10 }
  @inline(__always)
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  /// May stand in a name after its first letter.
  @inline(__always)
  var isNameByte: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
  /// Value of a hexadecimal digit.
  @inline(__always)
  var hexDigit: UInt64? {
    if isDigit { return UInt64(self &- 0x30) }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? UInt64(letter) + 10 : nil
  }
}

extension Text {
  /// The text for a terminal: control characters as `\x1b`, and tabs as blanks.
  var printable: String {
    withSpan { span in
      var writer = ByteWriter(descriptor: nil)
      var from = 0
      for at in span.indices where span[at] == 0x09 {
        writer.printable(span.extracting(from..<at))
        writer.write(byte: 0x20)
        from = at + 1
      }
      writer.printable(span.extracting(from..<span.count))
      return writer.takeString()
    }
  }
}
