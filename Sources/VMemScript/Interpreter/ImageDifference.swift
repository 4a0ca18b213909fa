internal import VMem
internal import VMemViews

/// What two machines differ in, in the words of their views.
struct ImageDifference {
  private(set) var text = ""

  init(_ a: borrowing Machine, _ b: borrowing Machine, names: (String, String)) {
    add("vmallocinfo", a, b, names) { Views.vmallocinfo($0, pointers: .real, to: &$1) }
    add("page_tables", a, b, names) {
      Views.pageTables($0, range: nil, format: .ptdump, to: &$1)
    }
    add("vmstat", a, b, names) { Views.vmstat($0, to: &$1) }
    add("buddyinfo", a, b, names) { Views.buddyinfo($0, to: &$1) }
    add("dmesg", a, b, names) { Views.dmesg($0, to: &$1) }
  }

  private mutating func add(
    _ part: String, _ a: borrowing Machine, _ b: borrowing Machine, _ names: (String, String),
    _ view: (borrowing Machine, inout ViewOutput) -> Void
  ) {
    let (old, new) = (Self.bytes(a, view), Self.bytes(b, view))
    let (start, ends) = Self.middle(old, new)
    let changes = Self.changes(Self.lines(old[start..<ends.old]), Self.lines(new[start..<ends.new]))
    if changes.isEmpty { return }
    if text.isEmpty { text = "--- \(names.0)\n+++ \(names.1)\n" }
    text += "@@ \(part)\n"
    for change in changes { text += change + "\n" }
  }

  private static func bytes(
    _ machine: borrowing Machine, _ view: (borrowing Machine, inout ViewOutput) -> Void
  ) -> [UInt8] {
    var output = ViewOutput(descriptor: nil, format: .text)
    view(machine, &output)
    return output.writer.takeBytes()
  }

  /// What is left of two texts without the whole lines that both begin and end with.
  static func middle(_ old: [UInt8], _ new: [UInt8]) -> (start: Int, ends: (old: Int, new: Int)) {
    let (a, b) = (old.span, new.span)
    let least = min(a.count, b.count)
    var same = 0
    while same < least, a[same] == b[same] { same += 1 }
    if same == a.count, same == b.count { return (same, (same, same)) }
    var start = same
    while start > 0, a[start - 1] != 0x0a { start -= 1 }
    var tail = 0
    while tail < least - start, a[a.count - 1 - tail] == b[b.count - 1 - tail] { tail += 1 }
    // The tail begins behind the end of a line of both.
    while tail > 0, !isLineStart(a, a.count - tail, start) || !isLineStart(b, b.count - tail, start)
    {
      tail -= 1
    }
    return (start, (a.count - tail, b.count - tail))
  }

  private static func isLineStart(_ text: Span<UInt8>, _ at: Int, _ start: Int) -> Bool {
    at == start || text[at - 1] == 0x0a
  }

  private static func lines(_ text: ArraySlice<UInt8>) -> [Substring] {
    String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  /// The lines that only one of two texts has, in the order of the texts: where they part, the old
  /// ones stand before the new ones.
  ///
  /// Rows are compared by what they say and not by what surrounds them, so that a view of a million
  /// rows costs no more than reading it.
  static func changes(_ old: [Substring], _ new: [Substring]) -> [String] {
    var balance: [Substring: Int] = [:]
    for line in old { balance[line, default: 0] += 1 }
    for line in new { balance[line, default: 0] -= 1 }
    var (removed, added) = (balance, balance)
    var result: [String] = []
    var next = 0
    /// Hands out new lines up to the first one that both texts have.
    func emitNew(until common: Substring?) {
      while next < new.count {
        let line = new[next]
        if let common, line == common, added[line]! >= 0 { break }
        if added[line]! < 0 {
          added[line]! += 1
          result.append("+\(line)")
        }
        next += 1
      }
    }
    for line in old {
      if removed[line]! > 0 {
        removed[line]! -= 1
        result.append("-\(line)")
      } else {
        emitNew(until: line)
        if next < new.count { next += 1 }
      }
    }
    emitNew(until: nil)
    return result
  }
}
