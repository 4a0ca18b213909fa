import TestSupport
import Testing

@testable import VMem

/// All rules at once: what the compiler does not see of values that stand beside their users.
struct RuleTests {
  /// The sources of the product, by path.
  private static let sources: [String: String] = {
    var (sources, paths): ([String: String], [String]) = ([:], [TestFiles.root + "/Sources"])
    while let path = paths.popLast() {
      if let names = TestFiles.names(in: path) {
        paths += names.map { path + "/" + $0 }
      } else if path.hasSuffix(".swift") {
        sources[path] = try? TestFiles.read(path)
      }
    }
    return sources
  }()

  /// Names of the declarations `static let NAME = Rule(`.
  private static var declared: [String] {
    sources.values.flatMap { text in
      text.matches(of: /static let (\w+) = Rule\(/).map { String($0.1) }
    }
  }

  @Test func everyRuleIsListedOnceUnderItsOwnName() {
    let ids = Rule.all.map { "\($0.id)" }
    #expect(Set(ids).count == ids.count)
    #expect(ids.sorted() == Self.declared.sorted())
    #expect(ids.count > 150)
  }

  /// A rule that nothing refuses by says nothing to anybody.
  @Test func everyRuleIsOneThatSomethingRefusesBy() {
    let users = Self.sources.filter { !$0.key.contains("/Rule+") }.values.joined(separator: "\n")
    let words = Set(users.matches(of: /\.(\w+)/).map { String($0.1) })
    for rule in Rule.all { #expect(words.contains("\(rule.id)"), "\(rule)") }
  }

  @Test func everySentenceIsMadeOfTheRulesOwnValues() {
    for rule in Rule.all {
      let names = rule.values.map { "\($0)" }
      #expect(names.count <= 3 && Set(names).count == names.count, "\(rule)")
      if case .template(let template) = rule.sentence {
        for field in "\(template)".matches(of: /\{([^}]*)\}/) where !field.1.hasPrefix("word|") {
          let parts = field.1.split(separator: ":").map(String.init)
          #expect(names.contains(parts[0]), "\(rule): \(field.1)")
          #expect(parts.count == 1 || Rule.Format(rawValue: parts[1]) != nil, "\(rule)")
        }
      }
      // Also those whose sentence depends on their values.
      for a in [0, 1, 4, UInt64.max] {
        for b in [0, 1, 2] as [UInt64] {
          for c in [0, 1, 2] as [UInt64] {
            let sentence = Refusal(.null, rule, a, b, c).sentence("P")
            #expect(!sentence.isEmpty && !sentence.contains("{"), "\(rule): \(sentence)")
            #expect(!sentence.hasSuffix("."), "\(rule)")
          }
        }
      }
      #expect(!"\(rule.hint)".hasSuffix("."), "\(rule)")
    }
  }

  @Test func valuesAreFoundByTheirNames() {
    let refusal = Refusal(.null, .holePastRangeEnd, 0x5000, 0x1000, 0x4000)
    #expect(refusal["size"] == 0x5000 && refusal["start"] == 0x1000 && refusal["end"] == 0x4000)
    #expect(
      refusal.description == "no hole of 0x5000 bytes (guard page included) in 0x1000..0x4000")
    #expect(Refusal(.errno(.ENOMEM), as: refusal).description == refusal.description)
    #expect(Refusal(.null, .nameInUse).description == "the name stands for something that lives")
    #expect(Refusal(.null, .nameInUse).sentence("P") == "P stands for something that lives")
    #expect(Refusal(.null, .noTable, 0x1000, 3).description == "no pud table at 0x1000")
    #expect(Refusal(.null, .noSuchNode, .max, 2).description == "no node -1 among 2")
    #expect(Refusal(.null, .noFrames, 1).description == "no free frame")
    #expect(Refusal(.null, .noFrames, 2).description == "no 2 free frames")
  }
}
