import Testing

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
    #expect(try Invocation(["help", "run"]) == .process(words: ["help", "run"]))
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

  @Test(arguments: [
    ["--help"], ["--version"], ["--bogus"], ["run"], ["run", "--bogus", "a"],
    ["run", "--help"],
    ["run", "--tap", "--json", "a"], ["bench"],
    ["bench", "boot"],
  ])
  func argumentParserHasTheRest(_ arguments: [String]) throws {
    let words = arguments.filter { $0 != "--json" }
    #expect(
      try Invocation(arguments)
        == .process(words: words + (words == arguments ? [] : ["--json"])))
  }

  @Test(arguments: [
    [], ["--json"], ["info", "--color"], ["info", "--color", "red"], ["--color="],
  ])
  func refused(_ arguments: [String]) {
    #expect(throws: ProcessFailure.self) { try Invocation(arguments) }
  }
}
