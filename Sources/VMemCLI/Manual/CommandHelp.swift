internal import VMemScript

/// What `--help` says of `run`, `serve` and `shell`.
enum CommandHelp: String {
  case run
  case serve
  case shell

  var text: String {
    let serve = ServeOptions.options.map { ($0.signature, $0.meaning) }
    let own =
      switch self {
      case .run: RunOptions.options.map { ($0.signature, $0.meaning) } + serve
      case .serve: serve
      case .shell: [] as [(String, String)]
      }
    let general = LineOptions.options.filter {
      self != .serve || !ServeOptions.refused.contains($0.name)
    }
    let rows = own + general.map { ($0.signature, $0.meaning) }
    return HelpPage(usage: usage, about: about, rows: rows).text
  }

  /// What `vmemctl --help` says.
  static var overview: String {
    let rows =
      LineOptions.options.map { ($0.signature, $0.meaning) }
      + [
        ("--version", "print the version"), ("--help", "print this, or help for a command or verb"),
      ]
    return HelpPage(usage: VmemctlCommand.abstract, about: VmemctlCommand.usage, rows: rows).text
  }

  /// What follows a complaint about its words.
  var hint: String { "  \(usage)\n  vmemctl \(rawValue) --help" }

  var usage: String {
    switch self {
    case .run: "vmemctl run [OPTION...] FILE..."
    case .serve: "vmemctl serve [--gdb SOCKET|:PORT] [--qmp SOCKET] [OPTION...]"
    case .shell: "vmemctl shell [OPTION...]"
    }
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

        --serve waits for a debugger behind `boot`: gdb steps from call to call, stops at a verb's
        function (break vm_area_map_pages, with symbols of the verb vmlinux), and sees the machine
        as it is in front of the call. See vmemctl serve --help.
      """
    case .serve:
      """
        Let debuggers attach to the machine in an image, as they would to QEMU.

        gdb reads memory through the page tables, or physical memory (maint packet
        Qqemu.PhyMemMode:1), each CPU as a thread; `monitor help` lists QEMU's commands, and every
        verb that only looks is one, too. drgn finds tasks, areas and struct pages. Behind RAM both
        see the kernel's own objects, as in a dump; `vmemctl vmlinux FILE` writes the symbols.

        Sockets are this user's alone (0600), a port is one of 127.0.0.1 and ::1. A client of a port
        names no files. Nothing is changed without --writable; with it, what is written is committed
        to the image. The image is held while a client is attached; in gdb, continue lets others
        change it, Ctrl-C stops and looks again, and stepi stops at the next change. Ctrl-C ends the
        server.
      """
    case .shell:
      """
        Type lines of the language at a prompt, each committed to the image.

        Arrow keys, Ctrl-A E K U W R and Tab work as in other shells; Ctrl-C cancels a line, or ends
        the one that runs, and Ctrl-D leaves. A { that is open continues on the next line. A view
        or a help text that is longer than the screen goes through $PAGER, or less where that is
        not set; an empty $PAGER shows it as it is. vtop, rd and kmem -v are understood as in crash.
        Pipes are bash's: vmemctl --image FILE VERB … | …
        Input that is no terminal is a script, as for run -: on a machine of its own unless --image
        names one.
      """
    }
  }
}
