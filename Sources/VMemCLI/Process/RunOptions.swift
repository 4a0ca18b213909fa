internal import VMem
internal import VMemScript

/// What `run` was told.
struct RunOptions: Equatable {
  /// Scripts in order; `-` is standard input.
  var files: [String] = []
  var keepsGoing = false
  var isQuiet = false
  var isTAP = false
  /// Whether a prompt follows a script, on its machine.
  var endsAtPrompt = false
  /// Whether each line waits until it is told to run.
  var steps = false
  /// Whether somebody follows the scripts.
  var isFollowed: Bool { endsAtPrompt || steps }
  /// Whether scripts are only looked at.
  var isCheck = false
  /// What is done with answers in the script, if anything.
  var echo: Echo.Mode?
  /// Kernels that scripts are to be run with, one after the other; empty for those of their lines.
  var kernels: [KernelVersion] = []
  /// Whether a line that kernels answer differently is a failure.
  var wantsSame = false
  /// Whether two of the options that say so were given.
  private var hasTwoEchoes = false
  /// Whether debuggers may attach, and where.
  var isServed = false
  var serve = ServeOptions()
  var line = LineOptions()

  init() {}

  /// What cannot be asked for together.
  var contradiction: String? {
    if line.image == nil {
      let about = line.isDurable ? "--durable" : !line.waits ? "--no-wait" : "--force"
      let isAbout = line.isDurable || !line.waits || line.isForced
      if isAbout { return "\(about) is about an image: it needs --image" }
    }
    if let contradiction = contradictionOfKernels { return contradiction }
    if let contradiction = contradictionOfPrompts ?? contradictionOfServing { return contradiction }
    if hasTwoEchoes { return "--echo, --verify and --rewrite exclude each other" }
    if echo != nil, isTAP || isCheck {
      return "\(isTAP ? "--tap" : "--check") has no answers that lines could hold"
    }
    if echo == .verify, isQuiet { return "--quiet leaves the answers out that --verify compares" }
    if echo == .print || echo == .rewrite, line.isJSON {
      return "--echo and --rewrite make a script; --json shows what --verify finds"
    }
    if echo == .rewrite, files.contains("-") { return "--rewrite takes files: - has no place" }
    guard isTAP else { return nil }
    if line.isJSON { return "--tap and --json exclude each other" }
    return files.count > 1 ? "--tap takes one script: its report has one plan" : nil
  }

  /// The options that only `run` has.
  static let options: [CommandOption<RunOptions>] = [
    CommandOption("--keep-going", "go on after an unexpected result; the exit code still tells") {
      $0.keepsGoing = true
    },
    CommandOption("--quiet", "print views and failures only") { $0.isQuiet = true },
    CommandOption("--tap", "report expectations in the Test Anything Protocol") { $0.isTAP = true },
    CommandOption("--echo", "print the script with its answers, as a script again") {
      $0.set(.print)
    },
    CommandOption("--verify", "compare with the answers that stand in the script") {
      $0.set(.verify)
    },
    CommandOption("--rewrite", "put the answers of today into the script's file") {
      $0.set(.rewrite)
    },
    CommandOption(
      "--kernel", "V,...|all", "run once for each kernel, and show the lines that differ"
    ) {
      (options, word) throws(Misuse) in options.kernels = try Self.kernels(word)
    },
    CommandOption("--same", "with --kernel: exit with 2 when a line differs") {
      $0.wantsSame = true
    },
    CommandOption(
      "--shell", "give a prompt on the machine at the line that failed, or at the end"
    ) {
      $0.endsAtPrompt = true
    },
    CommandOption(
      "--step", "wait before each line: Enter runs it, other lines come first, Ctrl-D goes on"
    ) {
      $0.steps = true
    },
    CommandOption(
      "--serve", "let debuggers attach, and wait for one in front of the first line"
    ) {
      $0.isServed = true
    },
    CommandOption("--check", "say what is wrong with the scripts, and run nothing") {
      $0.isCheck = true
    },
  ]

  private var contradictionOfPrompts: String? {
    guard endsAtPrompt || steps else { return nil }
    let option = endsAtPrompt ? "--shell" : "--step"
    if files.contains("-") {
      return "\(option) takes files: what is typed comes from standard input"
    }
    let isOther = echo != nil || isTAP || isCheck || !kernels.isEmpty
    return isOther
      ? "\(option) talks with you; it excludes --echo, --verify, --rewrite, --tap, --check and --kernel"
      : nil
  }

  private var contradictionOfServing: String? {
    guard isServed else {
      return serve == ServeOptions() ? nil : "--gdb, --qmp and --writable belong to --serve"
    }
    if !serve.hasPlace { return "nowhere to attach: --serve needs --gdb or --qmp" }
    if files.count > 1 || files == ["-"] { return "--serve takes one script in a file" }
    let isOther = isFollowed || echo != nil || isTAP || isCheck || !kernels.isEmpty
    return isOther
      ? "--serve excludes --shell, --step, --echo, --verify, --rewrite, --tap, --check and --kernel"
      : nil
  }

  private var contradictionOfKernels: String? {
    if kernels.isEmpty {
      return wantsSame ? "--same is about several kernels: it needs --kernel" : nil
    }
    if line.image != nil { return "an image has a kernel of its own: no --kernel with --image" }
    let isOther = echo != nil || isTAP || isCheck || isQuiet
    return isOther
      ? "--kernel compares answers; it excludes --echo, --verify, --rewrite, --tap, --check and --quiet"
      : nil
  }

  private static func kernels(_ word: String) throws(Misuse) -> [KernelVersion] {
    if word == "all" { return KernelVersion.released }
    var kernels: [KernelVersion] = []
    for part in word.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kernel = KernelVersion(text: String(part)) else {
        let known = KernelVersion.allCases.map(\.text).joined(separator: " ")
        throw wrong("no kernel `\(part)`; known are \(known), and all for those released")
      }
      if !kernels.contains(kernel) { kernels.append(kernel) }
    }
    return kernels
  }

  private mutating func set(_ mode: Echo.Mode) {
    hasTwoEchoes = hasTwoEchoes || echo != nil && echo != mode
    echo = mode
  }

  /// Decodes the words after `run`.
  init(_ words: ArraySlice<String>, _ line: LineOptions) throws(Misuse) {
    self.line = line
    var rest = words
    while let word = rest.popFirst() {
      if try Self.options.take(word, &rest, &self) { continue }
      if try ServeOptions.options.take(word, &rest, &serve) { continue }
      guard word == "-" || !word.hasPrefix("-") else { throw Self.unknown(word) }
      files.append(word)
    }
    if let contradiction { throw Self.wrong(contradiction) }
    if files.isEmpty { throw Self.wrong("run takes scripts; - is standard input") }
  }

  private static func unknown(_ word: String) -> Misuse {
    let names =
      options.map(\.name) + ServeOptions.options.map(\.name) + LineOptions.options.map(\.name)
    return Misuse(unknown: word, of: "run", known: names, details: CommandHelp.run.hint)
  }

  private static func wrong(_ text: String) -> Misuse {
    Misuse(text, details: CommandHelp.run.hint)
  }
}
