/// What the whole program is.
enum VmemctlCommand {
  static let version = "0.1.0"
  static let abstract = "A Linux machine's kernel address space in an ordinary process."

  /// Every way to call it.
  static let usage = """
    vmemctl run FILE...        scripts, each on a machine of its own; - is standard input
    vmemctl VERB ARGUMENT...   one line of the language, on the machine in an image
    vmemctl shell              such lines at a prompt
    vmemctl serve --gdb SOCKET let gdb, and with --qmp drgn, attach to the machine in an image
    vmemctl help [TOPIC]       the language: its verbs, grammar and exit codes
    vmemctl bench BENCHMARK    measurements
    """
}
