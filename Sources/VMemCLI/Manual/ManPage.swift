internal import VMemScript

/// The manual page vmemctl(1), in man(7) macros.
struct ManPage {
  var text: String {
    var page = Self.head
    page += section("PROCESS COMMANDS") + Self.commands
    page += section("OPTIONS") + "Before and behind everything:\n"
    for option in LineOptions.options { page += entry(option.signature, option.meaning) }
    page += ".PP\nOf run:\n"
    for option in RunOptions.options { page += entry(option.signature, option.meaning) }
    page += ".PP\nOf serve, and of run with --serve:\n"
    for option in ServeOptions.options { page += entry(option.signature, option.meaning) }
    page += section("LANGUAGE") + Self.language
    page += verbs
    page += section("EXIT STATUS") + "With several, 4 comes before 3, 3 before 2 and 2 before 1.\n"
    for code in ExitCode.allCases {
      page += entry("\(code.rawValue)", "\(code.meaning)")
    }
    return page + Self.tail
  }

  private var verbs: String {
    let table = VerbTable()
    var page = section("VERBS")
    for group in table.groups {
      page += ".SS \(Self.escaped("\(group.title)"))\n"
      for verb in table.verbs where verb.group == group { page += self.entry(of: verb) }
    }
    return page
  }

  private func entry(of verb: Verb) -> String {
    var text = entry(verb.signature, "\(verb.summary)")
    for parameter in verb.parameters {
      text += ".RS\n" + entry(parameter.signature, "\(parameter.meaning)") + ".RE\n"
    }
    if verb.kernelFunction.utf8CodeUnitCount > 0 {
      text += ".IP\nKernel function: \(Self.escaped("\(verb.kernelFunction)"))\n"
    }
    text += ".IP\nResult: \(Self.escaped("\(verb.returns)"))\n"
    text += ".IP\n.nf\n\(Self.escaped("\(verb.example)"))\n.fi\n"
    guard verb.details.utf8CodeUnitCount > 0 else { return text }
    return text + ".IP\n.nf\n\(Self.escaped("\(verb.details)"))\n.fi\n"
  }

  private func section(_ title: String) -> String { ".SH \(title)\n" }

  private func entry(_ term: String, _ meaning: String) -> String {
    ".TP\n.B \(Self.escaped(term))\n\(Self.escaped(meaning))\n"
  }

  /// Text as troff reads it back: no escape, no hyphen for a minus, no request at a line's start.
  static func escaped(_ text: String) -> String {
    var result = ""
    var isLineStart = true
    for character in text {
      if isLineStart, character == "." || character == "'" { result += "\\&" }
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(character)
      }
      isLineStart = character == "\n"
    }
    return result
  }
}

extension ManPage {
  private static let head = """
    .TH VMEMCTL 1 "" "vmemctl \(VmemctlCommand.version)"
    .SH NAME
    vmemctl \\- a Linux machine's kernel address space in an ordinary process
    .SH SYNOPSIS
    .nf
    \\fBvmemctl run\\fR [\\fB\\-\\-keep\\-going\\fR] [\\fB\\-\\-quiet\\fR] \
    [\\fB\\-\\-tap\\fR|\\fB\\-\\-json\\fR] [\\fB\\-\\-image\\fR \\fIIMAGE\\fR] \\fIFILE\\fR...
    \\fBvmemctl\\fR [\\fB\\-\\-json\\fR] [\\fB\\-\\-image\\fR \\fIIMAGE\\fR] \\fIVERB\\fR [\\fIARGUMENT\\fR...]
    \\fBvmemctl shell\\fR [\\fB\\-\\-image\\fR \\fIIMAGE\\fR]
    \\fBvmemctl serve\\fR [\\fB\\-\\-gdb\\fR \\fISOCKET\\fR] [\\fB\\-\\-qmp\\fR \\fISOCKET\\fR] \
    [\\fB\\-\\-image\\fR \\fIIMAGE\\fR]
    \\fBvmemctl help\\fR [\\fITOPIC\\fR]
    \\fBvmemctl bench\\fR \\fIBENCHMARK\\fR [\\fIOPTION\\fR...]
    .fi
    .SH DESCRIPTION
    vmemctl emulates the kernel half of a Linux machine's address space: page tables in the
    processor's format, the vmalloc area allocator, sparse areas and the files that show them.
    Addresses, error numbers and the bytes of the files are the kernel's.

    """

  private static let commands = """
    .TP
    .B run \\fIFILE\\fR...
    Run scripts, each on a freshly booted machine or all on an image's; \\- is standard input. One line is printed for
    each verb. A script stops at the first result that it does not expect.
    .TP
    .B shell
    Type lines at a prompt, each a commit to the image; input that is no terminal is a script.
    .TP
    .B serve
    Let gdb and drgn attach to the machine in an image; \\fBrun \\-\\-serve\\fR does so for one that a script works on.
    .TP
    .B help \\fR[\\fITOPIC\\fR]
    Explain the language, or one of its verbs.
    .TP
    .B bench \\fIBENCHMARK\\fR
    Measure the emulator.
    .PP
    Any other first word begins a line of the language. It runs on the machine in an image, and
    what it changes is committed before its result is printed.
    Without \\fB\\-\\-image\\fR it is \\fB$VMEMCTL_IMAGE\\fR, or \\fBvmem.img\\fR in the current folder;
    \\fBrun\\fR works on one only when it is named.

    """

  private static let language = """
    .nf
    \(escaped(Help(VerbTable()).grammar))
    .fi

    """

  private static let tail = """
    .SH FILES
    .TP
    .I vmem.img
    The image that verbs and the shell work on when none is named: the machine's RAM, and behind it checksums
    and the number of its last commit.
    .TP
    .I IMAGE\\-wal
    The commits that the image does not contain yet. Without it they are lost: it goes where the image goes.
    .TP
    .I IMAGE\\-history
    Every line that has made the machine what it is; \\fBvmemctl log\\fR prints it with those in the log.
    .TP
    .I /proc/vmallocinfo
    What \\fBvmemctl vmallocinfo\\fR shows of the emulated machine, in the same format.
    .SH ENVIRONMENT
    .TP
    .B VMEMCTL_IMAGE
    The image that verbs work on.
    .TP
    .B NO_COLOR
    When set to anything, messages on a terminal are not coloured.
    .SH EXAMPLES
    .nf
    vmemctl run examples/02-sparse.vmem
    printf 's = get_vm_area 64K \\-\\-flags sparse\\envmallocinfo\\en' | vmemctl run \\-
    vmemctl help vm_area_map_pages
    .fi
    .SH SEE ALSO
    .BR proc (5),
    .BR core (5),
    .BR mmap (2),
    .BR memfd_create (2),
    .BR bpf (2),
    .BR pkeys (7),
    .BR crash (8)

    """
}
