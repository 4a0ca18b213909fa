/// What a statement came to on one machine.
package struct StatementAnswer: Sendable {
  /// What it printed.
  let lines: [[UInt8]]
  /// What a run of it alone would end with.
  let code: ExitCode
  /// Its first message, as standard error would have had it; empty for none.
  let message: [UInt8]

  init(_ lines: [[UInt8]], _ code: ExitCode, messages: [UInt8]) {
    self.lines = lines
    self.code = code
    let starts = messages.indices.filter { at in
      (at == 0 || messages[at - 1] == 0x0a) && messages[at...].starts(with: Self.program)
    }
    message = Array(messages[..<(starts.dropFirst().first ?? messages.count)])
  }

  private static let program = Array("vmemctl: ".utf8)

  /// Whether two machines have answered alike. Messages do not count: addresses in them may differ.
  func isLike(_ other: StatementAnswer) -> Bool { lines == other.lines && code == other.code }

  /// The first line of its message, without program, file and line.
  func sentence(_ place: String) -> [UInt8] {
    let line = message.prefix { $0 != 0x0a }
    let start = Self.program + Array("\(place): ".utf8)
    return Array(line.starts(with: start) ? line.dropFirst(start.count) : line)
  }
}
