/// What stands before the name of an event.
extension TraceLine {
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
    at = skipBehindTime(back: skipBlanks(back: at))
    guard at > start else { return head }
    if text[at - 1] == UInt8(ascii: ":") {
      if let time = time(back: at - 1) ?? latency(back: at - 1) {
        head.time = time.value
        at = skipBlanks(back: time.start)
      } else if let time = verbose(back: at - 1) {
        head.time = time.value
        readVerboseTask(back: skipBlanks(back: time.start), &head)
        return head
      } else {
        return head
      }
    } else if text[at - 1] != UInt8(ascii: "]") {
      // Without a time stamp only a CPU in brackets tells that this is a head.
      return head
    }
    readTask(back: readCPU(back: at, &head), &head)
    return head
  }

  /// Passes over what tools put between the time and the name: the period of perf, `(+3)` of trace-cmd.
  @inline(__always)
  private func skipBehindTime(back end: Int) -> Int {
    guard end > start else { return end }
    if text[end - 1].isDigit {
      let before = skipBlanks(back: digits(back: end).lowerBound)
      return before > start && text[before - 1] == UInt8(ascii: ":") ? before : end
    }
    guard text[end - 1] == UInt8(ascii: ")") else { return end }
    let difference = digits(back: end - 1).lowerBound
    guard difference > start + 1, text[difference - 1] == UInt8(ascii: "+"),
      text[difference - 2] == UInt8(ascii: "(")
    else { return end }
    return skipBlanks(back: difference - 2)
  }

  /// `[001]` with the flags of ftrace behind it or without them, or the CPU before the flags as the
  /// latency format has it. Gives where the task ends.
  private func readCPU(back end: Int, _ head: inout Head) -> Int {
    var at = end
    if at > start, text[at - 1] != UInt8(ascii: "]") {
      let behind = at
      while at > start, !isBlank(at - 1) { at -= 1 }
      if let cpu = latencyCPU(at..<behind) {
        head.cpu = cpu
        return skipBlanks(back: at)
      }
      at = skipBlanks(back: at)
      if at == start || text[at - 1] != UInt8(ascii: "]") { at = behind }
    }
    guard at > start, text[at - 1] == UInt8(ascii: "]") else { return at }
    let digits = digits(back: at - 1)
    guard let cpu = cpu(digits), digits.lowerBound > start,
      text[digits.lowerBound - 1] == UInt8(ascii: "[")
    else { return at }
    head.cpu = cpu
    return skipBlanks(back: digits.lowerBound - 1)
  }

  private func cpu(_ digits: Range<Int>) -> Int16? {
    number(digits).flatMap { $0 < 8192 ? Int16($0) : nil }
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

  // MARK: The latency format

  /// `15629us :` or `15629us+:`, microseconds since the buffer's first event.
  private func latency(back end: Int) -> (value: UInt64, start: Int)? {
    var at = skipBlanks(back: end)
    // How long it took: +, !, #, *, @ or $.
    if at > start, !text[at - 1].isNameByte { at = skipBlanks(back: at - 1) }
    guard at > start + 2, text[at - 1] == UInt8(ascii: "s"), text[at - 2] == UInt8(ascii: "u")
    else {
      return nil
    }
    let digits = digits(back: at - 2)
    guard let value = number(digits), value < 1 << 53 else { return nil }
    return (value * 1000, digits.lowerBound)
  }

  /// The CPU of `0d..2.`; nil for another word. The first flag is none of a digit.
  private func latencyCPU(_ word: Range<Int>) -> Int16? {
    var at = word.lowerBound
    while at < word.upperBound, text[at].isDigit { at += 1 }
    let digits = word.lowerBound..<at
    guard !digits.isEmpty, (4...8).contains(word.upperBound - at),
      (at..<word.upperBound).allSatisfy({ text[$0] == 0x2e || text[$0].isNameByte })
    else { return nil }
    return cpu(digits)
  }

  /// `[0035cabc] 3525.000ms (+   0.000ms):`, of which the first number has all microseconds.
  private func verbose(back end: Int) -> (value: UInt64, start: Int)? {
    var at = end
    guard at > start, text[at - 1] == UInt8(ascii: ")") else { return nil }
    while at > start, text[at - 1] != UInt8(ascii: "]") { at -= 1 }
    guard at > start + 1 else { return nil }
    let last = at - 1
    at = last
    var (value, shift) = (UInt64(0), UInt64(0))
    while at > start, shift < 48, let digit = text[at - 1].hexDigit {
      value |= digit << shift
      shift += 4
      at -= 1
    }
    guard at > start, at < last, text[at - 1] == UInt8(ascii: "[") else { return nil }
    return (value * 1000, at - 1)
  }

  /// `sh     153   1   0 00000000 00000001`: task, CPU, flags, preempt_count, number.
  private func readVerboseTask(back end: Int, _ head: inout Head) {
    var at = end
    for _ in 0..<3 {
      while at > start, !isBlank(at - 1) { at -= 1 }
      at = skipBlanks(back: at)
    }
    let digits = digits(back: at)
    guard let cpu = cpu(digits) else { return }
    head.cpu = cpu
    readTask(back: skipBlanks(back: digits.lowerBound), &head)
  }
}
