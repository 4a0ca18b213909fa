internal import VMem
internal import VMemViews

extension Interpreter {
  /// Prints the object of a line that was judged.
  mutating func printJSON(
    _ line: Line, _ happened: Happened, _ refusal: Refusal?, _ code: ExitCode
  ) {
    let isFailure = code != .success
    if case .silent = line.result, !isFailure { return }
    if !isFailure, line.head.isSilent || options.quiet && !line.result.isView { return }
    beginJSON(line)
    printResult(line, happened)
    printErrno(happened)
    call.output.key("warnings")
    call.output.writer.write(byte: 0x5b)
    if line.warnings > 0 || line.staleHits > 0 {
      let warnings = line.warnings > 0 ? warningTexts(line) : []
      for (index, text) in (warnings + staleTexts(line)).enumerated() {
        if index > 0 { call.output.writer.write(byte: 0x2c) }
        call.output.writer.jsonString(text)
      }
    }
    call.output.writer.write(byte: 0x5d)
    if let expected = call.expectation.text {
      call.output.field("expected", text: expected.string)
    }
    if let refusal { printError(refusal, line) }
    if refusal != nil, let explanation = call.explanation {
      call.output.key(explanation.name)
      call.output.writer.write(explanation.json.span)
    }
    if let note = call.note { call.output.field("note", text: note.sentence(call.culprit)) }
    if !call.remarks.isEmpty {
      call.output.beginArray("notes")
      for (at, remark) in call.remarks.enumerated() {
        if at > 0 { call.output.writer.write(byte: 0x2c) }
        call.output.writer.jsonString(remark)
      }
      call.output.endArray()
    }
    endJSON(code)
  }

  /// Prints the object of an assertion that does not hold.
  mutating func printJSON(_ line: Line, assertion text: String) {
    beginJSON(line)
    call.output.key("result")
    call.output.writer.write("null,\"type\":\"ok\",\"errno\":null,\"warnings\":[]")
    printError(rule: "assertion", value: text, hint: "", message: text)
    endJSON(.failedExpectation)
  }

  /// Prints the object of a line that is not of the language.
  mutating func printJSON(_ finding: Finding) {
    call.output.beginObject()
    call.output.field("line", count: UInt64(finding.line))
    call.output.key("verb")
    if let verb = finding.verb {
      call.output.writer.jsonString("\(verb)")
    } else {
      call.output.writer.write("null")
    }
    call.output.key("name")
    call.output.writer.write(
      "null,\"result\":null,\"type\":\"error\",\"errno\":null,\"warnings\":[]")
    printError(
      rule: "script", value: finding.word, hint: finding.error.hint ?? "",
      message: finding.error.message)
    endJSON(finding.error.exit)
  }

  private mutating func beginJSON(_ line: Line) {
    call.output.beginObject()
    call.output.field("line", count: UInt64(place.line))
    call.output.key("verb")
    call.output.writer.jsonString("\(table.name(Int(line.head.verb)))")
    call.output.key("name")
    if line.head.hasName {
      let name = call.tokens[Int(line.head.nameToken)].text
      name.withSpan { call.output.writer.jsonString($0) }
    } else {
      call.output.writer.write("null")
    }
  }

  private mutating func endJSON(_ code: ExitCode) {
    call.output.field("exit", count: UInt64(code.rawValue))
    call.output.endObject()
    _ = call.output.takeRows()
  }

  private mutating func printResult(_ line: Line, _ happened: Happened) {
    switch happened {
    case .refused(let outcome): result(outcome.answer, outcome.type)
    case .ok: result("0", "ok")
    case .difference(let offset): number(offset)
    case .broken, .text: text(line)
    case .value(let value):
      switch line.result {
      case .address:
        call.output.field("result", address: value)
        call.output.field("type", text: "address")
      case .page(let pfn): result(call.pageName(machine, pfn), "text")
      default: number(value)
      }
    }
  }

  private mutating func result(_ text: String, _ type: StaticString) {
    call.output.field("result", text: text)
    call.output.field("type", text: "\(type)")
  }

  private mutating func number(_ value: UInt64) {
    call.output.field("result", count: value)
    call.output.field("type", text: "number")
  }

  /// The answer of a verb that prints text: the text itself, or how many rows stand above.
  private mutating func text(_ line: Line) {
    switch line.result {
    case .line, .text:
      var bytes = call.scratch.takeBytes()
      if bytes.last == 0x0a { bytes.removeLast() }
      call.output.field("result", text: bytes.span)
    default:
      call.output.key("result")
      call.output.writer.write("null")
      let rows = call.output.takeRows()
      call.output.field("rows", count: rows)
    }
    call.output.field("type", text: "text")
  }

  private mutating func printErrno(_ happened: Happened) {
    call.output.key("errno")
    if case .refused(let outcome) = happened, let errno = outcome.errno {
      call.output.writer.jsonString(errno.name)
    } else {
      call.output.writer.write("null")
    }
  }

  private mutating func printError(_ refusal: Refusal, _ line: Line) {
    let isAboutName = call.culprit != nil
    printError(
      rule: "\(refusal.rule)",
      value: isAboutName ? call.culprit ?? "" : hexadecimal(refusal.first),
      hint: hint(refusal, line), message: refusal.sentence(call.culprit))
  }

  private mutating func printError(rule: String, value: String, hint: String, message: String) {
    call.output.key("error")
    call.output.writer.write("{\"rule\":")
    call.output.writer.jsonString(rule)
    call.output.writer.write(",\"value\":")
    call.output.writer.jsonString(value)
    call.output.writer.write(",\"hint\":")
    call.output.writer.jsonString(hint)
    call.output.writer.write(",\"message\":")
    call.output.writer.jsonString(message)
    call.output.writer.write(byte: 0x7d)
  }
}
