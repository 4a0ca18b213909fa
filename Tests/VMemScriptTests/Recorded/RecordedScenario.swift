import TestSupport
import Testing
import VMem
import VMemScript
import VMemViews

/// A scenario recorded on a real kernel, 6.1 unless its name begins with another's folder, and the same
/// scenario on an emulated machine.
struct RecordedScenario {
  let name: String
  private let operations: [RecordedOperation]
  private let levels: Int

  init(_ name: String) throws {
    self.name = name
    levels = name.hasPrefix("L5_") ? 5 : 4
    let script = try Fixture.text("\(Self.folder(name))script")
    operations = script.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      .compactMap { number, line in
        let words = line.split(separator: " ")
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        return RecordedOperation(
          line: number + 1, words: words, isNewer: name.hasPrefix("kernel-"))
      }
  }

  private static func folder(_ name: String) -> String {
    name.hasPrefix("kernel-") ? name + "/" : "kernel-6.1/\(name)/"
  }

  private var boot: String {
    let folder = Fixture.folder + Self.folder(name)
    if name.hasPrefix("kernel-") {
      let version = name.dropFirst(7).split(separator: ".").prefix(2).joined(separator: ".")
      return "boot --kernel \(version) --config distribution --cpus 2 --memory 1G"
        + " --lists \(folder)lists.before --rows \(folder)vmallocinfo.before\n"
    }
    return "boot --kernel 6.1 --with sparse --cpus 2 --nodes 2 --memory 1G --levels \(levels)"
      + " --lists \(folder)lists.before --rows \(folder)vmallocinfo.before\n"
  }

  // MARK: Answers

  struct Difference {
    let line: Int
    let operation: String
    let ours: [String]
    let kernel: [String]
  }

  /// How many answers were compared, and those that are not the kernel's.
  func differences() throws -> (compared: Int, different: [Difference], exit: ExitCode) {
    var text = boot
    for operation in operations {
      guard let lines = operation.lines(levels: levels) else {
        text += operation.binding
        continue
      }
      text += "echo @\(operation.line)\n" + lines.joined(separator: "\n") + "\n"
    }
    let ran = run(text + "echo @0\ncheck\n") { $0.keepGoing = true }
    let ours = answers(ran.output)
    let recorded = try recordedAnswers()
    var compared = 0
    var different: [Difference] = []
    for operation in operations where operation.lines(levels: levels) != nil {
      guard let wanted = try saved(operation) ?? recorded[operation.line] else { continue }
      compared += 1
      let got = RecordedAnswer.normal(operation, ours[operation.line] ?? [])
      let expected = RecordedAnswer.normal(operation, wanted)
      if got != expected {
        different.append(
          Difference(
            line: operation.line, operation: operation.words.joined(separator: " "), ours: got,
            kernel: expected))
      }
    }
    return (compared, different, ran.exit)
  }

  /// Views that stand in a file of their own.
  private func saved(_ operation: RecordedOperation) throws -> [String]? {
    let kind: String
    switch operation.name {
    case "!info", "!dump": kind = "vmallocinfo"
    case "!ptdump": kind = "page_tables"
    default: return nil
    }
    return try Fixture.lines("\(Self.folder(name))\(kind).\(operation.words[1])")
  }

  /// Output by the line of the recorded script that it answers.
  private func answers(_ output: String) -> [Int: [String]] {
    var result: [Int: [String]] = [:]
    var current = 0
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("@"), let number = Int(line.dropFirst()) {
        current = number
      } else {
        result[current, default: []].append(String(line))
      }
    }
    // The newline at the end of the last line of an answer is no line.
    return result.mapValues { $0.last == "" ? $0.dropLast() : $0 }
  }

  private func recordedAnswers() throws -> [Int: [String]] {
    var result: [Int: [String]] = [:]
    var current = 0
    for line in try Fixture.lines("\(Self.folder(name))returned") where !line.hasPrefix("#") {
      if line.hasPrefix("\t\t") {
        result[current]?.append(String(line.dropFirst(2)))
      } else {
        let parts = line.split(
          separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        current = Int(parts[0]) ?? 0
        result[current] = [String(parts[2])]
      }
    }
    return result
  }

  // MARK: Log

  /// A kernel that said nothing left no file.
  private func savedLog(_ tag: String) throws -> String {
    let file = "\(Self.folder(name))kmsg.\(tag)"
    return Fixture.exists(file) ? try Fixture.text(file) : ""
  }

  /// Messages between two saved logs: what a kernel said, and what the machine says.
  func logs() throws -> [(tag: String, kernel: [String], ours: [String])] {
    var options = Options()
    options.keepGoing = true
    var interpreter = Interpreter(
      machine: try Machine(Configuration()), options: options, output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: name, bytes: Array(boot.utf8)))
    var seen = interpreter.machine.log.end
    var result: [(String, [String], [String])] = []
    for operation in operations {
      if operation.name == "!kmsg" {
        let tag = String(operation.words[1])
        let ours = RecordedLog.messages(interpreter.machine, from: seen)
        seen = interpreter.machine.log.end
        let kernel = try RecordedLog.messages(savedLog(tag))
        result.append((tag, kernel, ours))
      } else if let lines = operation.lines(levels: levels) {
        let text = lines.joined(separator: "\n") + "\n"
        _ = interpreter.run(ScriptSource(name: name, bytes: Array(text.utf8)))
      }
    }
    return result
  }
}
