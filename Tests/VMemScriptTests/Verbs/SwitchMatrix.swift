import TestSupport
import VMem
import VMemScript

/// What each switch changes, in lines that anybody can run, with the answers of every kernel:
/// Tests/Fixtures/kernels/switches.txt is made of the lines that `help SWITCH` shows.
struct SwitchMatrix {
  /// The lines of one switch.
  struct Section {
    let name: String
    let lines: [String]

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

  let sections = SwitchScript.all.map { one in
    Section(name: "\(one.name)", lines: "\(one.lines)".split(separator: "\n").map(String.init))
  }

  /// The whole file: each switch with its lines, the answers with and without it, and which of them
  /// each kernel gives.
  var text: String { sections.map { text(of: $0) }.joined() }

  func text(of section: Section) -> String {
    let with = section.answers("--with \(section.name)")
    let without = section.answers("--without \(section.name)")
    var text = "== \(section.name)\n" + section.lines.map { "$ \($0)\n" }.joined()
    text += "with:\n" + indented(with) + "without:\n" + indented(without)
    var groups: [(kernels: [String], answers: [String])] = []
    for kernel in KernelVersion.allCases {
      let answers = section.answers("", kernel: kernel)
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
      let lines = section.lines.map { "`\($0)`" }.joined(separator: "<br>")
      let cells = ["`\(one.name)`", one.kernels.text, "\(one.meaning)", "\(one.source)", lines]
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    return text
  }
}
