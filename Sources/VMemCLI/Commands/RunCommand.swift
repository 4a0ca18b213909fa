internal import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run scripts, each on a machine of its own or all on that of an image.",
    discussion: """
      Without --image a script starts on a freshly booted machine that ends with it. A file is read \
      as a whole first, the files it includes too: when a line is not of the language, every such \
      line is told and nothing runs. Standard input (-) runs line by line as it comes, and is \
      answered whenever no more of it waits. Prints one line for each verb. A script stops at the \
      first result that it does not expect; the exit code tells what kind it was (vmemctl help exit).
      """)

  @Flag(help: "Go on after an unexpected result; the exit code still tells.")
  var keepGoing = false

  @Flag(help: "Print views and failures only.")
  var quiet = false

  @Flag(help: "Report expectations as TAP.")
  var tap = false

  @Flag(help: "Say what is wrong with the scripts, and run nothing.")
  var check = false

  @OptionGroup var line: ProcessOptions

  @Flag(help: "Let a script that begins with boot replace the image's machine.")
  var force = false

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
    options.isCheck = check
    options.line = line.options
    options.line.isForced = force
    return options
  }

  func run() throws {
    throw ExitCode(try ScriptRunner(options: options).run())
  }
}
