internal import VMem

/// Reads rows out of a text, line by line and byte by byte.
struct VmallocinfoReader: ~Copyable {
  typealias Row = VmallocinfoFile.Row

  private(set) var rows: [Row] = []
  /// The texts that rows refer to.
  var table = TextTable()
  private(set) var notes: [VmallocinfoFile.Note] = []
  /// Rows with addresses of at most eight digits.
  private(set) var narrowRows = 0
  /// Rows with a placeholder for an address.
  private(set) var placeholders = 0
  /// Whether the last line has no end.
  private(set) var lastIsCut = false
  /// The first line that seems to go on a row, but not so that both make one.
  var broken: VmallocinfoFile.Defect?
  /// How often each kind of note was called for.
  private(set) var counts = InlineArray<8, Int>(repeating: 0)

  enum Kind: Int {
    case passedOver, around, unknownWord, pages, nodes, physical, cut, joined
  }

  /// Lines that are told one by one; the others of a kind are counted.
  private static let told = 8

  init(_ text: Span<UInt8>) {
    // A row is seldom shorter than 64 bytes, and often longer than 80.
    rows = [Row](expecting: text.count / 80 + 1)
    var at = 0
    var number = 0
    while at < text.count {
      var end = Self.endOfLine(text, at)
      number += 1
      let (from, first) = (at, number)
      at = Self.nextLine(text, end)
      if let whole = joined(text, from, &end, &at, &number) {
        line(whole.span, 0, whole.count, first)
      } else {
        line(text, from, end, number)
      }
      lastIsCut = end == text.count
    }
    if lastIsCut {
      note(.cut, number, "the last line has no end: it may be cut off")
    }
    finishNotes(number)
  }

  // MARK: Lines

  /// The next line feed or carriage return, or the text's end.
  @inline(__always)
  static func endOfLine(_ text: Span<UInt8>, _ from: Int) -> Int {
    var end = from
    while end + 8 <= text.count {
      // Safe: any eight bytes are a number.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: end, as: UInt64.self)
      let found = zeroBytes(word ^ 0x0a0a_0a0a_0a0a_0a0a) | zeroBytes(word ^ 0x0d0d_0d0d_0d0d_0d0d)
      if found != 0 { return end + found.trailingZeroBitCount >> 3 }
      end += 8
    }
    while end < text.count, text[end] != 0x0a, text[end] != 0x0d { end += 1 }
    return end
  }

  /// The upper bit of a word's first byte that is zero, and perhaps of later ones.
  @inline(__always)
  private static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }

  /// Behind a line's end: a line feed, up to eight carriage returns and one, or a carriage return alone.
  @inline(__always)
  static func nextLine(_ text: Span<UInt8>, _ end: Int) -> Int {
    guard end < text.count, text[end] == 0x0d else { return end + 1 }
    var at = end
    while at < min(text.count, end + 8), text[at] == 0x0d { at += 1 }
    return at < text.count && text[at] == 0x0a ? at + 1 : end + 1
  }

  private mutating func line(_ text: Span<UInt8>, _ from: Int, _ to: Int, _ number: Int) {
    var end = to
    while end > from, Self.isBlank(text[end - 1]) { end -= 1 }
    guard end > from else { return }
    var row = Row()
    row.shortLine = UInt32(truncatingIfNeeded: number)
    var at = from
    while at + 1 < end {
      if text[at] == 0x30, text[at + 1] | 0x20 == 0x78, var tail = head(text, at, end, &row) {
        if at > from { around(text, from, at, &end, number) }
        tail = min(tail, end)
        words(text, tail, end, &row, number)
        rows.append(row)
        return
      }
      at += 1
    }
    note(.passedOver, number, "no row: passed over")
  }

  /// Before a row: a prompt, a time stamp, a quote. A quotation mark is taken from the end, too.
  private mutating func around(
    _ text: Span<UInt8>, _ from: Int, _ at: Int, _ end: inout Int, _ number: Int
  ) {
    let before = text[at - 1]
    if before == 0x22 || before == 0x27 || before == 0x60 {
      if text[end - 1] == 0x2c { end -= 1 }
      if text[end - 1] == before { end -= 1 }
    }
    for position in from..<at where !Self.isBlank(text[position]) {
      note(.around, number, "text before the row: passed over")
      return
    }
  }

  /// `0xSTART-0xEND SIZE`: where it ends, or nil if this is none. A tab is as good as blanks.
  private mutating func head(
    _ text: Span<UInt8>, _ from: Int, _ end: Int, _ row: inout Row
  ) -> Int? {
    guard let (start, dash) = Self.address(text, from, end), dash < end, text[dash] == 0x2d,
      let (last, blank) = Self.address(text, dash + 1, end), blank < end, Self.isBlank(text[blank])
    else { return nil }
    var at = blank
    while at < end, Self.isBlank(text[at]) { at += 1 }
    guard let (size, behind) = Self.decimal(text, at, end),
      behind == end || !Self.isWord(text[behind])
    else { return nil }
    (row.start, row.end, row.size) = (start, last, size)
    if dash - from <= 10, blank - dash <= 11 { narrowRows += 1 }
    // (, _, p, or the blanks in front of a short one.
    if text[from + 2] > 0x66 || text[from + 2] < 0x30 { placeholders += 1 }
    return behind
  }

  @inline(__always)
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
    default: false
    }
  }

  // MARK: Bytes

  /// Whether a byte parts words: a blank, a tab, a line's other ends. Other control bytes are text.
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 0x09 < 5
  }

  @inline(__always)
  static func `is`(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ word: StaticString
  ) -> Bool {
    end - start == word.utf8CodeUnitCount && begins(text, start, end, word)
  }

  @inline(__always)
  static func begins(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ word: StaticString
  ) -> Bool {
    let count = word.utf8CodeUnitCount
    guard end - start >= count else { return false }
    // Safe: a static string has that many bytes.
    let wanted = unsafe UnsafeBufferPointer(start: word.utf8Start, count: count)
    for index in 0..<count where unsafe wanted[index] != text[start + index] { return false }
    return true
  }

  /// `0x` and one to sixteen digits, or what a kernel without a key prints instead.
  @inline(__always)
  static func address(
    _ text: Span<UInt8>, _ from: Int, _ end: Int
  ) -> (UInt64, Int)? {
    guard from + 1 < end, text[from] == 0x30, text[from + 1] | 0x20 == 0x78 else { return nil }
    if let found = hexadecimal(text, from + 2, end) { return found }
    if begins(text, from + 2, end, "(____ptrval____)") { return (0, from + 18) }
    if begins(text, from + 2, end, "(ptrval)") { return (0, from + 10) }
    // As wide as an address (4.15).
    if begins(text, from + 2, end, "        (ptrval)") { return (0, from + 18) }
    return begins(text, from + 2, end, "pK-error") ? (0, from + 10) : nil
  }

  @inline(__always)
  static func hexadecimal(
    _ text: Span<UInt8>, _ from: Int, _ end: Int
  ) -> (UInt64, Int)? {
    // As 64-bit kernels print addresses: sixteen digits, and no more.
    if from + 16 < end, let high = eightDigits(text, from), let low = eightDigits(text, from + 8),
      !isWord(text[from + 16])
    {
      return (high << 32 | low, from + 16)
    }
    var value: UInt64 = 0
    var at = from
    while at < end {
      let byte = text[at]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x57
      case 0x41...0x46: digit = byte - 0x37
      default: return at > from ? (value, at) : nil
      }
      guard at - from < 16 else { return nil }
      value = value << 4 | UInt64(digit)
      at += 1
    }
    return at > from ? (value, at) : nil
  }

  @inline(__always)
  private static func eightDigits(_ text: Span<UInt8>, _ from: Int) -> UInt64? {
    // Safe: any eight bytes are a number, and the caller has them.
    unsafe HexadecimalDigits.value(
      ofEight: text.bytes.unsafeLoadUnaligned(fromByteOffset: from, as: UInt64.self))
  }

  @inline(__always)
  static func decimal(
    _ text: Span<UInt8>, _ from: Int, _ end: Int
  ) -> (UInt64, Int)? {
    var value: UInt64 = 0
    var at = from
    while at < end, text[at] >= 0x30, text[at] <= 0x39 {
      guard at - from < 19 else { return nil }
      value = value * 10 + UInt64(text[at] - 0x30)
      at += 1
    }
    return at > from ? (value, at) : nil
  }

  // MARK: Notes

  @inline(__always)
  mutating func note(_ kind: Kind, _ line: Int, _ message: @autoclosure () -> String) {
    counts[kind.rawValue] += 1
    if counts[kind.rawValue] <= Self.told {
      notes.append(VmallocinfoFile.Note(line: line, message: message()))
    }
  }

  private mutating func finishNotes(_ last: Int) {
    let texts: [(Kind, String)] = [
      (.passedOver, "lines that are no rows were passed over"),
      (.around, "rows had text before them"), (.unknownWord, "rows have unknown words"),
      (.pages, "rows have more pages than their areas"),
      (.nodes, "rows have other pages on their nodes than in all"),
      (.physical, "rows have a phys= that no kernel has"),
      (.joined, "lines go on the one before them"),
    ]
    for (kind, text) in texts where counts[kind.rawValue] > Self.told {
      notes.append(
        VmallocinfoFile.Note(line: last, message: "\(counts[kind.rawValue]) \(text) in all"))
    }
  }
}
