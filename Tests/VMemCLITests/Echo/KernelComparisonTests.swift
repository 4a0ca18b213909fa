import TestSupport
import Testing

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

  /// What is no script is told once.
  @Test func mistakesAreTheScripts() throws {
    let ran = try run("--kernel", "all", input: "frob\nread Q 1\n")
    #expect(ran.status == 65)
    #expect(ran.errorText.split(separator: "\n").count { $0.hasPrefix("vmemctl: ") } == 2)
  }
}
