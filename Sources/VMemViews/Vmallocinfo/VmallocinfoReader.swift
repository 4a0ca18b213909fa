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
  /// Windows that a kernel's log in the text tells of.
  private(set) var windows = LoggedWindows()
  /// Whether the last line has no end.
  private(set) var lastIsCut = false
  /// The first line that seems to go on a row, but not so that both make one.
  var broken: VmallocinfoFile.Defect?
  /// How often each kind of note was called for.
  private(set) var counts = InlineArray<9, Int>(repeating: 0)

  enum Kind: Int {
    case passedOver, around, unknownWord, pages, nodes, physical, cut, joined, split
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
        if let next = Self.nextRow(text, tail, end) {
          split(text, &row, tail, next, end, number)
        } else {
          words(text, tail, end, &row, number)
          rows.append(row)
        }
        return
      }
      at += 1
    }
    if windows.read(text, from, end, number) { return }
    note(.passedOver, number, "no row: passed over")
  }

  /// Rows that stand on one line, as they do where a page or a form has eaten the lines' ends.
  private mutating func split(
    _ text: Span<UInt8>, _ row: inout Row, _ from: Int, _ second: Int, _ end: Int, _ number: Int
  ) {
    var (tail, next) = (from, second)
    note(.split, number, "several rows stand on the line: each is one of its own")
    while true {
      var last = next
      while last > tail, next < end, Self.isBetweenRows(text[last - 1]) { last -= 1 }
      words(text, tail, last, &row, number)
      rows.append(row)
      row = Row()
      row.shortLine = UInt32(truncatingIfNeeded: number)
      guard next < end, let behind = head(text, next, end, &row) else { return }
      tail = behind
      next = Self.nextRow(text, tail, end) ?? end
    }
  }

  /// Whether a byte may part two rows of one line.
  private static func isBetweenRows(_ byte: UInt8) -> Bool {
    isBlank(byte) || [0x22, 0x27, 0x2c, 0x3b, 0x60, 0x7c].contains(byte)
  }

  /// Where the next row of a line begins, `0xSTART-0xEND SIZE`; nil for none.
  @inline(__always)
  private static func nextRow(_ text: Span<UInt8>, _ from: Int, _ end: Int) -> Int? {
    var at = from
    while at + 8 <= end {
      // Safe: any eight bytes are a number.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
      let found = zeroBytes(word ^ 0x2d2d_2d2d_2d2d_2d2d)
      if found != 0, let start = nextRow(text, from, dashes: at..<at + 8, end) { return start }
      at += 8
    }
    return nextRow(text, from, dashes: at..<end, end)
  }

  private static func nextRow(
    _ text: Span<UInt8>, _ from: Int, dashes: Range<Int>, _ end: Int
  ) -> Int? {
    for dash in dashes where text[dash] == 0x2d {
      guard let (_, blank) = address(text, dash + 1, end), blank < end, isBlank(text[blank])
      else { continue }
      // An address has three to eighteen bytes.
      for start in stride(from: dash - 3, through: max(from, dash - 18), by: -1) {
        guard text[start] == 0x30, let (_, last) = address(text, start, dash), last == dash
        else { continue }
        if Self.head(text, start, end) != nil { return start }
      }
    }
    return nil
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
    guard let head = Self.head(text, from, end) else { return nil }
    (row.start, row.end, row.size) = (head.start, head.last, head.size)
    if head.dash - from <= 10, head.blank - head.dash <= 11 { narrowRows += 1 }
    // (, _, p, or the blanks in front of a short one.
    if text[from + 2] > 0x66 || text[from + 2] < 0x30 { placeholders += 1 }
    return head.behind
  }

  private struct Head {
    let start, last, size: UInt64
    /// Where the first address ends, and the second one.
    let dash, blank: Int
    /// Where the size ends.
    let behind: Int
  }

  @inline(__always)
  private static func head(_ text: Span<UInt8>, _ from: Int, _ end: Int) -> Head? {
    guard let (start, dash) = address(text, from, end), dash < end, text[dash] == 0x2d,
      let (last, blank) = address(text, dash + 1, end), blank < end, isBlank(text[blank])
    else { return nil }
    var at = blank
    while at < end, isBlank(text[at]) { at += 1 }
    guard let (size, behind) = decimal(text, at, end), behind == end || !isWord(text[behind])
    else { return nil }
    return Head(start: start, last: last, size: size, dash: dash, blank: blank, behind: behind)
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
      (.split, "lines have several rows"),
    ]
    for (kind, text) in texts where counts[kind.rawValue] > Self.told {
      notes.append(
        VmallocinfoFile.Note(line: last, message: "\(counts[kind.rawValue]) \(text) in all"))
    }
  }
}
