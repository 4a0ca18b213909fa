internal import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run scripts, each on a freshly booted machine.",
    discussion: """
      Prints one line for each verb. A script stops at the first result that it does not expect; \
      the exit code tells what kind it was (vmemctl help exit).
      """)

  @Flag(help: "Go on after an unexpected result; the exit code still tells.")
  var keepGoing = false

  @Flag(help: "Print views and failures only.")
  var quiet = false

  @Flag(help: "Report expectations as TAP.")
  var tap = false

  @Flag(help: "Print one JSON object for each verb.")
  var json = false

  @Option(help: "Colour messages: auto (on a terminal, without NO_COLOR), always or never.")
  var color = Colour.auto

  @Argument(help: "Scripts; - is standard input.", completion: .file(extensions: ["vmem"]))
  var files: [String]

  func validate() throws {
    if let contradiction = options.contradiction { throw ValidationError(contradiction) }
  }

  private var options: RunOptions {
    var options = RunOptions()
    options.files = files
    options.keepsGoing = keepGoing
    options.isQuiet = quiet
    options.isTAP = tap
    options.line.isJSON = json
    options.line.colour = color
    return options
  }

  func run() throws {
    throw ExitCode(try ScriptRunner(options: options).run())
  }
}
