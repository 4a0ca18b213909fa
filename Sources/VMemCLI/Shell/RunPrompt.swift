internal import CHost
internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// Whoever sits in front of `run --shell` and `run --step`.
final class RunPrompt: Companion {
  private var prompt: Prompt
  private(set) var steps: Bool
  /// Whether an image keeps the machine, so that no copy can go on in the place of this process.
  private let isKept: Bool
  /// When the next copy is due, in nanoseconds.
  private var due: UInt64 = 0
  /// Least time between copies in front of lines that nobody waits for.
  private static let interval: UInt64 = 20_000_000

  init(steps: Bool, isKept: Bool, _ colour: Colour) {
    self.steps = steps
    self.isKept = isKept
    chost_note_interrupts()
    prompt = Prompt(colour)
  }

  func takeInterrupt() -> Bool { chost_take_interrupt() != 0 }

  // MARK: Copies

  func wantsCopy(_ isAsked: Bool) -> Bool { !isKept && (isAsked || HostClock.now_ns >= due) }

  func leaveCopy() -> Int {
    let start = HostClock.now_ns
    let begun = Int(clamping: chost_leave_copy())
    // Copies of large machines take their time: a twentieth of all.
    due = HostClock.now_ns + max(Self.interval, 20 * (HostClock.now_ns - start))
    return begun
  }

  func countLine() { chost_count_line() }

  // MARK: In front of a line

  func next(_ place: StopPlace, names: [String]) -> Answer {
    Streams.show("\(place.name): \(place.text)\n")
    while true {
      switch read("step", names) {
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
      switch read(place, interpreter.machine.names.liveNames) {
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

  private func read(_ name: String, _ names: [String]) -> Prompt.Answer {
    chost_set_idle(1)
    defer { chost_set_idle(0) }
    return prompt.read(name, complete: completion(names))
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
