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
                    get_vm_area: bug: called in an interrupt
          7.0       0xffffc90000000000
                    get_vm_area: 0xffffc90000000000, warn (sleeping function called from invalid context: \
        alloc_vmap_area)
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
      first.hasPrefix(
        #"{"file":"<stdin>","line":4,"text":"a = get_vm_area 16K","answers":"#
          + #"[{"kernels":["6.18"],"answer":["BUG"],"exit":3,"message":"get_vm_area: bug: "#
          + #"called in an interrupt"},{"kernels":["7.0"],"answer":["0xffffc90000000000"],"exit":3,"#
          + #""message":"get_vm_area: 0xffffc90000000000, warn (sleeping "#))
    #expect(compared.lines.count == 2)
  }

  @Test(arguments: [
    ["--kernel", "6.19"], ["--kernel", ""], ["--same"], ["--kernel", "all", "--image", "m.img"],
    ["--kernel", "all", "--echo"], ["--kernel", "all", "--tap"], ["--kernel"],
    ["--kernel", "all", "--quiet"],
  ])
  func refused(_ words: [String]) throws {
    let ran = try Command.run(
      [TestFiles.vmemctl, "run", "-"] + words, input: Array("echo a\n".utf8))
    #expect(ran.status == 64 && ran.output.isEmpty)
  }

  /// What fails on all of them is told as one kernel tells it, and once.
  @Test func whatFailsEverywhereIsTold() throws {
    let script = "a = get_vm_area 16K\nrepeat 3 {\n  free_vm_area a+1\n}\nvfree a\n"
    for words in [[], ["--json"]] {
      let ran = try Command.run(
        [TestFiles.vmemctl, "run", "--kernel", "all", "-"] + words, input: Array(script.utf8))
      #expect(ran.status == 3)
      #expect(ran.outputText == (words.isEmpty ? "3 of 3 lines the same\n" : ""))
      let lines = ran.errorText.split(separator: "\n")
      #expect(lines.count == 1, "\(ran.errorText)")
      #expect(
        lines.first?.hasPrefix("vmemctl: <stdin>:3: free_vm_area: EINVAL, warn (WARNING in ")
          == true)
    }
  }

  /// An assertion, a WARN or an announcement that only some kernels meet prints nothing, and differs.
  @Test func whatPrintsTheSameMayDiffer() throws {
    let script = """
      boot --memory 64M
      P = alloc_pages 1
      iounmap 0xffffffffc0000000
      assert pagetables.pte eq 5
      kcore --notes VMALLOC_START

      """
    let compared = try run("--kernel", "6.6,6.12", input: script)
    #expect(
      compared.outputText.hasPrefix(
        """
        <stdin>:3: iounmap 0xffffffffc0000000
          6.6   0
                iounmap: note: nothing was done: no area at 0xffffffffc0000000
          6.12  0
                iounmap: 0, warn (WARNING in iounmap): address 0xffffffffc0000000 is outside the \
        vmalloc window

        """))
    // It fails on both, and is told beside the table.
    #expect(compared.errorText.contains("<stdin>:4: assert: expected pagetables.pte eq 5"))
    #expect(compared.lines.last == "3 of 5 lines the same")
    #expect(compared.status == 3)
    let json = try run("--kernel", "6.6,6.12", "--json", input: script)
    #expect(
      json.lines.first?.contains(
        #""kernels":["6.12"],"answer":["0"],"exit":3,"message":"iounmap: "#) == true)
    #expect(try run("--kernel", "6.6,6.12", "--same", input: script).status == 3)
    let warns = "boot --memory 64M\nexpect warn iounmap 0xffffffffc0000000\n"
    #expect(try run("--kernel", "6.6,6.12", "--same", input: warns).status == 2)
  }

  private static let named =
    Switch.all.map { "\($0.name)" } + BuildOption.all.map { "\($0.name)" }

  /// The lines that `help` shows of a difference are answered otherwise in the way that it says: by the
  /// kernels of its command, or by the machines of its two boot lines.
  @Test(arguments: named)
  func linesOfHelpShowADifference(_ name: String) throws {
    let help = try Command.vmemctl("help", name).lines.map(String.init)
    let start = try #require(
      help.firstIndex { $0.hasPrefix("Lines that") || $0.hasPrefix("No two") })
    let lines = help[start...].filter { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
    guard
      let kernels = help[start].split(separator: " ").drop(while: { $0 != "--kernel" })
        .dropFirst().first
    else {
      // The second boot line stands there as a comment.
      try #require(lines[0].hasPrefix("boot ") && lines[1].hasPrefix("# boot "))
      let other = [String(lines[1].dropFirst(2))] + lines.dropFirst(2)
      let answers = try [lines, other].map { lines in
        let source = Array((lines.joined(separator: "\n") + "\n").utf8)
        return try Command.run([TestFiles.vmemctl, "run", "--keep-going", "-"], input: source)
      }
      #expect(!answers.contains { $0.status == 65 }, "\(answers[0].errorText)")
      #expect(answers[0].outputText != answers[1].outputText)
      return
    }
    let ran = try run("--kernel", String(kernels), input: lines.joined(separator: "\n") + "\n")
    let words = (ran.lines.last ?? "").split(separator: " ")
    try #require(words.count == 6 && words[5] == "same", "\(ran.errorText)")
    #expect(words[0] != words[2])
  }

  @Test func helpNamesTheKernelsOnBothSides() throws {
    #expect(try Command.vmemctl("help", "sparse").outputText.contains("run --kernel 6.6,6.12 FILE"))
    #expect(try Command.vmemctl("help", "udmabuf_head_page").outputText.contains("6.6,6.12,6.18 "))
    #expect(
      try Command.vmemctl("help", "pks").outputText.contains("No two released kernels differ"))
    #expect(
      try Command.vmemctl("help", "vmap_huge").outputText.contains("  # boot --without vmap_huge"))
    #expect(try Command.vmemctl("help", "nr-cpus-8192").outputText.contains("--config no_nr_cpus"))
  }

  /// What is no script is told once.
  @Test func mistakesAreTheScripts() throws {
    let ran = try run("--kernel", "all", input: "frob\nread Q 1\n")
    #expect(ran.status == 65)
    #expect(ran.errorText.split(separator: "\n").count { $0.hasPrefix("vmemctl: ") } == 2)
  }
}
