import Glibc
import TestSupport
import Testing
import VMem
import VMemScript

/// What differs between kernels: every switch changes something that a script sees.
@Suite struct SwitchTests {
  static let matrix = SwitchMatrix((try? Fixture.text("kernels/switches.txt")) ?? "")

  @Test(arguments: Switch.all.map { "\($0.name)" })
  func changesWhatAScriptSees(_ name: String) throws {
    let section = try #require(
      Self.matrix.sections.first { $0.name == name }, "no lines show what \(name) changes")
    // Both names of that line of VMCOREINFO are of one length: no size tells them apart.
    guard name != "compound_info" else { return }
    #expect(section.answers("--with \(name)") != section.answers("--without \(name)"))
  }

  /// What a kernel answers changes only where somebody means it to: with VMEMCTL_RECORD in the
  /// environment the file is written anew.
  @Test func everyKernelAnswersAsIsWritten() throws {
    if getenv("VMEMCTL_RECORD") != nil {
      try TestFiles.write(Self.matrix.text, to: Fixture.folder + "kernels/switches.txt")
    }
    let written = try Fixture.text("kernels/switches.txt").split(separator: "== ")
    for (section, text) in zip(Self.matrix.sections, written) {
      #expect(Self.matrix.text(of: section) == "== " + text)
    }
  }

  @Test func everyScriptIsOfASwitch() {
    #expect(Self.matrix.sections.map(\.name) == Switch.all.map { "\($0.name)" })
    // A bit each.
    #expect(Set(Switch.all.map { $0.value.rawValue }).count == Switch.all.count)
    #expect(Switch.all.allSatisfy { $0.value.rawValue.nonzeroBitCount == 1 })
  }

  @Test(arguments: KernelVersion.allCases)
  func theTableSaysWhatKernelsAre(_ kernel: KernelVersion) throws {
    let help = run(arguments: "help", "kernels").lines
    let count = KernelVersion.allCases.count
    let column = try #require(KernelVersion.allCases.firstIndex(of: kernel))
    let rows = help.map { $0.split(separator: " ") }.filter { $0.count > count }
    #expect(
      rows.count { $0.suffix(count).allSatisfy { ["on", "-"].contains($0) } } == Switch.all.count)
    let on = rows.filter { $0.suffix(count)[$0.endIndex - count + column] == "on" }
    let names = on.map { $0[0] }.joined(separator: ",")
    let info = run("boot --kernel \(kernel.text)\ninfo").lines
    #expect(info.contains("switches: \(names)"))
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
