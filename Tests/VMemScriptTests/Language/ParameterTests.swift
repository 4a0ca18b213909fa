import Testing

@testable import VMemScript

/// What the declarations of parameters promise each other: a number of one's own, a name that a verb
/// has once, a meaning that help can show.
@Suite struct ParameterTests {
  static let all = VerbTable().verbs.flatMap { $0.required + $0.optional }

  @Test func numbersTellThemApart() {
    var owners: [UInt8: String] = [:]
    for parameter in Self.all {
      let text = "\(parameter.signature): \(parameter.meaning)"
      let owner = owners[parameter.id, default: text]
      #expect(owner == text, "number \(parameter.id) is taken; free: \(free(owners))")
      owners[parameter.id] = text
    }
    #expect(owners.count > 100)
  }

  private func free(_ owners: [UInt8: String]) -> [UInt8] {
    (0...UInt8.max).filter { owners[$0] == nil && $0 >= 152 }
  }

  @Test(arguments: VerbTests.verbs)
  func optionsOfAVerbDiffer(_ name: String) throws {
    let verb = try #require(VerbTable().find(name))
    #expect(Set(verb.options).count == verb.options.count)
    let ids = (verb.required + verb.optional).map(\.id)
    #expect(Set(ids).count == ids.count)
  }

  @Test func choicesAndFlagsSayTheirWords() {
    for parameter in Self.all {
      switch parameter.kind {
      case .choice, .flagWords:
        let words = parameter.words?() ?? []
        #expect(!words.isEmpty, "\(parameter.signature)")
        #expect(Set(words.map { "\($0.name)" }).count == words.count, "\(parameter.signature)")
      default: #expect(parameter.words == nil, "\(parameter.signature)")
      }
      #expect(!"\(parameter.meaning)".isEmpty)
      let isBare = parameter.signature == parameter.option.map { "\($0)" } ?? ""
      #expect(isBare == (parameter.kind == .flag), "\(parameter.signature)")
    }
  }
}
