internal import VMem
internal import VMemViews

/// What two machines differ in, in the words of their views.
struct ImageDifference {
  private(set) var text = ""

  init(_ a: borrowing Machine, _ b: borrowing Machine, names: (String, String)) {
    let parts = [
      (
        "vmallocinfo", Self.lines(a) { Views.vmallocinfo($0, pointers: .real, to: &$1) },
        Self.lines(b) { Views.vmallocinfo($0, pointers: .real, to: &$1) }
      ),
      (
        "page_tables", Self.lines(a) { Views.pageTables($0, range: nil, format: .ptdump, to: &$1) },
        Self.lines(b) { Views.pageTables($0, range: nil, format: .ptdump, to: &$1) }
      ),
      (
        "vmstat", Self.lines(a) { Views.vmstat($0, to: &$1) },
        Self.lines(b) { Views.vmstat($0, to: &$1) }
      ),
      (
        "buddyinfo", Self.lines(a) { Views.buddyinfo($0, to: &$1) },
        Self.lines(b) { Views.buddyinfo($0, to: &$1) }
      ),
      (
        "dmesg", Self.lines(a) { Views.dmesg($0, to: &$1) },
        Self.lines(b) { Views.dmesg($0, to: &$1) }
      ),
    ]
    for (name, old, new) in parts {
      let changes = Self.changes(old, new)
      if changes.isEmpty { continue }
      if text.isEmpty { text = "--- \(names.0)\n+++ \(names.1)\n" }
      text += "@@ \(name)\n"
      for change in changes { text += change + "\n" }
    }
  }

  private static func lines(
    _ machine: borrowing Machine, _ view: (borrowing Machine, inout ViewOutput) -> Void
  ) -> [Substring] {
    var output = ViewOutput(descriptor: nil, format: .text)
    view(machine, &output)
    return output.writer.takeString().split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.isEmpty }
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
