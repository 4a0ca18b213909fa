import TestSupport
import VMem
import VMemScript

/// What each switch changes, in lines that anybody can run, with the answers of every kernel:
/// Tests/Fixtures/kernels/switches.txt. Lines that are run begin with `$`; the rest is made of them.
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

  let sections: [Section]

  init(_ text: String) {
    var sections: [Section] = []
    for part in text.split(separator: "== ") {
      let lines = part.split(separator: "\n").map(String.init)
      sections.append(
        Section(
          name: lines[0],
          lines: lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }))
    }
    self.sections = sections
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
}
