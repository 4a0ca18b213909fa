internal import VMem

/// Reads rows out of a text, line by line and byte by byte.
struct VmallocinfoReader: ~Copyable {
  typealias Row = VmallocinfoFile.Row

  private(set) var rows: [Row] = []
  private(set) var notes: [VmallocinfoFile.Note] = []
  /// Rows with addresses of at most eight digits.
  private(set) var narrowRows = 0
  /// Whether the last line has no end.
  private(set) var lastIsCut = false
  /// How often each kind of note was called for.
  private var counts = InlineArray<5, Int>(repeating: 0)

  private enum Kind: Int {
    case passedOver, around, unknownWord, doubled, cut
  }

  /// Lines that are told one by one; the others of a kind are counted.
  private static let told = 8

  init(_ text: Span<UInt8>) {
    // A row is seldom shorter than 64 bytes, and often longer than 80.
    rows.reserveCapacity(text.count / 80 + 1)
    var at = 0
    var number = 0
    while at < text.count {
      var end = at
      while end < text.count, text[end] != 0x0a { end += 1 }
      number += 1
      lastIsCut = end == text.count
      line(text, at, end, number)
      at = end + 1
    }
    if lastIsCut {
      note(.cut, number, "the last line has no end: it may be cut off")
    }
    finishNotes(number)
  }

  // MARK: Lines

  private mutating func line(_ text: Span<UInt8>, _ from: Int, _ to: Int, _ number: Int) {
    var end = to
    while end > from, text[end - 1] <= 0x20 { end -= 1 }
    guard end > from else { return }
    var row = Row()
    row.shortLine = UInt32(truncatingIfNeeded: number)
    var at = from
    while at + 1 < end {
      if text[at] == 0x30, text[at + 1] == 0x78, var tail = head(text, at, end, &row) {
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
    for position in from..<at where text[position] > 0x20 {
      note(.around, number, "text before the row: passed over")
      return
    }
  }

  /// `0xSTART-0xEND SIZE`: where it ends, or nil if this is none.
  private mutating func head(
    _ text: Span<UInt8>, _ from: Int, _ end: Int, _ row: inout Row
  ) -> Int? {
    guard let (start, dash) = address(text, from, end), dash < end, text[dash] == 0x2d,
      let (last, blank) = address(text, dash + 1, end), blank < end, text[blank] == 0x20
    else { return nil }
    var at = blank
    while at < end, text[at] == 0x20 { at += 1 }
    guard let (size, behind) = decimal(text, at, end), behind == end || !isWord(text[behind])
    else { return nil }
    (row.start, row.end, row.size) = (start, last, size)
    if dash - from <= 10, blank - dash <= 11 { narrowRows += 1 }
    return behind
  }

  @inline(__always)
  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a: true
    default: false
    }
  }

  // MARK: Words

  private mutating func words(
    _ text: Span<UInt8>, _ from: Int, _ to: Int, _ row: inout Row, _ number: Int
  ) {
    var at = from
    var isFirst = true
    while let (start, end) = word(text, at, to) {
      at = end
      if known(text, start, end, &row) || pair(text, start, end, &row) {
        isFirst = false
        continue
      }
      if isFirst {
        isFirst = false
        if `is`(text, start, end, "unpurged"), let (next, last) = word(text, at, to),
          `is`(text, next, last, "vm_area")
        {
          row.kind = .unpurged
          at = last
        } else if `is`(text, start, end, "vm_map_ram") {
          row.kind = .mapRAM
        } else {
          at = caller(text, start, end, to, &row)
        }
        continue
      }
      unknown(start, end, &row, number)
    }
  }

  /// The next word from `from` on: its first byte, and where it ends.
  @inline(__always)
  private func word(_ text: Span<UInt8>, _ from: Int, _ to: Int) -> (Int, Int)? {
    var start = from
    while start < to, text[start] <= 0x20 { start += 1 }
    guard start < to else { return nil }
    var end = start
    while end < to, text[end] > 0x20 { end += 1 }
    return (start, end)
  }

  /// Takes the caller, with its module in brackets; gives the place behind it.
  private func caller(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ to: Int, _ row: inout Row
  ) -> Int {
    var last = end
    if end + 1 < to, text[end] == 0x20, text[end + 1] == 0x5b,
      let (_, bracket) = word(text, end, to), text[bracket - 1] == 0x5d
    {
      last = bracket
    }
    row.callerAt = UInt32(truncatingIfNeeded: start)
    row.callerLength = UInt16(clamping: last - start)
    return last
  }

  /// Keeps a word that no known kernel prints, as long as such words stand side by side.
  private mutating func unknown(_ start: Int, _ end: Int, _ row: inout Row, _ number: Int) {
    note(.unknownWord, number, "a word that no known kernel prints: kept as it is")
    if row.wordsLength == 0 {
      row.wordsAt = UInt32(truncatingIfNeeded: start)
    } else if row.words.upperBound + 1 != start {
      return note(.doubled, number, "unknown words in two places: the first are kept")
    }
    row.wordsLength = UInt16(clamping: end - Int(row.wordsAt))
  }

  private func known(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ row: inout Row
  ) -> Bool {
    switch text[start] {
    case UInt8(ascii: "v"):
      if `is`(text, start, end, "vmalloc") {
        row.rawFlags |= VMFlags.alloc.rawValue
      } else if `is`(text, start, end, "vmap") {
        row.rawFlags |= VMFlags.map.rawValue
      } else if `is`(text, start, end, "vpages") {
        row.hasArray = true
      } else {
        return false
      }
    case UInt8(ascii: "i") where `is`(text, start, end, "ioremap"):
      row.rawFlags |= VMFlags.ioremap.rawValue
    case UInt8(ascii: "u") where `is`(text, start, end, "user"):
      row.rawFlags |= VMFlags.usermap.rawValue
    case UInt8(ascii: "s") where `is`(text, start, end, "sparse"):
      row.rawFlags |= VMFlags.sparse.rawValue
    case UInt8(ascii: "d") where `is`(text, start, end, "dma-coherent"):
      row.rawFlags |= VMFlags.dmaCoherent.rawValue
    default: return false
    }
    return true
  }

  /// `pages=4`, `phys=0xfee00000` or `phys=fee00000`, `N0=4`.
  private func pair(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ row: inout Row
  ) -> Bool {
    switch text[start] {
    case UInt8(ascii: "p") where begins(text, start, end, "pages="):
      guard let (pages, last) = decimal(text, start + 6, end), last == end,
        pages <= UInt64(UInt32.max), row.shortPages == 0
      else { return false }
      row.shortPages = UInt32(pages)
    case UInt8(ascii: "p") where begins(text, start, end, "phys="):
      let digits = begins(text, start + 5, end, "0x") ? start + 7 : start + 5
      guard let (physical, last) = hexadecimal(text, digits, end), last == end,
        row.physicalAddress == 0
      else { return false }
      row.physicalAddress = physical
    case UInt8(ascii: "N") where end - start >= 4 && text[start + 2] == 0x3d:
      guard (0x30...0x37).contains(text[start + 1]),
        let (count, last) = decimal(text, start + 3, end), last == end, count <= 1 << 32,
        row.nodesLength == 0 || row.nodes.upperBound + 1 == start, end - start < 64
      else { return false }
      if row.nodesLength == 0 { row.nodesAt = UInt32(truncatingIfNeeded: start) }
      row.nodesLength = UInt16(clamping: end - Int(row.nodesAt))
    default: return false
    }
    return true
  }

  // MARK: Bytes

  @inline(__always)
  private func `is`(
    _ text: Span<UInt8>, _ start: Int, _ end: Int, _ word: StaticString
  ) -> Bool {
    end - start == word.utf8CodeUnitCount && begins(text, start, end, word)
  }

  @inline(__always)
  private func begins(
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
  private func address(
    _ text: Span<UInt8>, _ from: Int, _ end: Int
  ) -> (UInt64, Int)? {
    guard begins(text, from, end, "0x") else { return nil }
    if begins(text, from + 2, end, "(____ptrval____)") { return (0, from + 18) }
    guard let (value, behind) = hexadecimal(text, from + 2, end) else { return nil }
    return (value, behind)
  }

  @inline(__always)
  private func hexadecimal(
    _ text: Span<UInt8>, _ from: Int, _ end: Int
  ) -> (UInt64, Int)? {
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
  private func decimal(
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

  private mutating func note(_ kind: Kind, _ line: Int, _ message: String) {
    counts[kind.rawValue] += 1
    if counts[kind.rawValue] <= Self.told {
      notes.append(VmallocinfoFile.Note(line: line, message: message))
    }
  }

  private mutating func finishNotes(_ last: Int) {
    let texts: [(Kind, String)] = [
      (.passedOver, "lines that are no rows were passed over"),
      (.around, "rows had text before them"), (.unknownWord, "words are unknown"),
      (.doubled, "rows have unknown words in two places"),
    ]
    for (kind, text) in texts where counts[kind.rawValue] > Self.told {
      notes.append(
        VmallocinfoFile.Note(line: last, message: "\(counts[kind.rawValue]) \(text) in all"))
    }
  }
}
