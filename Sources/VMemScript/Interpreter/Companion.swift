/// A line of a script where a run waits, or has stopped.
package struct StopPlace: Equatable {
  /// The script, or a file that it includes.
  package let file: String?
  package let line: Int
  /// What the line says.
  package let text: String

  /// `FILE:LINE`, as messages have it.
  package var name: String { file.map { "\($0):\(line)" } ?? "line \(line)" }
}

/// Somebody who follows a run line by line, and may say lines of the language in between.
package protocol Companion: AnyObject {
  /// What is to happen in front of a line.
  typealias Answer = CompanionAnswer

  /// Whether the run is to stop in front of the next line.
  func takeInterrupt() -> Bool

  /// Whether a copy of the process is to be left in front of the next line, so that it can be ended.
  /// `isAsked` says that somebody waits for this line.
  func wantsCopy(_ isAsked: Bool) -> Bool

  /// Leaves the copy. Returns 0; and in the copy, once an interrupt has ended the process, how many
  /// lines had begun since, the one that was ended too.
  func leaveCopy() -> Int

  /// Takes note of a line that begins without a copy.
  func countLine()

  /// Whether every line waits for an answer.
  var steps: Bool { get }

  /// Waits for an answer in front of a line. `names` are those that live, for completion.
  func next(_ place: StopPlace, names: [String]) -> Answer
}

package enum CompanionAnswer {
  /// The line is to run.
  case run
  /// The run ends here.
  case leave
  /// A line of the language comes first.
  case say(String)
}
