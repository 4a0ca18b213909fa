internal import Glibc
internal import VMem
internal import VMemScript
internal import VMemViews

/// `vmemctl run`: each script on a machine of its own, or all on the machine of an image.
struct ScriptRunner {
  let options: RunOptions
  private let table = VerbTable()

  init(options: RunOptions) { self.options = options }

  /// Runs every script and returns the exit code that comes first among theirs.
  func run() throws(ProcessFailure) -> Int32 {
    var code = ExitCode.success
    for file in options.files where code != .pipeClosed {
      let isStream =
        file == "-" && !options.isCheck && options.echo == nil && options.kernels.isEmpty
      code = code.combined(with: isStream ? try runInput() : try run(file))
    }
    return code.rawValue
  }

  /// A script in a file, which is taken apart as a whole before its first line runs.
  private func run(_ file: String) throws(ProcessFailure) -> ExitCode {
    guard let source = ScriptSource(path: file) else { return missing(file, errno) }
    let session = Session(options.line, path: options.line.imagePath)
    var parser = Parser(table, images: session)
    let program = parser.parse(source)
    // What is wrong with a script is so for every kernel.
    let isWrong = !options.kernels.isEmpty && program.needsNames
    if options.isCheck || isWrong { return try check(program, session) }
    if !options.kernels.isEmpty { return try compare(program, session) }
    guard options.line.image != nil else {
      var interpreter = Interpreter(
        machine: try Machine.booted(), options: settings, table: table, output: output)
      interpreter.images = session
      return try finish(&interpreter, program, file)
    }
    program.keepsMachine()
    let machine = try session.machine(
      for: program, isNamed: true, isFirst: mayWrite,
      stops: !options.keepsGoing && !options.isFollowed && options.echo == nil)
    var interpreter = Interpreter(
      machine: machine, options: settings, table: table, output: output)
    if program.commits || mayWrite { interpreter.committer = session }
    interpreter.images = session
    return session.leave(after: try finish(&interpreter, program, file), wasLong: true)
  }

  /// Whether others than the script's lines may change the machine.
  private var mayWrite: Bool { options.isFollowed || options.serve.isWritable }

  /// Runs a program, and puts its echo where that belongs.
  private func finish(
    _ interpreter: inout Interpreter, _ program: Program, _ file: String
  ) throws(ProcessFailure) -> ExitCode {
    guard let mode = options.echo else {
      if options.isFollowed { return follow(&interpreter, program, file) }
      if options.isServed { return try serve(&interpreter, program) }
      _ = interpreter.run(program)
      let code = interpreter.finish()
      if interpreter.stop != nil { tellWhatKeeps(file) }
      return code
    }
    if mode == .rewrite, MachineFile.isOne(ImagePath(file)) {
      throw ProcessFailure(
        message: "\(file) belongs to a machine: nothing was run; copy it, and rewrite the copy",
        exitCode: EX_CANTCREAT)
    }
    interpreter.echo = Echo(
      mode, version: VmemctlCommand.version,
      descriptor: mode == .rewrite ? nil : STDOUT_FILENO, json: options.line.isJSON)
    _ = interpreter.run(program)
    let code = interpreter.finish()
    guard mode == .rewrite else { return code }
    let (isWhole, text) = interpreter.takeEcho()
    guard isWhole, code == .success || options.keepsGoing else {
      Streams.complain("\(file) is left as it was", options.line.colour)
      return code
    }
    try replace(file, text)
    return code
  }

  /// Runs a program in front of somebody who follows it.
  private func follow(
    _ interpreter: inout Interpreter, _ program: Program, _ file: String
  ) -> ExitCode {
    let prompt = RunPrompt(
      steps: options.steps, isKept: options.line.image != nil, options.line.colour)
    interpreter.companion = prompt
    _ = interpreter.run(program)
    if options.endsAtPrompt, interpreter.hasBegun { prompt.talk(&interpreter, file) }
    prompt.end()
    let code = interpreter.finish()
    if !options.endsAtPrompt, interpreter.stop != nil { tellWhatKeeps(file) }
    return code
  }

  /// Runs a program that debuggers may attach to.
  private func serve(
    _ interpreter: inout Interpreter, _ program: Program
  ) throws(ProcessFailure) -> ExitCode {
    let server = try DebugServer(options.serve, isRun: true)
    options.serve.announce(options.line.colour)
    interpreter.debugger = server
    _ = interpreter.run(program)
    let code = interpreter.finish()
    server.finish(code)
    return code
  }

  /// Says what would have kept the machine of a script that has failed.
  private func tellWhatKeeps(_ file: String) {
    guard options.line.image == nil, !options.isTAP, !options.line.isJSON, !options.isQuiet else {
      return
    }
    Streams.show(
      "  its machine is gone: run --shell stops at the line, run --image FILE keeps the machine\n")
  }

  /// Replaces a script, whole or not at all.
  private func replace(_ file: String, _ text: [UInt8]) throws(ProcessFailure) {
    let path = ImagePath(file).image
    var new = PendingFile(for: path)
    guard new.descriptor >= 0 else {
      throw ImageFile.notMade(path, errno)
    }
    if let status = FileStatus(path) { fchmod(new.descriptor, status.permissions) }
    var writer = ByteWriter(descriptor: new.descriptor)
    writer.write(text.span)
    writer.flush()
    if case .errno(let number) = writer.failure {
      throw ImageFile.failure(path, number, EX_IOERR)
    }
    if let number = new.publish(replacing: true) {
      throw ImageFile.failure(path, number, EX_CANTCREAT)
    }
  }

  /// Runs a program on a machine of each kernel, and shows the lines that they answer differently.
  private func compare(
    _ program: Program, _ session: Session
  ) throws(ProcessFailure) -> ExitCode {
    var comparison = KernelComparison(program)
    var code = ExitCode.success
    for kernel in options.kernels {
      var settings = settings
      (settings.kernel, settings.json, settings.colour) = (kernel, false, false)
      var configuration = Configuration()
      (configuration.kernel, configuration.switches) = (kernel, kernel.switches)
      var interpreter = Interpreter(
        machine: try Machine.booted(configuration), options: settings, table: table, output: nil)
      interpreter.images = session
      interpreter.echo = Echo(.collect, version: VmemctlCommand.version, descriptor: nil)
      _ = interpreter.run(program)
      code = code.combined(with: interpreter.finish())
      comparison.add(kernel, interpreter.takeAnswers())
    }
    var writer = ByteWriter(descriptor: STDOUT_FILENO)
    var messages = ByteWriter(descriptor: STDERR_FILENO)
    let differs = comparison.write(
      to: &writer, messages: &messages, json: options.line.isJSON)
    if differs, options.wantsSame { code = code.combined(with: .failedExpectation) }
    return code.combined(with: Streams.end(&writer))
  }

  /// Tells what is wrong with a script, on the machine that it would begin with.
  private func check(
    _ program: Program, _ session: Session
  ) throws(ProcessFailure) -> ExitCode {
    let isKept = options.line.image != nil && session.exists
    let machine =
      isKept ? try session.open(isWriter: false, boots: false) : try Machine.booted()
    var interpreter = Interpreter(machine: machine, options: settings, table: table)
    interpreter.check(program)
    return interpreter.finish()
  }

  /// Standard input, which is answered line by line.
  private func runInput() throws(ProcessFailure) -> ExitCode {
    var input = ScriptStream(descriptor: STDIN_FILENO, name: "<stdin>")
    let session = Session(options.line, path: options.line.imagePath)
    var parser = Parser(table, images: session)
    var settings = settings
    // Whoever types lines has seen them.
    if isatty(STDIN_FILENO) == 1 { settings.showsLines = false }
    guard options.line.image != nil else {
      var interpreter = Interpreter(
        machine: try Machine.booted(), options: settings, table: table)
      interpreter.images = session
      _ = interpreter.run(&input, &parser)
      return failure(of: input, interpreter.finish())
    }
    // The first statement says whether there must be an image, or must not.
    let first = input.first(table)
    first.keepsMachine()
    let machine = try session.machine(
      for: first, isNamed: true, isFirst: true, stops: !options.keepsGoing)
    var interpreter = Interpreter(machine: machine, options: settings, table: table)
    interpreter.committer = session
    interpreter.images = session
    _ = interpreter.run(&input, &parser)
    return failure(of: input, session.leave(after: interpreter.finish(), wasLong: true))
  }

  private func failure(
    of input: borrowing ScriptStream, _ code: ExitCode
  ) -> ExitCode {
    guard let failure = input.failure else { return code }
    return code.combined(with: missing("-", failure))
  }

  private func missing(_ file: String, _ number: Int32) -> ExitCode {
    Streams.complain("\(file): \(systemMessage(number))", options.line.colour)
    return ExitCode(number, or: .noInput)
  }

  /// Where results go; those of an echo are lines of it.
  private var output: Int32? { options.echo == nil ? STDOUT_FILENO : nil }

  private var settings: Options {
    var settings = options.line.settings
    settings.quiet = options.isQuiet
    settings.tap = options.isTAP
    settings.keepGoing = options.keepsGoing
    // The answers of an echo are lines of its script.
    if options.echo != nil { settings.json = false }
    if options.echo != nil || !options.kernels.isEmpty {
      (settings.coloursAnswers, settings.isRaw) = (false, false)
    }
    settings.showsLines =
      isatty(STDOUT_FILENO) == 1 && options.echo == nil && options.kernels.isEmpty
      && !options.isQuiet && !options.isTAP && !options.line.isJSON
    return settings
  }
}
