/// A script taken apart: every line that it runs, those of the files it includes too.
package final class Program {
  let source: ScriptSource
  var code = Code()
  /// The files its lines include, in order.
  var includes: [Program] = []
  /// What is wrong with its lines, in order.
  var findings: [Finding] = []
  /// What its lines do, those of included files too.
  package internal(set) var facts: Verb.Facts = []
  /// Whether its first line makes the machine.
  package internal(set) var boots = false

  init(_ source: consuming ScriptSource) { self.source = source }

  func clear() {
    code.removeAll()
    includes.removeAll()
    findings.removeAll()
    (facts, boots) = ([], false)
  }

  /// Whether it is not of the language, whatever the machine.
  package var isMalformed: Bool { findings.contains { $0.name.isEmpty } }

  /// Whether it uses names that the machine must know.
  package var needsNames: Bool { !findings.isEmpty }
}
