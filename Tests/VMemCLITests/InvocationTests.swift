import Testing

@testable import VMemCLI

@Suite struct InvocationTests {
  private func line(_ words: String..., isJSON: Bool = false) -> Invocation {
    .line(LineOptions(isJSON: isJSON), words: words)
  }

  @Test func anyOtherWordIsALineOfTheLanguage() {
    #expect(Invocation(["info", "--hash"]) == line("info", "--hash"))
    #expect(Invocation(["a", "=", "get_vm_area", "16K"]) == line("a", "=", "get_vm_area", "16K"))
    #expect(Invocation(["@a", "=", "get_vm_area", "16K"]) == line("@a", "=", "get_vm_area", "16K"))
  }

  @Test func jsonMayStandAnywhere() {
    #expect(Invocation(["--json", "info"]) == line("info", isJSON: true))
    #expect(Invocation(["info", "--json"]) == line("info", isJSON: true))
  }

  @Test func helpAboutAVerb() {
    #expect(Invocation(["walk", "--help"]) == line("help", "walk"))
    #expect(Invocation(["help", "walk"]) == line("help", "walk"))
    #expect(Invocation(["help", "run"]) == .process)
  }

  @Test func run() {
    var options = RunOptions()
    options.files = ["a", "-", "b"]
    options.keepsGoing = true
    options.isQuiet = true
    #expect(Invocation(["run", "a", "--quiet", "-", "--keep-going", "b"]) == .run(options))
    options = RunOptions()
    options.files = ["a"]
    options.isTAP = true
    #expect(Invocation(["run", "--tap", "a"]) == .run(options))
    options.isTAP = false
    options.isJSON = true
    #expect(Invocation(["--json", "run", "a"]) == .run(options))
  }

  @Test(arguments: [
    [], ["--help"], ["--version"], ["--bogus"], ["run"], ["run", "--bogus", "a"],
    ["run", "--help"],
    ["run", "--tap", "--json", "a"], ["bench"], ["bench", "boot"],
  ])
  func argumentParserHasTheRest(_ arguments: [String]) {
    #expect(Invocation(arguments) == .process)
  }
}
