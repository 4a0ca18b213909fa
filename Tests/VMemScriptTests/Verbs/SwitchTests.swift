import Glibc
import TestSupport
import Testing
import VMem
import VMemScript

/// What differs between kernels: every switch changes something that a script sees.
@Suite struct SwitchTests {
  static let matrix = SwitchMatrix()

  @Test(arguments: Switch.all.map { "\($0.name)" })
  func changesWhatAScriptSees(_ name: String) throws {
    let section = try #require(
      Self.matrix.sections.first { $0.name == name }, "no lines show what \(name) changes")
    #expect(section.answers(section.on) != section.answers(section.off))
  }

  @Test(arguments: matrix.builds.map(\.name))
  func buildsChangeWhatAScriptSees(_ name: String) throws {
    let section = try #require(Self.matrix.builds.first { $0.name == name })
    #expect(section.answers(section.on) != section.answers(section.off))
  }

  /// What a kernel answers changes only where somebody means it to: with VMEMCTL_RECORD in the
  /// environment the file is written anew.
  @Test func everyKernelAnswersAsIsWritten() throws {
    if getenv("VMEMCTL_RECORD") != nil {
      try TestFiles.write(Self.matrix.text, to: Fixture.folder + "kernels/switches.txt")
    }
    let written = try Fixture.text("kernels/switches.txt").split(separator: "== ")
    let sections = Self.matrix.sections + Self.matrix.builds
    #expect(written.count == sections.count)
    for (section, text) in zip(sections, written) {
      #expect(Self.matrix.text(of: section) == "== " + text)
    }
  }

  /// The page of the documentation, written anew as the file is.
  @Test func articleListsEverySwitch() throws {
    let path = TestFiles.root + "/Sources/VMem/VMem.docc/KernelSwitches.md"
    if getenv("VMEMCTL_RECORD") != nil { try TestFiles.write(Self.matrix.article, to: path) }
    #expect(try TestFiles.read(path) == Self.matrix.article)
  }

  /// What `help` shows of a switch makes a difference where it says that there is one.
  @Test(arguments: Switch.all.map { "\($0.name)" })
  func helpShowsWhatItChanges(_ name: String) throws {
    let one = try #require(Switch.all.first { "\($0.name)" == name })
    let section = try #require(Self.matrix.sections.first { $0.name == name })
    let help = run(arguments: "help", name)
    #expect(help.exit == .success)
    for line in section.lines {
      #expect(help.lines.contains { $0.hasPrefix("  " + line) })
    }
    #expect(help.output.contains("known by: \(one.source)"))
    #expect(section.lines.allSatisfy { $0.utf8.count <= 60 })
  }

  @Test func everyScriptIsOfASwitch() {
    #expect(Self.matrix.sections.map(\.name) == Switch.all.map { "\($0.name)" })
    #expect(SwitchScript.builds.map { "\($0.name)" } == BuildOption.all.map { "\($0.name)" })
    // A bit each.
    #expect(Set(Switch.all.map { $0.value.rawValue }).count == Switch.all.count)
    #expect(Switch.all.allSatisfy { $0.value.rawValue.nonzeroBitCount == 1 })
  }

  @Test(arguments: KernelVersion.allCases)
  func theTableSaysWhatKernelsAre(_ kernel: KernelVersion) throws {
    let help = run(arguments: "help", "kernels").lines
    let names = Switch.all.filter { one in
      let row = help.first { $0.hasPrefix("\(one.name) ") } ?? ""
      let words = row.split(separator: " ").dropFirst().map(String.init)
      return Self.isOn(kernel, words)
    }.map { "\($0.name)" }.joined(separator: ",")
    let info = run("boot --kernel \(kernel.text)\ninfo").lines
    #expect(info.contains("switches: \(names)"))
  }

  /// Reads `all`, `from 6.12`, `until 6.6`, `6.12 only` and `6.6 to 6.18`.
  private static func isOn(_ kernel: KernelVersion, _ words: [String]) -> Bool {
    func version(_ word: String) -> KernelVersion? { KernelVersion(text: word) }
    switch words.first {
    case "all": return true
    case "from": return version(words[1]).map { kernel >= $0 } ?? false
    case "until": return version(words[1]).map { kernel <= $0 } ?? false
    case "none": return false
    default:
      guard let first = words.first.flatMap(version) else { return false }
      if words[1] == "only" { return kernel == first }
      return version(words[2]).map { kernel >= first && kernel <= $0 } ?? false
    }
  }

  @Test func unknownSwitches() {
    let far = run("boot --with nonsense")
    #expect(far.exit == .badScript)
    #expect(far.messages.contains("no switch `nonsense`; `help kernels` lists them"))
    let near = run("boot --without vmap-node")
    #expect(near.exit == .badScript)
    #expect(near.messages.contains("did you mean vmap_nodes? `help kernels` lists them"))
  }
}
