internal import ArgumentParser

/// `vmemctl shell`, for help and mistakes.
struct ShellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell",
    abstract: "Type lines of the language at a prompt, each committed to the image.",
    discussion: """
      Arrow keys, Ctrl-A E K U W R and Tab work as in other shells; Ctrl-C cancels a line, Ctrl-D \
      leaves. vtop, rd and kmem -v are understood as in crash. Input that is no terminal is a \
      script, as for run -: on a machine of its own unless --image names one.
      """)

  @OptionGroup var line: ProcessOptions

  func run() throws {
    throw ExitCode(try Shell(options: line.options).run())
  }
}
