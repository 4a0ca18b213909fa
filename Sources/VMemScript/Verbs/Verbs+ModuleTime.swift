internal import VMem
internal import VMemModules

/// What lets time pass between the calls of a script.
extension Verb {
  static let moduleTime: [Verb] = [
    Verb(
      "msleep", .modules, .nothing, .writer, [.milliseconds],
      summary: "let milliseconds of the machine pass, for modules' threads, timers and work",
      kernel: "msleep", returns: "what is logged meanwhile, 0 without a module",
      example: "msleep 3000", facts: [.lasts], .control(msleep),
      details: """
        The machine's time passes by calls: what modules have begun goes on while another line runs a
        function of theirs, and here. It takes no longer than what they do.
        """)
  ]

  /// A day.
  private static let longest: UInt64 = 86_400_000

  private static func msleep(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let milliseconds = interpreter.call.arguments[.milliseconds]
    guard milliseconds <= longest else {
      throw .script(
        "msleep \(milliseconds) is longer than a day", hint: "at most \(longest)",
        interpreter.call.tokens[interpreter.call.arguments.token(.milliseconds)])
    }
    guard interpreter.modules != nil else {
      interpreter.machine.advanceClock(to: interpreter.machine.clock + milliseconds * 1000)
      return .ok
    }
    return try interpreter.onModules { host throws(ModuleFailure) in
      host.linger(microseconds: milliseconds * 1000)
    }
  }
}

extension Parameter {
  fileprivate static let milliseconds = Parameter(
    id: 252, .number, "MILLISECONDS", "how long, of the machine's time")
}
