import Glibc
import TestSupport
import Testing

/// `run --echo`, `--verify` and `--rewrite`: scripts with their answers.
struct EchoTests {
  private let folder: TemporaryFolder
  private var script: String { folder.path + "/s.vmem" }

  private static let source = """
    # a story
    boot --memory 64M --cpus 2

      s = get_vm_area 64K --flags sparse   # one
    @alloc_pages 1
    repeat 2 {
      echo two
      repeat 2 { echo three }
    }
    expect ERANGE vm_area_map_pages s s+64K..s+68K null
    vm_area_map_pages s s+64K..s+68K null
    vmallocinfo
    # the end

    """

  private static let echoed = """
    # vmemctl 0.1.0, kernel 6.18, 64 MiB, 2 CPUs, seed 1
    # a story
    boot --memory 64M --cpus 2

      s = get_vm_area 64K --flags sparse   # one
    #= 0xffffc90000000000
    @alloc_pages 1
    repeat 2 {
      echo two
      repeat 2 { echo three }
    }
    #= two
    #= three
    #= three
    #= two
    #= three
    #= three
    expect ERANGE vm_area_map_pages s s+64K..s+68K null
    #= -ERANGE
    vm_area_map_pages s s+64K..s+68K null
    #= -ERANGE
    vmallocinfo
    #= 0xffffc90000000000-0xffffc90000011000   69632 vmemctl+0x0/0x0 sparse
    # the end

    """

  init() throws { folder = try TemporaryFolder() }

  private func run(_ words: String...) throws -> Command {
    try Command.run([TestFiles.vmemctl, "run"] + words)
  }

  private func write(_ text: String) throws {
    try folder.write(Array(text.utf8), to: "s.vmem")
  }

  @Test func theEchoIsAScriptAgain() throws {
    try write(Self.source)
    let echo = try run("--echo", "--keep-going", script)
    #expect(echo.status == 1 && echo.outputText == Self.echoed)
    try write(Self.echoed)
    #expect(try run("--echo", "--keep-going", script).outputText == Self.echoed)
    let input = try Command.vmemctl("run", "--echo", "--keep-going", "-", input: Self.source)
    #expect(input.outputText == Self.echoed)
  }

  @Test func whatIsNoLineStaysWhereItIs() throws {
    let marked = Array("\u{feff}#!/usr/bin/env vmemctl\necho a\n".utf8)
    try folder.write(marked, to: "s.vmem")
    let echo = try run("--echo", script)
    let header = "# vmemctl 0.1.0, kernel 6.18, 1 GiB, 1 CPU, seed 1\n"
    #expect(
      echo.outputText == "\u{feff}#!/usr/bin/env vmemctl\n" + header + "echo a\n#= a\n")
    try folder.write(echo.output, to: "s.vmem")
    #expect(try run("--echo", script).output == echo.output)
    try write("kcore -\n")
    let dump = try run("--echo", script)
    #expect(dump.status == 65 && dump.errorText.contains("name a file"))
  }

  /// A line that stops the script is the last with an answer; what follows stands as it is.
  @Test func aScriptThatStopsIsWholeAllTheSame() throws {
    try write(Self.source)
    let echo = try run("--echo", script)
    #expect(echo.status == 1 && echo.errorText.contains("s.vmem:11: vm_area_map_pages: ERANGE"))
    #expect(echo.outputText.hasSuffix("null\n#= -ERANGE\nvmallocinfo\n# the end\n"))
  }

  @Test func equalAnswersAreNoMistakes() throws {
    try write(Self.echoed)
    let verified = try run("--verify", script)
    #expect(verified.status == 0 && verified.errorText.isEmpty)
    #expect(verified.outputText == "5 of 5 answers as written\n")
    // What has no answer in the script is not compared, and stops it as ever.
    try write("vmalloc 0\nvmalloc 4K\n#= 0xffffc90000000000\n")
    let stopped = try run("--verify", script)
    #expect(stopped.status == 3 && stopped.outputText == "0 of 0 answers as written\n")
  }

  @Test func differencesAreShown() throws {
    try write(Self.echoed.replacing("#= three\n#= three\n#= two", with: "#= three\n#= two"))
    let verified = try run("--verify", script)
    #expect(verified.status == 2)
    #expect(
      verified.outputText == """
        \(script):11: }
        +three
        4 of 5 answers as written

        """)
  }

  @Test func differencesAreObjects() throws {
    try write("echo \"a \\\"b\"\n#= a\nvmalloc 4K\n#= 0xffffc90000000000\n")
    let verified = try run("--verify", "--json", script)
    #expect(verified.status == 2)
    #expect(verified.lines.allSatisfy { JSONText.isObject($0) })
    #expect(
      verified.lines.first.flatMap { JSONText.keys($0) }
        == ["file", "line", "text", "wanted", "answer"])
    #expect(verified.lines.first?.hasSuffix(#""wanted":["a"],"answer":["a \"b"]}"#) == true)
    #expect(verified.lines.last == #"{"answers":2,"same":1}"#)
  }

  @Test func theFileIsRewrittenOrLeft() throws {
    let old = Self.echoed.replacing("-ERANGE", with: "-EINVAL").replacing("64 MiB", with: "1 GiB")
    try write(old)
    chmod(script, 0o640)
    #expect(try run("--rewrite", script).status == 0)
    #expect(try TestFiles.read(script) == Self.echoed)
    var status = stat()
    #expect(stat(script, &status) == 0 && status.st_mode & 0o777 == 0o640)
    // Nothing announced that it fails.
    try write(Self.source)
    let left = try run("--rewrite", script)
    #expect(left.status == 1 && left.errorText.contains("left as it was"))
    #expect(try TestFiles.read(script) == Self.source)
    #expect(try run("--rewrite", "--keep-going", script).status == 1)
    #expect(try TestFiles.read(script) == Self.echoed)
  }

  @Test func anImageKeepsWhatIsEchoed() throws {
    try write("a = get_vm_area 4K\nrepeat 3 {\n  b = get_vm_area 4K\n  vfree b\n}\n")
    let image = folder.path + "/m.img"
    let echo = try run("--image", image, "--echo", script)
    #expect(echo.status == 0 && echo.lines.count == 13)
    let log = try Command.vmemctl("--image", image, "log").outputText
    #expect(log == "a = get_vm_area 4K\nrepeat 3 {\n  b = get_vm_area 4K\n  vfree b\n}\n")
  }

  @Test(arguments: [
    ["--verify", "--quiet", "x"], ["--echo", "--verify", "x"], ["--echo", "--json", "x"],
    ["--rewrite", "--json", "x"], ["--verify", "--tap", "x"],
    ["--rewrite", "-"], ["--echo", "--check", "x"],
  ])
  func contradictions(_ words: [String]) throws {
    #expect(try Command.run([TestFiles.vmemctl, "run"] + words).status == 64)
  }

  @Test func answersBehindNoLineAreDifferences() throws {
    try write("#= 5\nprint 5\n#= 5\n\n#= 6\n#= 7\nprint 1\n")
    let ran = try run("--verify", script)
    #expect(ran.status == 2)
    #expect(ran.outputText.hasSuffix("1 of 3 answers as written\n"), "\(ran.outputText)")
    #expect(ran.outputText.contains("-6\n-7\n"))
  }

  @Test func carriageReturnsAreNoPartOfAnswers() throws {
    try write("print 5\r\n#= 5\r\n")
    #expect(try run("--verify", script).status == 0)
  }

  /// An answer does not say that a WARN came: a message does.
  @Test func warningsAreToldWhereAnswersAreEqual() throws {
    try write("vfree 0xffffc90000100000\n#= 0\nvm_area_map_pages 0 0..4K null\n#= -ENOENT\n")
    let ran = try run("--verify", script)
    #expect(ran.status == 0 && ran.outputText == "2 of 2 answers as written\n")
    #expect(ran.errorText.contains("vfree") && !ran.errorText.contains("vm_area_map_pages"))
  }

  @Test func whatASilentLineReadIsGone() throws {
    try write("s = vmalloc 4K\n@read s 4\necho hello\n@expect fault read 0 4\necho bye\n")
    let ran = try run(script)
    #expect(ran.lines.dropFirst() == ["hello", "bye"])
  }
}
