/// A text with rows of `/proc/vmallocinfo`, of any kernel from 2.6.28 on, 64 or 32 bits, whole or
/// pasted: with a prompt, a log's time stamps or quotes around the rows.
package struct VmallocinfoFile: Sendable {
  /// For messages: `name:line`.
  package let name: String
  /// The whole text; rows refer into it.
  package let bytes: [UInt8]
  /// In the file's order.
  package private(set) var rows: [Row] = []
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

  /// What the addresses of a file are worth.
  package enum Addresses: Sendable {
    case real
    /// Keys without order, as `%p` prints for whoever may not see addresses; equal ones stay equal.
    case hashed
    /// Zeroes, or placeholders of a kernel that had no key yet.
    case zero
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

  package init(name: String, bytes: [UInt8]) throws(Defect) {
    self.name = name
    self.bytes = bytes
    guard bytes.count <= Self.maximumBytes else {
      throw Defect(line: 1, message: "\(bytes.count) bytes; the longest file has 2 GiB")
    }
    let reader = VmallocinfoReader(bytes.span)
    rows = reader.rows
    notes = reader.notes
    guard !rows.isEmpty else { throw Defect(line: 1, message: Self.noRow) }
    isNarrow = reader.narrowRows * 2 > rows.count
    addresses = judged()
    guard addresses == .real else { return }
    try checkSizes(lastIsCut: reader.lastIsCut)
    guard !rows.isEmpty else { throw Defect(line: 1, message: Self.noRow) }
    (window, modules) = VmallocinfoWindows.find(rows, isNarrow: isNarrow)
  }

  private static let noRow = """
    no row of /proc/vmallocinfo, as 0xffffc90000000000-0xffffc90000005000   20480 caller+0x1/0x2
    """

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
      } else if row.start >> 32 == 0, row.end >> 32 == 0 {
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
      if row.end <= row.start {
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
    guard let modules else { return false }
    return row.start >= modules.start && row.end - 1 <= modules.last
  }
}

extension UInt64 {
  /// `0x` and hexadecimal digits.
  var prefixed: String { "0x" + String(self, radix: 16) }
}
