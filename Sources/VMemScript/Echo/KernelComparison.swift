package import VMem
package import VMemViews

/// What a script's lines answer under several kernels.
package struct KernelComparison {
  private struct Statement {
    /// The last line of its source, and that line's text.
    let line: Int
    let text: [UInt8]
  }

  /// Kernels that answer a statement alike, and what the first of them said; nil stands for a
  /// statement that did not run.
  private struct Group {
    let answer: StatementAnswer?
    var kernels: [KernelVersion]

    func has(_ other: StatementAnswer?) -> Bool {
      guard let answer, let other else { return answer == nil && other == nil }
      return answer.isLike(other)
    }
  }

  private let name: String
  private let statements: [Statement]
  private var runs: [(kernel: KernelVersion, answers: [StatementAnswer])] = []

  package init(_ program: Program) {
    name = program.source.name ?? ""
    let script = AnsweredScript(program.source.text)
    statements = program.statements.map { _, line in
      Statement(line: line, text: script.line(line).withoutIndentation.bytes)
    }
  }

  package mutating func add(_ kernel: KernelVersion, _ answers: [StatementAnswer]) {
    runs.append((kernel, answers))
  }

  /// The kernels by their answers to one statement, in the order in which the answers came up.
  private func groups(_ index: Int) -> [Group] {
    var groups: [Group] = []
    for run in runs {
      let answer = index < run.answers.count ? run.answers[index] : nil
      if let known = groups.firstIndex(where: { $0.has(answer) }) {
        groups[known].kernels.append(run.kernel)
      } else {
        groups.append(Group(answer: answer, kernels: [run.kernel]))
      }
    }
    return groups
  }

  /// Writes the statements whose answers differ; in text without the lines that all of these have, with
  /// the reason where one fails, and how many statements are the same behind them. What fails on all
  /// kernels alike is told once, as a run on one of them tells it. Returns whether any differ.
  package func write(
    to writer: inout ByteWriter, messages: inout ByteWriter, json: Bool
  ) -> Bool {
    var different = 0
    for index in statements.indices {
      let groups = groups(index)
      guard groups.count > 1 else {
        if let same = groups.first?.answer, same.code != .success {
          writer.flush()
          messages.write(same.message.span)
          messages.flush()
        }
        continue
      }
      different += 1
      if json {
        writeJSON(statements[index], groups, to: &writer)
      } else {
        writeText(statements[index], groups, to: &writer)
      }
    }
    if !json {
      let count = statements.count
      writer.write(
        "\(count - different) of \(count) \(count == 1 ? "line" : "lines") the same\n")
    }
    return different > 0
  }

  private func writeText(
    _ statement: Statement, _ groups: [Group], to writer: inout ByteWriter
  ) {
    writer.printable("\(name):\(statement.line): ")
    writer.printable(statement.text.span)
    writer.write(byte: 0x0a)
    let heads = groups.map { $0.kernels.map(\.text).joined(separator: " ") }
    let width = heads.map(\.count).max() ?? 0
    // Where they print the same, what happened besides tells them apart.
    let isSilent = groups.allSatisfy { $0.answer?.lines == groups[0].answer?.lines }
    let common = isSilent ? [] : commonLines(groups.map(\.answer?.lines))
    for (group, head) in zip(groups, heads) {
      let all = group.answer?.lines ?? [Array("(did not run)".utf8)]
      var lines = common.isEmpty ? all : all.filter { !common.contains($0) }
      if let answer = group.answer, isSilent || answer.code != .success, !answer.message.isEmpty {
        lines.append(answer.sentence("\(name):\(statement.line)"))
      }
      let none = common.isEmpty ? "(nothing)" : "(nothing more)"
      let column = String(repeating: " ", count: width)
      for (number, line) in (lines.isEmpty ? [Array(none.utf8)] : lines).enumerated() {
        let start = number == 0 ? head + column.dropFirst(head.count) : column[...]
        writer.write("  \(start)  ")
        writer.printable(line.span)
        writer.write(byte: 0x0a)
      }
    }
  }

  /// The lines that every one of several answers has: of a long one only the others are of interest.
  private func commonLines(_ answers: [[[UInt8]]?]) -> Set<[UInt8]> {
    guard let first = answers.first else { return [] }
    return answers.dropFirst().reduce(into: Set(first ?? [])) { $0.formIntersection($1 ?? []) }
  }

  private func writeJSON(
    _ statement: Statement, _ groups: [Group], to writer: inout ByteWriter
  ) {
    writer.write("{\"file\":")
    writer.jsonString(name)
    writer.write(",\"line\":\(statement.line),\"text\":")
    writer.jsonString(statement.text.span)
    writer.write(",\"answers\":[")
    for (number, group) in groups.enumerated() {
      let kernels = group.kernels.map { "\"\($0.text)\"" }.joined(separator: ",")
      writer.write("\(number > 0 ? "," : ""){\"kernels\":[\(kernels)],\"answer\":")
      if let answer = group.answer {
        writer.jsonLines(answer.lines)
        writer.write(",\"exit\":\(answer.code.rawValue)")
        if !answer.message.isEmpty {
          writer.write(",\"message\":")
          writer.jsonString(answer.sentence("\(name):\(statement.line)").span)
        }
      } else {
        writer.write("null")
      }
      writer.write("}")
    }
    writer.write("]}\n")
  }
}

extension ByteWriter {
  /// Lines as a list of strings.
  mutating func jsonLines(_ lines: [[UInt8]]) {
    write("[")
    for (at, line) in lines.enumerated() {
      if at > 0 { write(",") }
      jsonString(line.span)
    }
    write("]")
  }
}
