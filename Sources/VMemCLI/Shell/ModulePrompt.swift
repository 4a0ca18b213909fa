internal import VMem
internal import VMemScript

/// Lines that are typed while modules are loaded. They run in the process that has loaded the first one,
/// as native code lives no longer than its process.
struct ModulePrompt {
  /// What a line's process exits with when the shell is to be left: no exit code of a line.
  static let leaves: Int32 = 200

  let name: String
  let colour: Colour

  /// Takes lines until no module is loaded any more but such that have died. Returns whether the last of
  /// them leaves the shell.
  func talk(_ interpreter: inout Interpreter) -> Bool {
    guard interpreter.hasLiveModules else { return false }
    var prompt = Prompt(colour)
    while interpreter.hasLiveModules, !interpreter.isOver {
      let names = interpreter.machine.names.liveNames
      switch prompt.read(name, complete: { Shell.candidates($0, names: names) }) {
      case .ended: return true
      case .cancelled: continue
      case .line(let line):
        let words = line.split(separator: " ")
        if words == ["exit"] || words == ["quit"] { return true }
        if !words.isEmpty { interpreter.say(Shell.translated(line)) }
      }
    }
    return false
  }
}
