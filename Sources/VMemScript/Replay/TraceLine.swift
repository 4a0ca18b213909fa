/// A line of a trace.
///
/// Whatever wrote it, an event is its name, a colon, and fields; before the name stand the time
/// and a colon, before that perhaps flags, the CPU in brackets, and the task.
struct TraceLine {
  /// Why a line is no event although it has the name of one.
  struct Defect: Error {
    let message: String
  }

  /// The name of an event: its first byte, and the kind.
  struct Name {
    let start: Int
    /// Behind the colon.
    let end: Int
    let kind: TraceEvent.Kind
  }

  let text: Text
  let start: Int
  let end: Int

  init(_ text: Text, _ range: Range<Int>) {
    self.text = text
    start = range.lowerBound
    end = range.upperBound
  }

  /// Where the name of one of the three events stands with its colon.
  var eventName: Name? {
    var at = start + 15
    while at < end {
      at = text.first(UInt8(ascii: ":"), in: at..<end)
      if at < end {
        switch text[at - 1] {
        case UInt8(ascii: "a"): if let name = name("alloc_vmap_area", .alloc, at) { return name }
        case UInt8(ascii: "h"):
          if let name = name("free_vmap_area_noflush", .free, at) { return name }
        case UInt8(ascii: "y"):
          if let name = name("purge_vmap_area_lazy", .purge, at) { return name }
        default: break
        }
      }
      at += 1
    }
    return nil
  }

  private func name(_ name: StaticString, _ kind: TraceEvent.Kind, _ colon: Int) -> Name? {
    let first = colon - name.utf8CodeUnitCount
    guard first >= start, text[first..<colon] == name,
      first == start || isBlank(first - 1) || text[first - 1] == UInt8(ascii: ":")
    else { return nil }
    return Name(start: first, end: colon + 1, kind: kind)
  }

  @inline(__always)
  func isBlank(_ at: Int) -> Bool { text[at] == 0x20 || text[at] == 0x09 }

  var isBlank: Bool { (start..<end).allSatisfy { isBlank($0) } }

  // MARK: What stands before the name

  /// What stands before the name of an event.
  struct Head {
    var time: UInt64?
    var cpu: Int16 = -1
    var pid: Int32 = -1
    /// The task's name.
    var task = 0..<0
  }

  func head(before name: Int) -> Head {
    var head = Head()
    var at = name
    // perf puts the subsystem before the name.
    if at > start, text[at - 1] == UInt8(ascii: ":") {
      at -= 1
      while at > start, text[at - 1].isNameByte { at -= 1 }
    }
    at = skipBlanks(back: at)
    guard at > start, text[at - 1] == UInt8(ascii: ":"), let time = time(back: at - 1) else {
      return head
    }
    head.time = time.value
    at = skipBlanks(back: time.start)
    if at > start, text[at - 1] != UInt8(ascii: "]") {
      // Flags of ftrace.
      let behind = at
      while at > start, !isBlank(at - 1) { at -= 1 }
      at = skipBlanks(back: at)
      if at == start || text[at - 1] != UInt8(ascii: "]") { at = behind }
    }
    if at > start, text[at - 1] == UInt8(ascii: "]") {
      let digits = digits(back: at - 1)
      if let cpu = number(digits), cpu < 8192, digits.lowerBound > start,
        text[digits.lowerBound - 1] == UInt8(ascii: "[")
      {
        head.cpu = Int16(cpu)
        at = skipBlanks(back: digits.lowerBound - 1)
      }
    }
    readTask(back: at, &head)
    return head
  }

  /// `bash-1234`, `bash 1234`, and a thread group in parentheses.
  private func readTask(back end: Int, _ head: inout Head) {
    var at = end
    if at > start, text[at - 1] == UInt8(ascii: ")") {
      while at > start, text[at - 1] != UInt8(ascii: "(") { at -= 1 }
      at = skipBlanks(back: max(start, at - 1))
    }
    let digits = digits(back: at)
    guard let pid = number(digits), pid <= UInt64(Int32.max) else { return }
    head.pid = Int32(pid)
    at = digits.lowerBound
    if at > start, text[at - 1] == UInt8(ascii: "-") { at -= 1 }
    at = skipBlanks(back: at)
    head.task = min(first, at)..<at
  }

  private func skipBlanks(back end: Int) -> Int {
    var at = end
    while at > start, isBlank(at - 1) { at -= 1 }
    return at
  }

  private func digits(back end: Int) -> Range<Int> {
    var at = end
    while at > start, text[at - 1].isDigit { at -= 1 }
    return at..<end
  }

  /// `123.456789` as nanoseconds, or a whole number as it is.
  private func time(back end: Int) -> (value: UInt64, start: Int)? {
    let last = digits(back: end)
    guard let low = number(last) else { return nil }
    guard last.lowerBound > start, text[last.lowerBound - 1] == UInt8(ascii: ".") else {
      return (low, last.lowerBound)
    }
    let seconds = digits(back: last.lowerBound - 1)
    guard let high = number(seconds), high < 1 << 33, last.count <= 9 else { return nil }
    var fraction = low
    for _ in last.count..<9 { fraction *= 10 }
    return (high * 1_000_000_000 + fraction, seconds.lowerBound)
  }

  /// The number that digits are, or nil for none and for more than 64 bits.
  private func number(_ digits: Range<Int>) -> UInt64? {
    guard !digits.isEmpty, digits.count < 20 else { return nil }
    var value: UInt64 = 0
    for at in digits { value = value * 10 + UInt64(text[at] & 15) }
    return value
  }
}
