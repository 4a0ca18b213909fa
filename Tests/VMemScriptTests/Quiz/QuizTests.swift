import TestSupport
import Testing
import VMem
import VMemScript

/// Exercises: 100 seeds of each topic, solved here once more by other means.
@Suite struct QuizTests {
  private static let table = VerbTable()

  private func numbers(_ text: String) -> [UInt64] {
    text.split { !($0.isHexDigit || $0 == "x") }.compactMap {
      $0.hasPrefix("0x") ? UInt64($0.dropFirst(2), radix: 16) : UInt64($0)
    }
  }

  /// Kilobytes behind a plus: `s+12K` is 3.
  private func pages(_ word: Substring) -> Int {
    Int(word.split(separator: "+").last?.dropLast() ?? "").map { $0 / 4 } ?? 0
  }

  private func index(_ word: Substring) -> Int {
    Int(word.split(separator: "[").last?.dropLast() ?? "") ?? 0
  }

  private func words(_ quiz: Quiz) -> [[Substring]] { quiz.lines.map { $0.split(separator: " ") } }

  /// The answer by a calculation of its own, from the exercise's lines and question.
  private func answer(_ quiz: Quiz) throws -> UInt64 {
    switch quiz.topic {
    case .walk: try walk(quiz)
    case .levels: levels(quiz)
    case .sparse: sparse(quiz)
    case .fit: fit(quiz)
    case .tlb: tlb(quiz)
    case .faults: faults(quiz)
    case .kmap: kmap(quiz)
    case .arena: arena(quiz)
    }
  }

  /// From the page that the lines map there; only the frame of a page is the machine's to say.
  private func walk(_ quiz: Quiz) throws -> UInt64 {
    let address = try #require(numbers(quiz.question).last)
    let slot = Int((address - 0xffff_c900_0000_0000) >> 12)
    let line = try #require(
      words(quiz).first {
        $0[0] == "@vm_area_map_pages" && pages($0[2].split(separator: ".")[0]) == slot
      })
    let page = run(quiz.lines.joined(separator: "\n") + "\npage P[\(index(line[3]))]")
    let pfn = try #require(
      page.lines.last?.split(separator: " ").first?.split(separator: "=").last.flatMap {
        UInt64($0)
      })
    return pfn * 4096 + address % 4096
  }

  /// Parts of 2 MiB, 1 GiB (and 512 GiB with five levels) that the second range adds.
  private func levels(_ quiz: Quiz) -> UInt64 {
    func range(_ text: Substring) -> Range<UInt64> {
      let start = numbers(String(text))[0]
      let kilobytes = UInt64(text.split(separator: "+")[1].prefix { $0 != "K" && $0 != "`" }) ?? 0
      return start..<start + kilobytes * 1024
    }
    let first = range(words(quiz)[1][1])
    let asked = quiz.question.split(separator: " ").filter { $0.contains("..+") }
    let second = range(asked[1])
    var added: UInt64 = 0
    for shift in quiz.lines[0].contains("levels 5") ? [21, 30, 39] : [21, 30] {
      func parts(_ range: Range<UInt64>) -> Set<UInt64> {
        Set(stride(from: range.lowerBound, to: range.upperBound, by: 4096).map { $0 >> shift })
      }
      added += UInt64(parts(second).subtracting(parts(first)).count)
    }
    return added
  }

  private func sparse(_ quiz: Quiz) -> UInt64 {
    var mapped: Set<Int> = []
    for line in words(quiz) where line[0].hasPrefix("@vm_area_") {
      let ends = line[2].split(separator: ".").map { pages($0) }
      for page in ends[0]..<ends[1] {
        if line[0].hasPrefix("@vm_area_map") { mapped.insert(page) } else { mapped.remove(page) }
      }
    }
    return UInt64(mapped.count)
  }

  private func fit(_ quiz: Quiz) -> UInt64 {
    let start: UInt64 = 0xffff_c900_0000_0000
    var busy: [String: Range<UInt64>] = [:]
    func lowest(_ pages: UInt64) -> UInt64 {
      var at = start
      for range in busy.values.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if at + (pages + 1) * 4096 <= range.lowerBound { break }
        at = max(at, range.upperBound)
      }
      return at
    }
    func kilobytes(_ word: Substring) -> UInt64 {
      UInt64(word.prefix { $0.isNumber }) ?? 0
    }
    for line in words(quiz) {
      if line[0] == "@free_vm_area" { busy[String(line[1])] = nil }
      guard line.count > 3, line[2] == "get_vm_area" else { continue }
      let pages = kilobytes(line[3]) / 4
      let at = lowest(pages)
      busy[String(line[0].dropFirst())] = at..<at + (pages + 1) * 4096
    }
    let asked = quiz.question.split(separator: " ")
    let size =
      asked.firstIndex { $0.hasSuffix("get_vm_area") }.map { kilobytes(asked[$0 + 1]) } ?? 0
    return lowest(size / 4)
  }

  private func reads(_ quiz: Quiz) -> [(page: Int, writes: Bool)] {
    words(quiz).filter { $0[0] == "@read" || $0[0] == "@write" }.map {
      (pages($0[1]), $0[0] == "@write")
    }
  }

  private func tlb(_ quiz: Quiz) -> UInt64 {
    var entries: [Int: Int] = [:]
    var hits: UInt64 = 0
    for (page, _) in reads(quiz) {
      if entries.updateValue(page, forKey: page % 8) == page { hits += 1 }
    }
    return hits
  }

  private func faults(_ quiz: Quiz) -> UInt64 {
    var (present, writable): (Set<Int>, Set<Int>) = ([], [])
    var faults: UInt64 = 0
    for (page, writes) in reads(quiz) {
      if !present.contains(page) || writes && !writable.contains(page) { faults += 1 }
      present.insert(page)
      if writes { writable.insert(page) }
    }
    return faults
  }

  private func kmap(_ quiz: Quiz) -> UInt64 {
    var slots: [Int] = []
    let asked = quiz.question.split(separator: "`").first { $0.hasPrefix("kmap ") } ?? ""
    for line in words(quiz) + [asked.split(separator: " ")] {
      guard line[0].hasSuffix("kmap"), line[1].hasPrefix("H") else { continue }
      if !slots.contains(index(line[1])) { slots.append(index(line[1])) }
    }
    let slot = slots.firstIndex(of: index(asked.split(separator: " ")[1])) ?? 0
    return 0xffff_ffff_ff80_0000 + UInt64(slot + 1) * 4096
  }

  /// Free runs in the order in which they were entered; the shortest with room, the newest of equals.
  private func arena(_ quiz: Quiz) -> UInt64 {
    var runs: [Range<Int>] = [0..<64]
    var places: [String: Int] = [:]
    func take(_ count: Int) -> Int {
      let fitting = runs.indices.filter { runs[$0].count >= count }
      let best = fitting.min { (runs[$0].count, -$0) < (runs[$1].count, -$1) } ?? 0
      let run = runs.remove(at: best)
      if run.count > count { runs.append(run.lowerBound + count..<run.upperBound) }
      return run.lowerBound
    }
    for line in words(quiz) {
      if line.count > 3, line[2] == "arena_alloc_pages" {
        places[String(line[0].dropFirst())] = take(Int(line[4]) ?? 0)
      } else if line[0] == "@arena_free_pages" {
        let first = places[String(line[2])] ?? 0
        var freed = first..<first + (Int(line[3]) ?? 0)
        for run in runs
        where run.upperBound == freed.lowerBound || run.lowerBound == freed.upperBound {
          freed = min(run.lowerBound, freed.lowerBound)..<max(run.upperBound, freed.upperBound)
          runs.removeAll { $0 == run }
        }
        runs.append(freed)
      }
    }
    let asked = quiz.question.split(separator: "`").first { $0.hasPrefix("arena_") } ?? ""
    return 0x1000_0000_0000 + UInt64(take(Int(asked.split(separator: " ")[2]) ?? 0)) * 4096
  }

  @Test(arguments: QuizTopic.allCases)
  func hundredSeeds(_ topic: QuizTopic) throws {
    var answers: Set<UInt64> = []
    for seed in 1...100 as ClosedRange<UInt64> {
      let quiz = Quiz(topic, seed: seed)
      let solved = try #require(quiz.solved(Self.table), "\(topic) \(seed)")
      let wanted = try answer(quiz)
      #expect(solved.answer == wanted, "\(topic), seed \(seed): \(quiz.lines) \(quiz.question)")
      answers.insert(wanted)
    }
    #expect(answers.count > 5, "\(topic): \(answers.count) different answers")
  }

  /// The command itself: the question, the right answer, a wrong one, which is not given away, the way.
  @Test(arguments: QuizTopic.allCases)
  func commandLine(_ topic: QuizTopic) throws {
    for seed in [1, 7, 23] as [UInt64] {
      let quiz = Quiz(topic, seed: seed)
      let answer = try answer(quiz)
      let command = "quiz \(topic.rawValue) --seed \(seed)"
      let asked = run(command)
      #expect(asked.exit == .success && asked.lines == quiz.lines + [quiz.question])
      let texts = ["\(answer)", "0x" + String(answer, radix: 16)]
      for text in texts {
        let right = run("\(command) --answer \(text)")
        #expect(right.exit == .success && right.lines == ["right"], "\(right.messages)")
      }
      for wrong in [answer + 1, answer ^ 0x1000, 0, answer << 12] where wrong != answer {
        let told = run("\(command) --answer \(wrong)")
        #expect(told.exit == .failedExpectation && told.messages.contains("wrong: "))
        #expect(!numbers(told.messages).contains(answer) || answer < 32, "\(told.messages)")
      }
      #expect(run("\(command) --answer here").exit == .failedExpectation)
      let solved = run("\(command) --solve")
      #expect(solved.exit == .success && solved.lines.count >= 3)
      #expect(texts.contains { solved.lines.last == "answer: \($0)" }, "\(solved.lines)")
      // As a first line it makes the machine that the lines make.
      let looked = run("\(command)\nvmap_state\ncheck")
      #expect(looked.exit == .success, "\(looked.messages)")
      let made = run(quiz.lines.joined(separator: "\n") + "\nvmap_state\ncheck")
      #expect(Array(looked.lines.dropFirst(quiz.lines.count + 1)) == made.lines)
    }
  }

  /// Whoever has found the page is not told that no entry leads there.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func theRightPageIsTold(_ seed: UInt64) throws {
    let quiz = Quiz(.walk, seed: seed)
    let near = try answer(quiz) ^ 0x5a5
    let told = run("quiz walk --seed \(seed) --answer \(near)").messages
    #expect(told.contains("the page is right") || told.contains("first byte"), "\(told)")
  }

  @Test func onlyAQuestionIsKept() {
    func asks(_ line: String) -> (asks: Bool, boots: Bool) {
      var parser = Parser(VerbTable())
      let program = parser.parse(ScriptSource(line: line))
      let boots = program.boots
      program.keepsMachine()
      return (!boots && program.boots, boots)
    }
    #expect(asks("quiz walk --seed 3") == (true, false))
    #expect(asks("quiz walk --seed 3 --answer 5") == (false, false))
    #expect(asks("quiz walk --solve") == (false, false))
    #expect(asks("info\nquiz walk") == (false, false))
    #expect(asks("boot") == (false, true))
  }

  @Test func names() {
    let seen = run("quiz walk --seed 3\nwalk s\npage P[0]")
    #expect(seen.exit == .success, "\(seen.messages)")
    #expect(run("vmallocinfo\nquiz walk --seed 3\nwalk s").exit == .badScript)
    #expect(run("quiz nothing").exit == .badScript)
    let json = run("quiz fit --seed 3") { $0.json = true }
    #expect(json.lines.first?.hasPrefix(#"{"topic":"fit","seed":3,"form":"address","#) ?? false)
    // A wrong answer has a verdict as a right one has.
    let wrong = run("quiz fit --seed 3 --answer 1") { $0.json = true }
    #expect(wrong.exit == .failedExpectation)
    #expect(wrong.lines.first?.contains(#""verdict":"wrong","why":""#) ?? false)
    #expect(wrong.lines.count == 2)
    #expect(wrong.lines.last?.contains(#""verb":"quiz""#) ?? false)
  }
}
