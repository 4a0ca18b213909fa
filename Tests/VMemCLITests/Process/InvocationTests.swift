import TestSupport
import Testing
import VMemBench
import VMemScript

@testable import VMemCLI

@Suite struct InvocationTests {
  private func line(_ words: String..., isJSON: Bool = false) -> Invocation {
    var options = LineOptions()
    options.isJSON = isJSON
    return .line(options, words: words)
  }

  @Test func anyOtherWordIsALineOfTheLanguage() throws {
    #expect(try Invocation(["info", "--hash"]) == line("info", "--hash"))
    #expect(
      try Invocation(["a", "=", "get_vm_area", "16K"]) == line("a", "=", "get_vm_area", "16K"))
    #expect(
      try Invocation(["@a", "=", "get_vm_area", "16K"]) == line("@a", "=", "get_vm_area", "16K"))
  }

  @Test func jsonMayStandAnywhere() throws {
    #expect(try Invocation(["--json", "info"]) == line("info", isJSON: true))
    #expect(try Invocation(["info", "--json"]) == line("info", isJSON: true))
  }

  @Test(arguments: [
    ["--color", "never", "info"], ["info", "--color", "never"], ["info", "--color=never"],
  ])
  func colourMayStandAnywhere(_ arguments: [String]) throws {
    var options = LineOptions()
    options.colour = .never
    #expect(try Invocation(arguments) == .line(options, words: ["info"]))
  }

  @Test func helpAboutAVerb() throws {
    #expect(try Invocation(["walk", "--help"]) == line("help", "walk"))
    #expect(try Invocation(["help", "walk"]) == line("help", "walk"))
    #expect(try Invocation(["help", "run"]) == .manual(.command(.run)))
    #expect(try Invocation(["run", "x", "--help"]) == .manual(.command(.run)))
    #expect(try Invocation(["shell", "-h"]) == .manual(.command(.shell)))
    #expect(try Invocation(["--help"]) == .manual(.overview))
    #expect(try Invocation(["--version"]) == .manual(.version))
  }

  @Test func run() throws {
    var options = RunOptions()
    options.files = ["a", "-", "b"]
    options.keepsGoing = true
    options.isQuiet = true
    #expect(try Invocation(["run", "a", "--quiet", "-", "--keep-going", "b"]) == .run(options))
    options = RunOptions()
    options.files = ["a"]
    options.isTAP = true
    #expect(try Invocation(["run", "--tap", "a"]) == .run(options))
    options.isTAP = false
    options.line.isJSON = true
    #expect(try Invocation(["--json", "run", "a"]) == .run(options))
  }

  @Test func optionsGoWhereTheLineGoes() throws {
    #expect(
      try Invocation(["--json", "bench", "boot", "--color=never", "--rounds", "2"])
        == .bench(BenchCommand(words: ["boot", "--rounds", "2"], isJSON: true)))
    var options = LineOptions()
    options.image = "i"
    options.isForced = true
    #expect(try Invocation(["boot", "--force", "--image=i"]) == .line(options, words: ["boot"]))
  }

  @Test(arguments: ["--durable", "--no-wait", "--force"])
  func aboutAnImage(_ option: String) throws {
    let refused = try Command.vmemctl("run", "-", option)
    #expect(refused.status == 64 && refused.errorText.contains("needs --image"))
    let folder = try TemporaryFolder()
    let ran = try Command.vmemctl(
      "run", option, "--image", folder.path + "/m.img", "-", input: "vmalloc 4K\n")
    #expect(ran.outputText == "0xffffc90000000000\n")
  }

  @Test func whatAShellWouldIgnoreIsRefused() throws {
    #expect(try Command.vmemctl("shell", "--force").status == 64)
    let piped = try Command.vmemctl("shell", "--durable", input: "info\n")
    #expect(piped.status == 64 && piped.errorText.contains("needs --image"))
  }

  @Test func forceBelongsToBoot() throws {
    let refused = try Command.vmemctl("info", "--force")
    #expect(refused.status == 64 && refused.errorText.contains("`boot`"))
  }

  @Test(arguments: [
    ["bench"], ["bench", "--help"], ["help", "bench"], ["bench", "areas", "-h"],
    ["help", "bench", "areas"],
  ])
  func helpAboutBenchmarks(_ arguments: [String]) throws {
    let text = try BenchCommand.help(arguments.contains("areas") ? ["areas"] : [])
    #expect(try Invocation(arguments) == .manual(.bench(text)))
  }

  @Test(arguments: [["walk"], ["run"], ["bench", "areas"], ["--json", "walk"], ["nonsense"]])
  func whatFollowsHelpIsItsTopic(_ words: [String]) throws {
    #expect(try Invocation(["--help"] + words) == Invocation(["help"] + words))
    #expect(try Invocation(["-h"] + words) == Invocation(["help"] + words))
  }

  @Test func nothingFollowsVersion() throws {
    let refused = try Command.vmemctl("--version", "x")
    #expect(refused.status == 64 && refused.errorText.contains("--version takes no `x`"))
  }

  @Test(arguments: [
    ("--nonsense", "the program has no option `--nonsense`"),
    ("-x", "the program has no option `-x`"),
    ("--imag=i", "the program has no option `--imag=i`; did you mean --image?"),
    ("--versoin", "the program has no option `--versoin`; did you mean --version?"),
  ])
  func unknownOption(_ word: String, _ message: String) throws {
    let ran = try Command.vmemctl(word)
    #expect(ran.status == 64 && ran.outputText == "")
    #expect(ran.errorText == "vmemctl: \(message)\n\(VmemctlCommand.usage)\n")
  }

  @Test(arguments: ["--image=i", "--durable", "--no-wait", "--force"])
  func noBenchmarkHasAnImage(_ option: String) {
    let name = option.prefix { $0 != "=" }
    let misuse = #expect(throws: Misuse.self) { try Invocation(["bench", "boot", option]) }
    #expect(misuse?.message == "bench has no use for \(name)")
  }

  @Test(arguments: [
    [], ["--json"], ["run"], ["run", "--bogus", "a"], ["run", "--tap", "--json", "a"],
    ["run", "--tap", "a", "b"], ["shell", "x"], ["shell", "--force"], ["info", "--color"],
    ["info", "--color", "red"], ["--color="], ["--bogus"], ["help", "bench", "nothing"],
    ["bench", "nothing", "--help"],
  ])
  func refused(_ arguments: [String]) {
    #expect(throws: Misuse.self) { try Invocation(arguments) }
  }
}
