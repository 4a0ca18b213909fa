/// What `--help` says of `run` and of `shell`.
enum CommandHelp: String {
  case run
  case shell

  var text: String {
    let own = self == .run ? RunOptions.options.map { ($0.signature, $0.meaning) } : []
    let rows = own + LineOptions.options.map { ($0.signature, $0.meaning) }
    let width = rows.map(\.0.count).max() ?? 0
    let table = rows.map { name, meaning in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(meaning)\n"
    }
    return "\(usage)\n\n\(about)\n\n\(table.joined())"
  }

  var usage: String {
    self == .run ? "vmemctl run [OPTION...] FILE..." : "vmemctl shell [OPTION...]"
  }

  var about: String {
    switch self {
    case .run:
      """
        Run scripts, each on a machine of its own or all on that of an image; - is standard input.

        Without --image a script starts on a freshly booted machine that ends with it. A file is
        read as a whole first, the files it includes too: when a line is not of the language, every
        such line is told and nothing runs. Standard input runs line by line as it comes, and is
        answered whenever no more of it waits. One line is printed for each verb. A script stops at
        the first result that it does not expect; the exit code tells what kind it was (vmemctl
        help exit).

        On a terminal each line is shown before its answer, and answers that are no success have a
        colour: yellow if an `expect` announced them, else red. A pipe gets the answers alone.

        --shell and --step talk with you: lines of the language are answered by the script's
        machine. They do not change the exit code. In --step, quit ends the run. Ctrl-C stops it in
        front of the next line; a second one ends the process.
      """
    case .shell:
      """
        Type lines of the language at a prompt, each committed to the image.

        Arrow keys, Ctrl-A E K U W R and Tab work as in other shells; Ctrl-C cancels a line, or ends
        the one that runs, and Ctrl-D leaves. A { that is open continues on the next line. A view
        or a help text that is longer than the screen goes through $PAGER, if that is set. vtop,
        rd and kmem -v are understood as in crash. Pipes are bash's: vmemctl --image FILE VERB … | …
        Input that is no terminal is a script, as for run -: on a machine of its own unless --image
        names one.
      """
    }
  }
}
