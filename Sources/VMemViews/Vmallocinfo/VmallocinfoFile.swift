/// A text with rows of `/proc/vmallocinfo`, of any kernel from 2.6.28 on, 64 or 32 bits, whole or
/// pasted: with a prompt, a log's time stamps or quotes around the rows.
package struct VmallocinfoFile: Sendable {
  /// For messages: `name:line`.
  package let name: String
  /// The texts that rows refer to, each different one once.
  package let texts: PackedTexts
  /// By ascending address if the addresses are real, of equal ones in the file's order, in which the others
  /// are.
  package private(set) var rows: [Row] = []
  /// Whether the rows stood in the file as in `rows`.
  package private(set) var isAscending = true
  /// What was passed over or guessed, by kind and then by line.
  package private(set) var notes: [Note] = []
  package private(set) var addresses = Addresses.real
  /// Whether addresses have 32 bits.
  package private(set) var isNarrow = false
  /// First and last byte of the vmalloc window, guessed from the rows: nothing if the addresses are
  /// not real, or if all rows are of modules.
  package private(set) var window: (start: UInt64, last: UInt64) = (0, 0)
  /// First and last byte of the modules' own window, if a row lies in it.
  package private(set) var modules: (start: UInt64, last: UInt64)?
  /// Where modules go, if no row lies there and the rows tell all the same.
  package private(set) var emptyModules: (start: UInt64, last: UInt64)?
  /// Whether the machine's vmalloc window is known to begin and to end where `window` does; else all of
  /// that is in it, and there may be more.
  package private(set) var isWindowKnown = true
  /// First and last byte of the rows of another architecture than x86-64, some of which may lie beside
  /// the window; nil for that.
  package private(set) var foreign: (start: UInt64, last: UInt64)?
  /// Bits of an offset into a page: 12, or more where the rows tell of larger pages.
  package private(set) var pageShift: UInt64 = 12
  /// What is to be said of rows outside of every window, with the line of the first one; nil for none.
  package private(set) var outside: Note?

  /// What the addresses of a file are worth.
  package enum Addresses: Sendable {
    case real
    /// Keys without order, as `%p` prints for whoever may not see addresses; equal ones stay equal.
    case hashed
    /// Zeroes, which kptr_restrict=2 shows, or 1 to others than root.
    case zero
    /// `(ptrval)`, of a kernel that had no key yet to hash with.
    case placeholder

    package var name: StaticString {
      switch self {
      case .real: "real"
      case .hashed: "hashed"
      case .zero: "zero"
      case .placeholder: "placeholder"
      }
    }

    /// What they are, in words: "the addresses are …".
    package var words: StaticString {
      switch self {
      case .real: "real"
      case .hashed: "hashed"
      case .zero: "zeroes"
      case .placeholder: "placeholders of a kernel that had no key to hash them (%p)"
      }
    }
  }

  /// Something that a reader should know.
  package struct Note: Equatable, Sendable {
    /// From 1.
    package let line: Int
    package let message: String

    package init(line: Int, message: String) {
      self.line = line
      self.message = message
    }
  }

  /// Why a text is no file of rows.
  package struct Defect: Error, Equatable, Sendable {
    /// From 1.
    package let line: Int
    package let message: String

    package init(line: Int, message: String) {
      self.line = line
      self.message = message
    }
  }

  /// The longest text, so that positions have 32 bits.
  package static let maximumBytes = 1 << 31

  package init(name: String, bytes text: consuming [UInt8]) throws(Defect) {
    self.name = name
    guard text.count <= Self.maximumBytes else {
      throw Defect(line: 1, message: "\(text.count) bytes; the longest file has 2 GiB")
    }
    // The image of a disk need not be looked through.
    if Self.isNoText(text.span) { throw Defect(line: 1, message: Self.notText) }
    let reader = VmallocinfoReader(text.span)
    if let broken = reader.broken { throw broken }
    guard !reader.rows.isEmpty else { throw Defect(line: 1, message: Self.whyNoRow(text)) }
    // A file of a million rows is large.
    text = []
    texts = reader.table.texts
    rows = reader.rows
    notes = reader.notes
    isNarrow = reader.narrowRows * 2 > rows.count
    addresses = judged()
    if addresses == .zero, reader.placeholders * 2 > rows.count { addresses = .placeholder }
    if addresses == .real { try checkSizes(lastIsCut: reader.lastIsCut) }
    guard !rows.isEmpty else { throw Defect(line: 1, message: Self.noRow) }
    if addresses == .real || addresses == .hashed { sort() }
    guard addresses == .real else { return }
    let windows = VmallocinfoWindows(self, reader.windows)
    (window, isWindowKnown, foreign) = (windows.vmalloc, windows.isWhole, windows.foreign)
    (modules, emptyModules) = (windows.modules, windows.emptyModules)
    pageShift = foundPageShift()
    outside = foundOutside()
    if let outside { notes.append(outside) }
    notes += notesOfWindows(reader.windows, windows.logLines)
  }

  /// Drops rows that stand there once more, and puts those with real addresses in order.
  private mutating func sort() {
    var order = RowOrder(rows) { $0.start }
    if order.hasEqualKeys {
      let again = order.repeated(rows)
      if !again.isEmpty {
        noteRepeated(again)
        let dropped = Set(again.map(\.row))
        rows = rows.indices.filter { !dropped.contains($0) }.map { rows[$0] }
        order = RowOrder(rows) { $0.start }
      }
    }
    guard addresses == .real, !order.ascends else { return }
    isAscending = false
    rows = order.places.map { rows[Int($0)] }
  }

  private mutating func noteRepeated(_ again: [(row: Int, first: Int)]) {
    for (row, first) in again.prefix(Self.toldRepeated) {
      let message = "the row of line \(rows[first].line) once more: passed over"
      notes.append(Note(line: rows[row].line, message: message))
    }
    guard again.count > Self.toldRepeated else { return }
    let last = rows[again[again.count - 1].row].line
    notes.append(Note(line: last, message: "\(again.count) rows stand there twice"))
  }

  /// Rows told one by one that stand there twice.
  private static let toldRepeated = 8

  private func foundOutside() -> Note? {
    var line: Int?
    var count = 0
    for row in rows where !isInWindow(row) {
      line = min(line ?? row.line, row.line)
      count += 1
    }
    guard let line else { return nil }
    let place = { (range: (start: UInt64, last: UInt64)) in
      "\(range.start.prefixed)..\(range.last.prefixed)"
    }
    var places: [String] = []
    if window.last > 0 { places.append("the vmalloc window \(place(window))") }
    if let modules { places.append("that of modules \(place(modules))") }
    var text = "the row is outside of \(places.joined(separator: " and of "))"
    if count > 1 { text += ", and so \(count == 2 ? "is one more" : "are \(count - 1) more")" }
    return Note(line: line, message: text)
  }

  private static func whyNoRow(_ text: [UInt8]) -> String {
    if text.starts(with: [0x1f, 0x8b]) { return "a compressed file: unpack it first (gunzip)" }
    return text.prefix(4096).contains(0) ? notText : noRow
  }

  package static let notText = "not a text, or one of UTF-16"

  private static let noRow = """
    no row of /proc/vmallocinfo, as 0xffffc90000000000-0xffffc90000005000   20480 caller+0x1/0x2
    """

  /// Line of the first row.
  package var firstLine: Int { rows.lazy.map(\.line).min() ?? 1 }

  /// Hashed addresses fit their sizes by chance only, and never in order.
  private func judged() -> Addresses {
    var fitting = 0
    var zero = 0
    var keys = 0
    for row in rows {
      if row.start == 0, row.end == 0 {
        zero += 1
      } else if row.end &- row.start == row.size {
        fitting += 1
      } else if row.start >> 48 != row.end >> 48 || row.end >> 32 == 0 && row.start >> 32 == 0 {
        keys += 1
      }
    }
    if zero * 2 > rows.count { return .zero }
    return keys > fitting ? .hashed : .real
  }

  /// A row whose size is not its addresses' is cut off or not to be believed.
  private mutating func checkSizes(lastIsCut: Bool) throws(Defect) {
    for index in rows.indices {
      let row = rows[index]
      if row.end > row.start, row.end - row.start == row.size, row.size & 4095 == 0,
        row.start & 4095 == 0
      {
        continue
      }
      if index == rows.count - 1, lastIsCut {
        notes.append(Note(line: row.line, message: "the row is cut off: passed over"))
        rows.removeLast()
        return
      }
      let text = "\(row.start.prefixed)-\(row.end.prefixed)"
      if row.end == row.start { throw Defect(line: row.line, message: "\(text) is empty") }
      if row.end < row.start {
        throw Defect(line: row.line, message: "\(text) ends before it begins")
      }
      guard row.end - row.start == row.size else {
        let message = "\(text) has \(row.end - row.start) bytes, but the row says \(row.size)"
        throw Defect(line: row.line, message: message)
      }
      throw Defect(line: row.line, message: "\(text) is not of whole pages of 4096 bytes")
    }
  }

  /// `file:line`, for a message.
  package func place(_ line: Int) -> String { "\(name):\(line)" }

  /// Whether a row lies in the vmalloc window or among the modules; true for any row if the addresses
  /// are not real.
  package func isInWindow(_ row: Row) -> Bool {
    guard addresses == .real else { return true }
    if row.start >= window.start, row.end - 1 <= window.last { return true }
    return [modules, foreign].contains { range in
      range.map { row.start >= $0.start && row.end - 1 <= $0.last } ?? false
    }
  }
}

extension UInt64 {
  /// `0x` and hexadecimal digits.
  var prefixed: String { "0x" + String(self, radix: 16) }
}
