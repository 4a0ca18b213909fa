internal import VMem
internal import VMemViews

extension TraceLine {
  /// The event whose name stands there, behind that head.
  func event(_ name: Name, _ head: Head) throws(Defect) -> TraceEvent {
    var event = TraceEvent(kind: name.kind)
    event.time = head.time
    event.cpu = head.cpu
    event.pid = head.pid
    var fields = Fields(self, from: name.end)
    switch name.kind {
    case .alloc: try readAlloc(&fields, &event)
    case .free:
      event.address = try fields.take("va_start", "addr")
      event.size = try fields.take("nr_lazy")
      event.align = try fields.take("nr_lazy_max")
      guard event.address & 4095 == 0 else {
        throw Defect(message: "\(hexadecimal(event.address)) begins no page")
      }
    case .purge:
      event.address = try fields.take("start")
      event.size = try fields.take("end")
      event.align = try fields.take("num_purged", "npurged")
    }
    return event
  }

  /// Whether it is an allocation in the shortest form that a bpftrace program prints: `A`, and then the
  /// address, size and alignment in decimal, the range in hexadecimal, and whether it failed.
  var isShort: Bool {
    let at = first
    return at + 2 < end && text[at] == UInt8(ascii: "A") && isBlank(at + 1) && text[at + 2].isDigit
  }

  /// The allocation of a short line.
  func shortEvent() throws(Defect) -> TraceEvent {
    var event = TraceEvent(kind: .alloc)
    var fields = Fields(self, from: first + 1)
    event.address = try fields.takeBare("the address")
    event.size = try fields.takeBare("the size")
    event.align = try fields.takeBare("the alignment")
    event.start = try fields.takeBare("the start of the range", isHexadecimal: true)
    event.end = try fields.takeBare("the end of the range", isHexadecimal: true)
    try readFailed(try fields.takeBare("the word for failure"), &event)
    return event
  }

  private func readAlloc(_ fields: inout Fields, _ event: inout TraceEvent) throws(Defect) {
    event.address = try fields.take("va_start", "addr")
    event.size = try fields.take("size")
    event.align = try fields.take("align")
    event.start = try fields.take("vstart")
    event.end = try fields.take("vend")
    try readFailed(try fields.take("failed"), &event)
  }

  /// Whether it failed, and whether all of it makes sense.
  private func readFailed(_ failed: UInt64, _ event: inout TraceEvent) throws(Defect) {
    guard failed <= 1 else { throw Defect(message: "failed=\(failed) is neither 0 nor 1") }
    event.failed = failed == 1
    guard event.request(isWhole: false).isSound else {
      throw Defect(
        message: "no request of size \(event.size) and alignment \(event.align) in "
          + "\(hexadecimal(event.start))..\(hexadecimal(event.end))")
    }
    let last = event.address.addingReportingOverflow(event.size)
    guard
      event.failed
        || event.address & 4095 == 0 && event.address >= event.start && !last.overflow
          && last.partialValue <= event.end && event.address & (event.align - 1) == 0
    else {
      throw Defect(message: "\(hexadecimal(event.address)) is no place for what was asked for")
    }
  }

  /// The fields behind the name of an event, in their order: a key, `=` or a colon, and a number.
  struct Fields {
    private let line: TraceLine
    private var at: Int

    init(_ line: TraceLine, from at: Int) {
      self.line = line
      self.at = at
    }

    /// The number of the next field, which has one of two keys.
    mutating func take(_ key: StaticString, _ other: StaticString? = nil) throws(Defect) -> UInt64 {
      skipSeparators()
      guard skip(key) || other.map({ skip($0) }) == true else {
        throw Defect(
          message: at == line.end
            ? "cut before \(key)" : "\(key) should stand where \(quoted()) stands")
      }
      guard at < line.end, line.text[at] == UInt8(ascii: "=") || line.text[at] == UInt8(ascii: ":")
      else { throw Defect(message: "no number of \(key)") }
      at += 1
      while at < line.end, line.isBlank(at) { at += 1 }
      guard let value = number(), at == line.end || line.isBlank(at) || isSeparator(at) else {
        throw Defect(message: "\(key) is no number of 64 bits")
      }
      return value
    }

    /// Passes over a word where it stands alone.
    private mutating func skip(_ word: StaticString) -> Bool {
      let end = at + word.utf8CodeUnitCount
      guard end <= line.end, line.text[at..<end] == word,
        end == line.end || !line.text[end].isNameByte
      else { return false }
      at = end
      return true
    }

    /// The next number, which has no key.
    mutating func takeBare(
      _ what: StaticString, isHexadecimal: Bool = false
    ) throws(Defect) -> UInt64 {
      skipSeparators()
      guard at < line.end else { throw Defect(message: "cut before \(what)") }
      guard let value = isHexadecimal && !hasPrefix ? hexadecimal() : number(),
        at == line.end || line.isBlank(at)
      else { throw Defect(message: "\(what) is no number of 64 bits") }
      return value
    }

    private var hasPrefix: Bool {
      at + 1 < line.end && line.text[at] == UInt8(ascii: "0") && line.text[at + 1] | 0x20 == 0x78
    }

    private func isSeparator(_ at: Int) -> Bool {
      line.text[at] == UInt8(ascii: ",") || line.text[at] == UInt8(ascii: ";")
    }

    private mutating func skipSeparators() {
      while at < line.end, line.isBlank(at) || isSeparator(at) { at += 1 }
    }

    private func quoted() -> String {
      let rest = line.text[min(at, line.end)..<line.end]
      return rest.count == 0 ? "nothing" : "\u{201c}\(rest.printable.prefix(24))\u{201d}"
    }

    private mutating func number() -> UInt64? {
      if hasPrefix {
        at += 2
        return hexadecimal()
      }
      let isNegative = at < line.end && line.text[at] == UInt8(ascii: "-")
      if isNegative { at += 1 }
      let first = at
      var value: UInt64 = 0
      // Nineteen digits are no more than 64 bits hold.
      let safe = min(line.end, at + 19)
      while at < safe, line.text[at].isDigit {
        value = value &* 10 &+ UInt64(line.text[at] & 15)
        at += 1
      }
      while at < line.end, line.text[at].isDigit {
        let product = value.multipliedReportingOverflow(by: 10)
        let sum = product.partialValue.addingReportingOverflow(UInt64(line.text[at] & 15))
        if product.overflow || sum.overflow { return nil }
        value = sum.partialValue
        at += 1
      }
      return at == first ? nil : isNegative ? 0 &- value : value
    }

    private mutating func hexadecimal() -> UInt64? {
      let first = at
      var value: UInt64 = 0
      // As kernels print addresses.
      if at + 16 <= line.end, let address = line.text.sixteenDigits(at) {
        value = address
        at += 16
      }
      while at < line.end, let digit = line.text[at].hexDigit {
        value = value << 4 | digit
        at += 1
      }
      return at > first && at - first <= 16 ? value : nil
    }
  }
}

extension TraceEvent {
  /// What an allocation asked for.
  func request(isWhole: Bool) -> TracedRequest {
    TracedRequest(size: size, align: align, start: start, end: end, isWhole: isWhole)
  }
}
