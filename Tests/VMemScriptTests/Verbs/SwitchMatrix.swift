import TestSupport
import VMem
import VMemScript

/// What each switch changes, in lines that anybody can run, with the answers of every kernel:
/// Tests/Fixtures/kernels/switches.txt is made of the lines that `help SWITCH` shows.
struct SwitchMatrix {
  /// The lines of one switch, or of one word of `boot --config`.
  struct Section {
    let name: String
    let lines: [String]
    /// Words for `boot` that choose it, those that do not, and those of every kernel's run.
    let on: String
    let off: String
    let everywhere: String

    /// Of a switch; each kernel decides itself.
    init(switch script: SwitchScript) {
      name = "\(script.name)"
      lines = Self.lines(script)
      (on, off, everywhere) = ("--with \(name)", "--without \(name)", "")
    }

    /// Of a word that every kernel is run with.
    init(build script: SwitchScript) {
      name = "\(script.name)"
      lines = Self.lines(script)
      (on, off, everywhere) = ("--config \(name)", "", "--config \(name)")
    }

    private static func lines(_ script: SwitchScript) -> [String] {
      "\(script.lines)".split(separator: "\n").map(String.init)
    }

    /// The lines as a cell of a table.
    var cell: String { lines.map { "`\($0)`" }.joined(separator: "<br>") }

    /// What the lines answer, without the boot message, which names the kernel.
    func answers(_ options: String, kernel: KernelVersion? = nil) -> [String] {
      var lines = lines
      var boot = "boot"
      if lines[0].hasPrefix("boot ") { boot = lines.removeFirst() }
      if let kernel {
        var words = boot.split(separator: " ")
        if let at = words.firstIndex(of: "--kernel") { words.removeSubrange(at...at + 1) }
        boot = words.joined(separator: " ") + " --kernel \(kernel.text)"
      }
      let script = "\(boot) \(options)\n" + lines.joined(separator: "\n") + "\n"
      let ran = run(script) { $0.keepGoing = true }
      let answers = ran.output.split(separator: "\n").map(String.init)
      return answers.filter { !$0.contains("] Linux version ") }
    }
  }

  let sections = SwitchScript.all.map(Section.init(switch:))
  let builds = SwitchScript.builds.map(Section.init(build:))

  /// The whole file: each switch with its lines, the answers with and without it, and which of them
  /// each kernel gives.
  var text: String { (sections + builds).map { text(of: $0) }.joined() }

  func text(of section: Section) -> String {
    let with = section.answers(section.on)
    let without = section.answers(section.off)
    var text = "== \(section.name)\n" + section.lines.map { "$ \($0)\n" }.joined()
    text += "with:\n" + indented(with) + "without:\n" + indented(without)
    var groups: [(kernels: [String], answers: [String])] = []
    for kernel in KernelVersion.allCases {
      let answers = section.answers(section.everywhere, kernel: kernel)
      if let at = groups.firstIndex(where: { $0.answers == answers }) {
        groups[at].kernels.append(kernel.text)
      } else {
        groups.append(([kernel.text], answers))
      }
    }
    for group in groups {
      text += group.kernels.joined(separator: " ")
      text +=
        group.answers == with
        ? ": with\n"
        : group.answers == without ? ": without\n" : ":\n" + indented(group.answers)
    }
    return text
  }

  private func indented(_ lines: [String]) -> String { lines.map { "  \($0)\n" }.joined() }

  /// The page on switches: what changes, since when, how it is known, and the lines that show it.
  var article: String {
    var text = """
      # Switches

      Every difference between kernels that has a name, how it is known, and lines that show it.

      ## Overview

      `boot --with SWITCH,…` switches one on, `--without SWITCH,…` off, and [Kernel versions](KernelVersions.md) says
      how to choose a kernel. The lines are a script: save them and run them on every kernel by
      `vmemctl run --kernel all FILE`, or ask `vmemctl help SWITCH` for them. Their answers by every kernel are
      in `Tests/Fixtures/kernels/switches.txt`.

      | switch | kernels | what it changes | known by | lines that show it |
      |---|---|---|---|---|

      """
    for (one, section) in zip(Switch.all, sections) {
      text += row([
        "`\(one.name)`", one.kernels.text, "\(one.meaning)", "\(one.source)", section.cell,
      ])
    }
    text += """

      ## Builds

      The words of `boot --config` change these lines, whatever the kernel:

      | word | what it changes | lines that show it |
      |---|---|---|

      """
    for (one, section) in zip(BuildOption.all, builds) {
      text += row(["`\(one.name)`", "\(one.meaning)", section.cell])
    }
    return text
  }

  private func row(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |\n"
  }
}
