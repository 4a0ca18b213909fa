import TestSupport
import Testing
import VMem
import VMemScript

/// `run --kernel`: one script under several kernels.
struct KernelComparisonTests {
  private static let source = """
    boot --kernel 7.0 --memory 64M
    echo same
    context softirq
    a = get_vm_area 16K
    context process
    repeat 2 {
      vmallocinfo
    }

    """

  private func run(_ words: String..., input: String = source) throws -> Command {
    try Command.run([TestFiles.vmemctl, "run"] + words + ["-"], input: Array(input.utf8))
  }

  @Test func onlyWhatDiffersIsShown() throws {
    let compared = try run("--kernel", "6.1,6.18,7.0")
    #expect(
      compared.outputText == """
        <stdin>:4: a = get_vm_area 16K
          6.1 6.18  BUG
          7.0       0xffffc90000000000
        <stdin>:8: }
          6.1 6.18  (nothing)
          7.0       0xffffc90000000000-0xffffc90000005000   20480 vmemctl+0x0/0x0
                    0xffffc90000000000-0xffffc90000005000   20480 vmemctl+0x0/0x0
        4 of 6 lines the same

        """)
    // The worst of the three runs.
    #expect(compared.status == 3 && compared.errorText.isEmpty)
  }

  @Test func linesThatAllHaveAreLeftOutOfLongAnswers() throws {
    let compared = try run("--kernel", "7.0,7.1", input: "boot --memory 64M\nvmstat\n")
    #expect(
      compared.outputText == """
        <stdin>:2: vmstat
          7.0  (nothing more)
          7.1  nr_vmalloc 0
        1 of 2 lines the same

        """)
  }

  @Test func sameIsAnExpectation() throws {
    let script = "boot --memory 64M\nget_vm_area 16K\n"
    let same = try run("--kernel", "all", "--same", input: script)
    #expect(same.status == 0 && same.outputText == "2 of 2 lines the same\n")
    let other = "boot --memory 64M\nvmallocinfo\nvmstat\n"
    #expect(try run("--kernel", "7.0,7.1", input: other).status == 0)
    #expect(try run("--kernel", "7.0,7.1", "--same", input: other).status == 2)
  }

  @Test func jsonHasAnObjectForEachLine() throws {
    let compared = try run("--kernel=6.18,7.0", "--json")
    let first = String(compared.lines.first ?? "")
    #expect(
      first
        == #"{"file":"<stdin>","line":4,"text":"a = get_vm_area 16K","answers":"#
        + #"[{"kernels":["6.18"],"answer":["BUG"]},"#
        + #"{"kernels":["7.0"],"answer":["0xffffc90000000000"]}]}"#)
    #expect(compared.lines.count == 2)
  }

  @Test(arguments: [
    ["--kernel", "6.19"], ["--kernel", ""], ["--same"], ["--kernel", "all", "--image", "m.img"],
    ["--kernel", "all", "--echo"], ["--kernel", "all", "--tap"], ["--kernel"],
  ])
  func refused(_ words: [String]) throws {
    let ran = try Command.run(
      [TestFiles.vmemctl, "run", "-"] + words, input: Array("echo a\n".utf8))
    #expect(ran.status == 64 && ran.output.isEmpty)
  }

  /// The lines that `help SWITCH` shows are answered otherwise by kernels on the two sides of a change.
  @Test(arguments: Switch.all.map { "\($0.name)" })
  func linesOfASwitchShowIt(_ name: String) throws {
    let one = try #require(Switch.all.first { "\($0.name)" == name })
    let script = try #require(SwitchScript.all.first { "\($0.name)" == name })
    let sides = zip(KernelVersion.released, KernelVersion.released.dropFirst()).filter {
      one.kernels.contains($0) != one.kernels.contains($1)
    }
    let differences = try sides.map { before, after in
      let ran = try run("--kernel", "\(before.text),\(after.text)", input: "\(script.lines)\n")
      let words = (ran.lines.last ?? "").split(separator: " ")
      try #require(words.count == 6 && words[5] == "same", "\(ran.errorText)")
      return words[0] != words[2]
    }
    // Both names of that line of VMCOREINFO are of one length: no size tells them apart.
    #expect(differences.isEmpty || differences.contains(true) || name == "compound_info")
  }

  /// What is no script is told once.
  @Test func mistakesAreTheScripts() throws {
    let ran = try run("--kernel", "all", input: "frob\nread Q 1\n")
    #expect(ran.status == 65)
    #expect(ran.errorText.split(separator: "\n").count { $0.hasPrefix("vmemctl: ") } == 2)
  }
}
