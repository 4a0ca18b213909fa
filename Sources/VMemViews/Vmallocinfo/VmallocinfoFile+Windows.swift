internal import VMem

/// What is said of a file's windows and pages.
extension VmallocinfoFile {
  /// What is to be said of a vmalloc window that may go on in front of its lowest row or behind the highest.
  package var partlyKnownWindow: Note? {
    if window.last == 0, let modules {
      return Note(
        line: firstLine,
        message: "all rows lie among the modules, \(Self.place(modules)): no row tells where the "
          + "vmalloc window is")
    }
    guard !isWindowKnown else { return nil }
    return Note(
      line: firstLine,
      message:
        "where the vmalloc window begins and ends is not in the file: what is free outside of "
        + "\(Self.place(window)) does not count; --range START..END, as "
        + "the kernel's log has it, says it")
  }

  /// Windows that are from the kernel's log, rows beside them, and large pages.
  func notesOfWindows(_ logged: LoggedWindows, _ lines: [Int]) -> [Note] {
    var notes: [Note] = []
    for (name, window) in [
      ("the vmalloc window", logged.vmalloc), ("that of modules", logged.modules),
    ] {
      guard let window, lines.contains(window.line) else { continue }
      let place = Self.place((window.start, window.last))
      notes.append(Note(line: window.line, message: "\(name) is \(place), as the log has it"))
    }
    let beside = foreign == nil ? [] : rows.filter { !isIn($0, window) && !isIn($0, modules) }
    if let line = beside.map(\.line).min() {
      var text = "the row lies beside the vmalloc window, \(Self.place(window))"
      if beside.count > 1 {
        text += ", and so \(beside.count == 2 ? "does one more" : "do \(beside.count - 1) more")"
      }
      notes.append(Note(line: line, message: text))
    }
    if pageShift > 12 {
      notes.append(
        Note(
          line: firstLine,
          message:
            "pages are of \(1 << (pageShift - 10)) KiB, as the rows' addresses and sizes tell"))
    }
    return notes
  }

  /// Whether a row is one of `pcpu_get_vm_areas`, and has nothing that such areas lack.
  package func isPerCPU(_ row: Row) -> Bool {
    row.kind == .area && row.flags == .alloc && row.pages == 0 && row.physicalAddress == 0
      && row.words.isEmpty && row.nodes.isEmpty && !row.hasArray
      && texts.hasPrefix("pcpu_get_vm_areas", at: row.caller)
  }

  private static func place(_ range: (start: UInt64, last: UInt64)) -> String {
    "\(range.start.prefixed)..\((range.last &+ 1).prefixed)"
  }

  private func isIn(_ row: Row, _ range: (start: UInt64, last: UInt64)?) -> Bool {
    guard let range else { return false }
    return row.start >= range.start && row.end - 1 <= range.last
  }

  /// The largest pages that all addresses are of, where the rows' numbers of pages tell so: an area has
  /// room for its pages and a guard page. Without such rows, four of another architecture tell.
  func foundPageShift() -> UInt64 {
    guard foreign != nil else { return 12 }
    let bits = rows.reduce(UInt64(0)) { $0 | $1.start | $1.end }
    let areas = rows.filter { $0.kind == .area && $0.pages > 0 }
    let shifts: [UInt64] = [16, 15, 14, 13].filter { bits & (1 << $0 - 1) == 0 }
    if areas.isEmpty {
      return isNarrow || isWindowKnown || rows.count < 4
        ? 12 : shifts.first { [16, 14].contains($0) } ?? 12
    }
    return shifts.first { shift in
      areas.count { $0.size >> shift == $0.pages + 1 } * 2 > areas.count
    } ?? 12
  }

  /// Bytes of a text's beginning that tell whether it is one.
  package static let firstBytes = 1 << 16

  /// Whether the beginning of a long text has more control bytes than any text, as that of a disk or of
  /// random numbers.
  package static func isNoText(_ text: Span<UInt8>) -> Bool {
    guard text.count >= firstBytes else { return false }
    // A crash leaves zeroes in front of a log's lines.
    var first = 0
    while first < firstBytes, text[first] == 0 { first += 1 }
    if first == firstBytes { return true }
    var count = 0
    for at in first..<firstBytes where text[at] < 0x09 || text[at] < 0x20 && text[at] > 0x0d {
      // Colours of a terminal are text.
      if text[at] != 0x1b { count += 1 }
    }
    return count > max(firstBytes - first, 4096) / 12
  }
}
