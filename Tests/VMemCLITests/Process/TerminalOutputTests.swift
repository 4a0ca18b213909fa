import TestSupport
import Testing

/// What `run` shows on a terminal, and what a pipe gets.
struct TerminalOutputTests {
  private let folder: TemporaryFolder
  private var script: String { folder.path + "/s.vmem" }

  private static let source = """
    s = get_vm_area 16K --flags sparse
    @vmalloc 4K
    let n = 3
    repeat 2 { print n }   # twice
    expect ERANGE vm_area_map_pages s s+16K..s+20K null
    echo said
    print '7'
    get_vm_area 0

    """

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Array(Self.source.utf8), to: "s.vmem")
  }

  private func onATerminal(_ words: [String], noColour: String = "") throws -> String {
    let terminal = try PseudoTerminal(
      [TestFiles.vmemctl, "run"] + words, columns: 80, environment: ["NO_COLOR": noColour])
    _ = terminal.shows("\0", seconds: 2)
    _ = try terminal.end()
    return terminal.seen.replacing("\r\n", with: "\n")
  }

  private static let shown = """
    DIMs = get_vm_area 16K --flags sparseOFF
    0xffffc90000000000
    DIMprint nOFF
    3
    DIMprint nOFF
    3
    DIMexpect ERANGE vm_area_map_pages s s+16K..s+20K nullOFF
    YELLOW-ERANGEOFF
    said
    DIMprint '7'OFF
    7
    DIMget_vm_area 0OFF
    REDNULLOFF

    """

  private static func text(coloured: Bool) -> String {
    var text = shown
    for (word, code) in [("DIM", "2"), ("OFF", "0"), ("YELLOW", "33"), ("RED", "31")] {
      text = text.replacing(word, with: coloured ? "\u{1b}[\(code)m" : "")
    }
    return text
  }

  @Test func linesStandBeforeTheirAnswers() throws {
    #expect(try onATerminal([script]).hasPrefix(Self.text(coloured: true)))
    #expect(try onATerminal([script], noColour: "1").hasPrefix(Self.text(coloured: false)))
    #expect(
      try onATerminal(["--color", "never", script]).hasPrefix(Self.text(coloured: false)))
  }

  /// A pipe gets answers alone, in colour only when told to.
  @Test func aPipeGetsAnswers() throws {
    let plain = "0xffffc90000000000\n3\n3\n-ERANGE\nsaid\n7\nNULL\n"
    #expect(try Command.vmemctl("run", script).outputText == plain)
    #expect(
      try Command.vmemctl("run", "--color", "always", script).outputText
        == plain.replacing("-ERANGE", with: "\u{1b}[33m-ERANGE\u{1b}[0m")
        .replacing("NULL", with: "\u{1b}[31mNULL\u{1b}[0m"))
  }

  /// What other programs read has neither lines nor colour, wherever it goes.
  @Test(arguments: ["--quiet", "--tap", "--json", "--echo"])
  func otherForms(_ option: String) throws {
    let shown = try onATerminal([option, "--keep-going", script])
    let piped = try Command.vmemctl("run", option, "--keep-going", script).outputText
    #expect(
      shown.replacing("\u{1b}[1mvmemctl:\u{1b}[0m", with: "").contains("\u{1b}")
        == (option == "--quiet"))
    // Messages stand between the last two lines.
    if option == "--echo" {
      let lines = piped.split(separator: "\n").dropLast(2).joined(separator: "\n")
      #expect(shown.hasPrefix(lines))
    }
  }

  /// Faults, signals and BUGs are wrong answers, too; so are those of single commands.
  @Test(arguments: [
    ("read 0xffffc90000000000 1", "-EFAULT"), ("vmap_pages_range 4K..4K pfn:600", "BUG"),
    ("find_vm_area 4K", "NULL"), ("vm_unmap_ram 0xffffc90000000000 1", "-ENOENT"),
  ])
  func wrongAnswers(_ line: String, _ answer: String) throws {
    #expect(try Command.vmemctl("--image", folder.path + "/m.img", "boot").status == 0)
    let words = ["--image", folder.path + "/m.img", "--color", "always"]
    let ran = try Command.run(
      [TestFiles.vmemctl] + words + line.split(separator: " ").map(String.init))
    #expect(ran.outputText == "\u{1b}[31m\(answer)\u{1b}[0m\n")
  }
}
