internal import VMem

extension Verb {
  static func applied(
    _ name: StaticString, _ summary: StaticString, returns: StaticString, _ example: StaticString,
    answers: [[VerbAnswer]] = [],
    _ body: @escaping @Sendable (inout Interpreter) throws(LineFailure) -> Result
  ) -> Verb {
    Verb(
      name, .mapping, .nothing, .writer, [.range], options: [.function], summary: summary,
      kernel: name, returns: returns,
      example: example,
      answers: [
        [
          .errno(.EINVAL, .emptyRange, .leafInTheWay, .functionFailed),
          .bug(.unalignedUnmap, .notCanonical, .touchesDirectMap),
          .warn(.emptyRange, .leafInTheWay),
        ]
      ] + answers, .control(body),
      check: { parser throws(LineFailure) in _ = try parser.call.failingCall() })
  }

  static func applyToPages(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let (start, end) = interpreter.call.range(.range)
    let failing = try interpreter.call.failingCall()
    var calls: UInt64 = 0
    do throws(Refusal) {
      try interpreter.machine.mappings.applyToPages(start, end) { (_, _) throws(Refusal) in
        try count(&calls, failing)
      }
    } catch {
      throw .refusal(error)
    }
    return .number(interpreter.call.callsNothing ? 0 : calls)
  }

  static func applyToExistingPages(
    _ interpreter: inout Interpreter
  ) throws(LineFailure) -> Result {
    let (start, end) = interpreter.call.range(.range)
    let failing = try interpreter.call.failingCall()
    var calls: UInt64 = 0
    do throws(Refusal) {
      try interpreter.machine.mappings.applyToExistingPages(start, end) { (_, _) throws(Refusal) in
        try count(&calls, failing)
      }
    } catch {
      throw .refusal(error)
    }
    return .number(interpreter.call.callsNothing ? 0 : calls)
  }

  /// The function that is applied.
  private static func count(_ calls: inout UInt64, _ failing: UInt64?) throws(Refusal) {
    calls += 1
    if calls == failing { throw Refusal(.errno(.EINVAL), .functionFailed, calls) }
  }
}

extension Call {
  fileprivate var callsNothing: Bool { arguments.has(.function) && word(.function) == "none" }

  /// The call at which the function of `--fn fail=N` fails.
  fileprivate func failingCall() throws(LineFailure) -> UInt64? {
    guard arguments.has(.function) else { return nil }
    let token = tokens[arguments.token(.function)]
    if token.text == "count" || token.text == "none" { return nil }
    guard token.text.hasPrefix("fail=") else {
      throw .script("no function \(quoted(token.text.string))", hint: "count, none, fail=N", token)
    }
    guard let number = UInt64(token.text.from(5).string), number > 0 else {
      throw .script("calls are numbered from 1", token)
    }
    return number
  }
}

extension Parameter {
  static let function = Parameter(
    id: 37, option: "--fn", .word, "count|none|fail=N",
    "count calls, call nothing, or fail with -EINVAL at call N (default count)")
}
