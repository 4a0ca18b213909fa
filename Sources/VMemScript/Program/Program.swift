/// A script taken apart: every line that it runs, those of the files it includes too.
package final class Program {
  let source: ScriptSource
  var code = Code()
  /// The files its lines include, in order.
  var includes: [Program] = []
  /// What is wrong with its lines, in order: of names each that no line has bound, of lines that are
  /// none of the language the first.
  var findings: [Finding] = []
  /// Lines that are none of the language.
  var malformedLines = 0
  /// What its lines do, those of included files too.
  package internal(set) var facts: Verb.Facts = []
  /// Whether its first line makes the machine.
  package internal(set) var boots = false
  /// Whether its first line sets a question about a machine of its own.
  package internal(set) var asks = false

  init(_ source: consuming ScriptSource) { self.source = source }

  func clear() {
    code.removeAll()
    includes.removeAll()
    findings.removeAll()
    malformedLines = 0
    (facts, boots, asks) = ([], false, false)
  }

  /// Whether it is not of the language, whatever the machine.
  package var isMalformed: Bool { malformedLines > 0 }

  /// Has the machine of its question kept, as one that is booted.
  package func keepsMachine() {
    guard asks else { return }
    facts.insert(.boots)
    boots = true
  }

  /// Has nothing told of names that its lines do not bind: there is a machine that may know them.
  package func passOverNames() { findings.removeAll { !$0.name.isEmpty } }

  /// Whether it uses names that the machine must know.
  package var needsNames: Bool { !findings.isEmpty }
}

extension Program {
  /// Its statements, in order: lines, files it includes, and loops with their bodies. Of each the place
  /// in the code, and the number of the last line of its source.
  var statements: [(code: Range<Int>, lastLine: Int)] {
    var statements: [(code: Range<Int>, lastLine: Int)] = []
    var at = 0
    while at < code.count {
      let line = CodeLine(code, at: at)
      let next = line.kind == .open ? line.target : line.next(at)
      // A loop ends with its `}`, which has no words.
      let last = line.kind == .open ? CodeLine(code, at: next - CodeLine.headerSize) : line
      statements.append((at..<next, last.number))
      at = next
    }
    return statements
  }
}
