internal import Glibc
internal import VMem
internal import VMemScript

/// `vmemctl run`: each script on a machine of its own, or all on the machine of an image.
struct ScriptRunner {
  let options: RunOptions

  /// Runs every script and returns the exit code that comes first among theirs.
  func run() throws(ProcessFailure) -> Int32 {
    var code = VMemScript.ExitCode.success
    for file in options.files where code != .pipeClosed {
      code = code.combined(with: try run(file))
    }
    return code.rawValue
  }

  private func run(_ file: String) throws(ProcessFailure) -> VMemScript.ExitCode {
    guard let source = ScriptSource(path: file) else {
      Streams.complain("\(file): \(Streams.text(ofErrno: errno))", options.line.colour)
      return .noInput
    }
    var settings = Options()
    settings.json = options.line.isJSON
    settings.colour = options.line.colour.isOn
    settings.quiet = options.isQuiet
    settings.tap = options.isTAP
    settings.keepGoing = options.keepsGoing
    guard let path = options.line.image else {
      var interpreter = Interpreter(machine: try Machine.booted(), options: settings)
      interpreter.images = Session(options.line, path: options.line.imagePath)
      _ = interpreter.run(source)
      return interpreter.finish()
    }
    let session = Session(options.line, path: path)
    let machine = try session.open(isWriter: true, boots: source.beginsWithBoot)
    var interpreter = Interpreter(machine: machine, options: settings)
    interpreter.committer = session
    interpreter.images = session
    _ = interpreter.run(source)
    return session.leave(after: interpreter.finish(), wasLong: true)
  }
}
