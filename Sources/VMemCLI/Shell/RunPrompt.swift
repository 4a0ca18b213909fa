internal import CHost
internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Whoever sits in front of `run --shell` and `run --step`.
final class RunPrompt: Companion {
  private var prompt: Prompt
  private(set) var steps: Bool

  init(steps: Bool, _ colour: Colour) {
    self.steps = steps
    chost_note_interrupts()
    prompt = Prompt(colour)
  }

  func takeInterrupt() -> Bool { chost_take_interrupt() != 0 }

  // MARK: In front of a line

  func next(_ place: StopPlace, names: [String]) -> Answer {
    Streams.show("\(place.name): \(place.text)\n")
    while true {
      switch prompt.read("step", complete: completion(names)) {
      case .ended:
        steps = false
        return .run
      case .cancelled: continue
      case .line(let line):
        let words = line.split(separator: " ")
        if words.isEmpty { return .run }
        return Self.leaves(line) ? .leave : .say(Shell.translated(line))
      }
    }
  }

  // MARK: Behind a script

  /// Takes lines on the machine of a script that has ended, or stopped, until there are no more.
  func talk(_ interpreter: inout Interpreter, _ file: String) {
    let name = (file.split(separator: "/").last.map(String.init) ?? file).printable
    let place = interpreter.stop.map { "\(Self.base($0.file) ?? name):\($0.line)" } ?? name
    if prompt.terminal != nil {
      let what = interpreter.stop == nil ? "the script has ended" : "the script has stopped here"
      Streams.show("\(place): \(what), and its machine is yours; Ctrl-D leaves\n")
    }
    _ = takeInterrupt()
    while !interpreter.isOver {
      switch prompt.read(place, complete: completion(interpreter.machine.liveNames)) {
      case .ended: return
      case .cancelled: continue
      case .line(let line):
        if Self.leaves(line) { return }
        interpreter.say(Shell.translated(line))
        // One that came behind the last line is for none.
        _ = takeInterrupt()
      }
    }
  }

  /// Leaves the terminal as it was.
  func end() { prompt.terminal?.giveBack() }

  private static func base(_ file: String?) -> String? {
    file?.split(separator: "/").last.map { String($0).printable }
  }

  private static func leaves(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    return words == ["exit"] || words == ["quit"]
  }

  private func completion(_ names: [String]) -> ([String]) -> [String] {
    { words in Shell.candidates(words, names: names) }
  }
}
