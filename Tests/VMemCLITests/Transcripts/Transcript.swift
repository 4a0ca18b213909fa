import TestSupport

/// Commands and what they print, as a reader sees them in a terminal.
///
/// A line that starts with `$ ` is a command; the lines up to the next one are its output, standard
/// error included; a last line `[N]` is an exit code other than 0. In Markdown, only blocks fenced
/// as `console` are commands. The first `cat NAME` makes the file that it shows.
struct Transcript {
  struct Step: Equatable {
    let command: String
    var expected: [Substring]

    /// The file that the step shows, when its command is `cat NAME` without a folder.
    var shownFile: String? {
      let words = command.split(separator: " ")
      guard words.count == 2, words[0] == "cat", !words[1].contains("/") else { return nil }
      return String(words[1])
    }

    /// What is expected without the blank lines that belong to the page.
    var text: [Substring] {
      var lines = expected[...]
      while lines.last == "" { lines.removeLast() }
      return Array(lines)
    }
  }

  /// The file cut into pieces that are kept as they are and steps that are run.
  enum Piece: Equatable {
    case text(Substring)
    case step(Step)
  }

  private(set) var pieces: [Piece] = []

  init(_ text: String, isMarkdown: Bool) {
    var isInside = !isMarkdown
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if isMarkdown, line.hasPrefix("```") {
        isInside = line == "```console"
        pieces.append(.text(line))
      } else if isInside, line.hasPrefix("$ ") {
        pieces.append(.step(Step(command: String(line.dropFirst(2)), expected: [])))
      } else if isInside, case .step(var step)? = pieces.last {
        step.expected.append(line)
        pieces[pieces.count - 1] = .step(step)
      } else {
        pieces.append(.text(line))
      }
    }
  }

  var steps: [Step] {
    pieces.compactMap { piece in
      guard case .step(let step) = piece else { return nil }
      return step
    }
  }

  /// The file with `outputs` in place of what the steps expected.
  func rewritten(_ outputs: [[Substring]]) -> String {
    var outputs = outputs[...]
    let lines: [Substring] = pieces.flatMap { piece -> [Substring] in
      switch piece {
      case .text(let line): [line]
      case .step(let step): ["$ " + step.command] + (outputs.popFirst() ?? [])
      }
    }
    return lines.joined(separator: "\n")
  }

  /// What the terminal shows for a command run in `folder` with this build's vmemctl in PATH.
  static func show(_ command: String, in folder: String) throws(HostFailure) -> [Substring] {
    let folders = [
      TestFiles.parent(of: TestFiles.vmemctl), TestFiles.built, TestFiles.environment["PATH"] ?? "",
    ]
    let path = folders.joined(separator: ":")
    let ran = try Command.run(
      ["bash", "-c", "cd \"$1\" && eval \"$2\" 2>&1", "bash", folder, command],
      environment: ["PATH": path, "VMEMCTL_IMAGE": ""])
    var text = String(decoding: ran.output, as: UTF8.self)
    if text.hasSuffix("\n") { text.removeLast() }
    var lines = text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false)
    if ran.status != 0 { lines.append("[\(ran.status)]") }
    return lines
  }
}
