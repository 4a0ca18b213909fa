internal import VMem

/// What the row of a map says of itself.
struct MapWords {
  /// The name that an area is bound to; empty for none.
  private(set) var name = ""
  /// Its kind, or how many of which.
  private(set) var what = ""
  /// Who made it; empty for nobody.
  private(set) var caller = ""
  /// Pages of its own, device memory, a guard page.
  private(set) var details: [String] = []
  private(set) var hasGuard = false

  init(_ machine: borrowing Machine, _ row: MapRow) {
    if !row.caller.isNone { caller = Self.text(machine, row.caller) }
    guard row.count == 1, let kind = row.kind else {
      what = row.parts.map { part in
        let isWord = part.count > 1 && (part.kind == .area || part.kind == .hole)
        return "\(part.count) \(part.kind.name)\(isWord ? "s" : "")"
      }.joined(separator: ", ")
      return
    }
    what = "\(kind.name)"
    guard kind.isArea, let area = machine.neighbours(of: row.start).below, area.start == row.start
    else { return }
    if let bound = machine.nameOfArea(area) { name = Views.text(machine.name(bound)) }
    if area.pageCount > 0 { details.append("\(area.pageCount) pages of its own") }
    if area.physicalAddress != 0 {
      details.append("physical 0x\(String(area.physicalAddress, radix: 16))")
    }
    hasGuard = area.isVMStruct && area.size < area.reserved
    if hasGuard { details.append("the last page is its guard page") }
  }

  /// A symbol; an offset and a size of 0 say nothing.
  private static func text(_ machine: borrowing Machine, _ symbol: Ref<Symbol>) -> String {
    let entry = machine.ram[symbol]
    let bytes = entry.text.span.extracting(first: Int(entry.length))
    let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self).printable
    return text.hasSuffix("+0x0/0x0") ? String(text.dropLast(8)) : text
  }

  /// All of it on one line.
  var line: String {
    [name, what, caller].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
