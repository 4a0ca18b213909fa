internal import ArgumentParser
internal import VMemBench

/// The process commands, for help, completion and mistakes.
struct VmemctlCommand: ParsableCommand {
  static let version = "0.1.0"
  static let abstract = "A Linux machine's kernel address space in an ordinary process."

  /// Every way to call the program.
  static let usage = """
    vmemctl run FILE...        scripts, each on a machine of its own; - is standard input
    vmemctl VERB ARGUMENT...   one line of the language, on the machine in an image
    vmemctl shell              such lines at a prompt
    vmemctl serve --gdb SOCKET let gdb, and with --qmp drgn, attach to the machine in an image
    vmemctl help [TOPIC]       the language: its verbs, grammar and exit codes
    vmemctl bench BENCHMARK    measurements
    """

  static let configuration = CommandConfiguration(
    commandName: "vmemctl",
    abstract: abstract,
    usage: usage,
    version: version,
    subcommands: [BenchCommand.self])
}
