import TestSupport
import Testing
import VMem
import VMemScript

/// What help says a verb answers, beside what verbs have answered.
@Suite struct AnswerTests {
  private static let verbs = VerbTable().verbs

  /// The answers of a verb as lines `WORD RULE`.
  private static func listed(_ verb: Verb) -> Set<String> {
    Set(verb.answers.flatMap { answer in answer.rules.map { "\(answer.kind.word) \($0)" } })
  }

  @Test func everyRuleIsNamedByAVerb() {
    let named = Set(Self.verbs.flatMap { $0.answers.flatMap { $0.rules.map(\.description) } })
    #expect(Rule.all.map(\.description).filter { !named.contains($0) } == [])
  }

  /// Rules tell notes and refusals apart, and so do the lists.
  @Test func whatOnlyTellsRefusesNothing() {
    for verb in Self.verbs {
      for answer in verb.answers where answer.kind != .noted {
        let notes = answer.rules.filter(\.tellsWhatElse)
        #expect(notes == [], "\(verb.name)")
      }
    }
  }

  /// What verbs were seen to answer when all scripts of the tests ran: examples, recorded kernels,
  /// injected failures, every kernel switch.
  @Test func whatWasSeenIsListed() throws {
    for line in try Fixture.text("answers/seen.txt").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let verb = try #require(VerbTable().find(words[0]), "\(line)")
      let answer = words.dropFirst().joined(separator: " ")
      #expect(Self.listed(verb).contains(answer), "\(line)")
    }
  }

  @Test(arguments: Example.all.map { "\($0.path)" }.filter { $0.hasSuffix(".vmem") })
  func examplesAnswerWhatIsListed(_ path: String) throws {
    check(try TestFiles.read("\(TestFiles.root)/examples/\(path)"))
  }

  @Test(arguments: 1...(FuzzTests.isLong ? 400 : 3) as ClosedRange<UInt64>)
  func randomLinesAnswerWhatIsListed(_ number: UInt64) {
    var lines = RandomLines(seed: 1000 + number)
    check(lines.script(200, defers: false))
  }

  /// Runs a script and compares what its lines answer with the lists.
  private func check(_ script: String) {
    let result = run(script) { options in
      options.json = true
      options.keepGoing = true
    }
    for line in result.lines {
      guard let name = Self.field("verb", line), name != "step",
        let verb = VerbTable().find(name)
      else { continue }
      if let rule = Self.field("rule", line), rule != "script", rule != "assertion",
        let answer = Self.field("result", line)
      {
        let word = answer == "-EFAULT" && line.contains("\"type\":\"fault\"") ? "fault" : answer
        #expect(Self.listed(verb).contains("\(word) \(rule)"), "\(line)")
      }
      if line.contains("\"type\":\"null\"") {
        #expect(verb.answers.contains { $0.kind == .refused(.null) }, "\(line)")
      }
      if line.contains("\"warnings\":[\"WARN") || line.contains("\"warnings\":[\"sleeping") {
        #expect(verb.answers.contains { $0.kind == .warned }, "\(line)")
      }
    }
  }

  private static func field(_ name: String, _ json: some StringProtocol) -> String? {
    let parts = json.split(
      separator: "\"\(name)\":\"", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? String(parts[1].prefix { $0 != "\"" }) : nil
  }

  // MARK: Help

  /// What help says a verb returns it also says when, and nothing that the verb never answers.
  @Test(arguments: verbs.map { "\($0.name)" })
  func everyOutcomeSaysWhen(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    let separators: Set<Character> = [" ", ",", ";", ":", "."]
    let words = Set("\(verb.returns)".split { separators.contains($0) }.map(String.init))
    // An access that faults answers with an errno, and `expect` calls it a fault.
    let said = verb.answers.map { $0.kind.word == "fault" ? "-EFAULT" : $0.kind.word }
    let isOutcome: (String) -> Bool = {
      $0.hasPrefix("-E") || $0.hasPrefix("SIG") || ["NULL", "BUG", "BLOCKED"].contains($0)
    }
    // vrealloc takes NULL, too.
    #expect(words.filter(isOutcome).filter { !said.contains($0) } == [])
    for answer in verb.answers {
      #expect(!answer.rules.isEmpty || !answer.others.isEmpty)
    }
  }

  @Test(arguments: [
    "find_vm_area 0x1000", "vmalloc_to_page 0xffffc90000000000",
    "vmalloc_to_pfn 0xffffc90000000000",
  ])
  func nullsThatAreNoRefusals(_ line: String) {
    let verb = line.split(separator: " ")[0]
    let ran = run(line) { $0.json = true }
    #expect(ran.output.contains("\"type\":\"null\""))
    let help = run(arguments: "help", String(verb)).lines
    #expect(help.contains { $0.hasPrefix("    NULL ") })
  }

  @Test(arguments: verbs.map { "\($0.name)" })
  func helpSaysWhen(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    let lines = run(arguments: "help", name).lines
    // The first line is one, so that it can be copied, and so is a command.
    let long = lines.dropFirst().filter {
      $0.unicodeScalars.count > 100 && !$0.hasPrefix("  bpftrace -e ")
    }
    #expect(long == [])
    for answer in verb.answers {
      let first = lines.filter { $0.hasPrefix("    \(answer.kind.word) ") }
      #expect(first.count == 1, "\(answer.kind.word)")
      let words = lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
      for condition in answer.rules.map(\.condition) + answer.others.map({ "\($0)" }) {
        #expect(words.contains(condition))
      }
    }
  }

  @Test func helpOfVmAreaMapPages() {
    let lines = run(arguments: "help", "vm_area_map_pages").lines
    let start = lines.firstIndex(of: "  answers when") ?? 0
    #expect(
      lines[start...].prefix(6) == [
        "  answers when",
        "    -E2BIG       PAGES pages are more than the MOST of RAM",
        "    -EBUSY       CPU N is in the middle of a call",
        "                 CPU N has a task that sleeps",
        "    -EINVAL      the area is not VM_SPARSE (flags FLAGS)",
        "                 the area has VM_FLUSH_RESET_PERMS (flags FLAGS)",
      ])
  }

  /// A condition is its rule's sentence with words for the values.
  @Test func conditionsAreSentences() {
    for rule in Rule.all {
      #expect(!rule.condition.isEmpty)
      #expect(!rule.condition.contains("{"), "\(rule)")
      #expect(!rule.condition.contains("|"), "\(rule)")
    }
    #expect(
      Rule.pastAreaEnd.condition == "end END is past the area's end AREA-END (guard page excluded)")
    #expect(Rule.nameInUse.condition == "the name stands for something that lives")
  }
}
