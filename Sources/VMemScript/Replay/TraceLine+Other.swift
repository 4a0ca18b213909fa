/// Lines that are no event of the three.
extension TraceLine {
  /// Where it begins, behind blanks, the marks of quoted mail, and the time stamp of a log.
  var first: Int {
    var at = start
    while at < end, isBlank(at) || text[at] == UInt8(ascii: ">") { at += 1 }
    guard at < end, text[at] == UInt8(ascii: "[") else { return at }
    var close = at + 1
    while close < end, text[close].isDigit || isBlank(close) || text[close] == UInt8(ascii: ".") {
      close += 1
    }
    guard close < end, close > at + 1, text[close] == UInt8(ascii: "]") else { return at }
    close += 1
    while close < end, isBlank(close) { close += 1 }
    return close
  }

  var isComment: Bool { first < end && text[first] == UInt8(ascii: "#") }

  /// Where a word first stands in the line.
  private func index(of word: StaticString, from: Int? = nil) -> Int? {
    let length = word.utf8CodeUnitCount
    var at = from ?? start
    while at + length <= end {
      if text[at..<at + length] == word { return at }
      at += 1
    }
    return nil
  }

  func contains(_ word: StaticString) -> Bool { index(of: word) != nil }

  /// Whether what bears an event's name is a probe of the function with that name, or a word that was
  /// written into the trace: what follows is no field.
  func isProbe(_ name: Name) -> Bool {
    var at = name.end
    while at < end, isBlank(at) { at += 1 }
    if at < end, text[at] == UInt8(ascii: "(") { return true }
    guard name.start > start + 1, isBlank(name.start - 1) else { return false }
    // Most names stand behind their time stamp.
    var before = name.start - 1
    while before > start, isBlank(before) { before -= 1 }
    if before > start, text[before] == UInt8(ascii: ":"), text[before - 1].isDigit { return false }
    let words: [StaticString] = ["tracing_mark_write:", "print:", "bprint:", "bputs:"]
    return words.contains { word in
      index(of: word).map { $0 < name.start } ?? false
    }
  }

  /// Whether it is what is left of one of the three events. Lines that only name their functions are
  /// not: frames of a stack, calls, probes.
  var isCutEvent: Bool {
    if contains("vmap_area") {
      let fields: [StaticString] = [
        "va_start=", "va_start:", "vstart=", "vend=", "nr_lazy", "num_purged=",
      ]
      if fields.contains(where: { contains($0) }) { return true }
    }
    // Cut within the name, behind the time.
    var at = end
    while at > start, text[at - 1].isNameByte { at -= 1 }
    guard end - at >= 4, head(before: at).time != nil else { return false }
    let names: [StaticString] = [
      "alloc_vmap_area", "free_vmap_area_noflush", "purge_vmap_area_lazy",
    ]
    return names.contains { name in
      end - at <= name.utf8CodeUnitCount
        && (0..<end - at).allSatisfy { unsafe text[at + $0] == name.utf8Start[$0] }
    }
  }

  /// The number whose first digit is at `at`; more than 64 bits count as none.
  private func number(at: Int) -> UInt64? {
    var at = at
    var value: UInt64?
    while at < end, text[at].isDigit {
      let product = (value ?? 0).multipliedReportingOverflow(by: 10)
      let sum = product.partialValue.addingReportingOverflow(UInt64(text[at] & 15))
      if product.overflow || sum.overflow { return nil }
      value = sum.partialValue
      at += 1
    }
    return value
  }

  /// How many events a mark says are lost, 0 for a mark without a number; nil for no mark.
  ///
  /// `CPU:0 [LOST 12 EVENTS]` and `CPU:0 [LOST EVENTS]` of ftrace, `[12 EVENTS DROPPED]` of trace-cmd,
  /// `Lost 12 events` of bpftrace, `lost 12 events` of perf.
  var lostEvents: UInt64? {
    if let at = index(of: "EVENTS DROPPED]") ?? index(of: "EVENTS DROPPED") {
      var first = at - 1
      while first > start, text[first - 1].isDigit { first -= 1 }
      return (first >= start ? number(at: first) : nil) ?? 0
    }
    for word in ["LOST ", "Lost ", "lost "] as [StaticString] {
      guard let at = index(of: word) else { continue }
      if let count = number(at: at + 5) { return count }
      if index(of: "EVENTS", from: at + 5) == at + 5 { return 0 }
    }
    return contains("PERF_RECORD_LOST") ? 0 : nil
  }

  /// Whether it is an event of another kind: `[001] … 123.456789: name:`.
  var isOtherEvent: Bool {
    var at = start + 1
    while at + 1 < end {
      if text[at] == UInt8(ascii: ":"), text[at - 1].isDigit, isBlank(at + 1) {
        var next = at + 1
        while next < end, isBlank(next) { next += 1 }
        let name = next
        while next < end, text[next].isNameByte || text[next] == UInt8(ascii: ":") { next += 1 }
        if next > name { return true }
      }
      at += 1
    }
    return false
  }

  /// `entries-in-buffer/entries-written: 7665/7700`
  var entries: (kept: UInt64, written: UInt64)? {
    let words: StaticString = "entries-written:"
    guard var at = index(of: words) else { return nil }
    at += words.utf8CodeUnitCount
    while at < end, isBlank(at) { at += 1 }
    guard let kept = number(at: at) else { return nil }
    while at < end, text[at].isDigit { at += 1 }
    guard at < end, text[at] == UInt8(ascii: "/"), let written = number(at: at + 1) else {
      return nil
    }
    return (kept, written)
  }

  /// Whether it is one of the lines that tools print around events.
  var isKnownChatter: Bool {
    let words: [StaticString] = ["cpus=", "version = ", "Attach", "CPU ", "trace-cmd", "perf "]
    return words.contains { index(of: $0) == first }
  }
}
