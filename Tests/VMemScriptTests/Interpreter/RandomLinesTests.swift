import Testing
import VMemScript

/// Lines of all verbs, in any order: never more than a refusal, and a machine that is sound.
@Suite struct RandomLinesTests {
  /// Whoever adds a verb says here, or among the lines that are mangled, how it is used.
  @Test func everyVerbIsAmongThem() {
    let words = (RandomLines.templates + FuzzTests.lines).flatMap {
      $0.split { " (|)".contains($0) }.map(String.init)
    }
    let missing = VerbTable().verbs.filter { $0.facts.contains(.changes) }.map { "\($0.name)" }
      .filter { !words.contains($0) }
    // The kernel's own tests take long; native stacks and modules belong to a process, and have tests as
    // one.
    #expect(Set(missing) == ["test_vmalloc", "stack_run", "insmod", "rmmod", "msleep"])
  }

  @Test(arguments: 1...(FuzzTests.isLong ? 400 : 3) as ClosedRange<UInt64>)
  func answersAreOfTheTable(_ number: UInt64) {
    let seed = FuzzTests.isLong ? UInt64.random(in: 1...1_000_000) : number
    var lines = RandomLines(seed: seed)
    for round in 0..<3 {
      let defers = round == 0
      let script = lines.script(100, defers: defers)
      let result = run(script) { $0.keepGoing = true }
      #expect(
        [0, 1, 2, 3].contains(result.exit.rawValue) || defers && result.exit.rawValue == 4,
        "seed \(seed), round \(round): \(result.messages.suffix(500))\n\(script)")
    }
  }
}
