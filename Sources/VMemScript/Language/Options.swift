package import VMem

/// How an interpreter runs scripts and what it prints.
package struct Options: Sendable {
  /// One JSON object a verb instead of result lines.
  package var json = false
  /// Only views and failures are printed.
  package var quiet = false
  /// Expectations are reported in the Test Anything Protocol.
  package var tap = false
  /// Goes on after an unexpected outcome. A line that is not of the language always ends the run.
  package var keepGoing = false
  /// Messages begin with the program's name in bold.
  package var colour = false
  /// Answers that are no success are coloured.
  package var coloursAnswers = false
  /// Texts that came from elsewhere are printed byte for byte: answers go to a file or a pipe.
  package var isRaw = false
  /// Lines that answer something are shown before their answers, dimmed where answers have colour.
  package var showsLines = false

  /// The kernel that `boot` takes, whatever its line says; nil for that of the line.
  package var kernel: KernelVersion?

  package init() {}
}
