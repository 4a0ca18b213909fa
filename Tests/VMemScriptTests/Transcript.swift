import VMem
import VMemScript
import VMemViews

/// What a run printed and how it ended.
struct Transcript {
  var output: String
  var messages: String
  var exit: ExitCode

  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs a script on a fresh machine, everything in memory.
func run(_ script: String, _ configure: (inout Options) -> Void = { _ in }) -> Transcript {
  run(bytes: Array(script.utf8), configure)
}

func run(bytes: [UInt8], _ configure: (inout Options) -> Void = { _ in }) -> Transcript {
  run(ScriptSource(name: "t.vmem", bytes: bytes), configure)
}

func run(
  _ source: consuming ScriptSource, _ configure: (inout Options) -> Void = { _ in }
) -> Transcript {
  var options = Options()
  configure(&options)
  guard let machine = try? Machine(Configuration()) else {
    return Transcript(output: "", messages: "no machine", exit: .corrupt)
  }
  var interpreter = Interpreter(machine: machine, options: options, output: nil, messages: nil)
  _ = interpreter.run(source)
  let exit = interpreter.finish()
  return Transcript(
    output: interpreter.takeOutput(), messages: interpreter.takeMessages(), exit: exit)
}

/// Runs one command whose arguments are already apart.
func run(arguments: String..., json: Bool = false) -> Transcript {
  run(ScriptSource(arguments: arguments)) { $0.json = json }
}

/// Runs the script in a file.
func run(path: String) -> Transcript {
  guard let source = ScriptSource(path: path) else {
    return Transcript(output: "", messages: "no file", exit: .noInput)
  }
  return run(source)
}
