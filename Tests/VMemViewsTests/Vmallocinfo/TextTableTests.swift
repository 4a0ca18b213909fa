import TestSupport
import Testing

@testable import VMemViews

/// The texts of a file's rows, each once.
@Suite struct TextTableTests {
  private func add(_ text: String, _ table: inout TextTable) -> PackedTexts.Number {
    table.number(of: Array(text.utf8).span)
  }

  /// Many different ones, some of them again and again, as the table grows.
  @Test func eachOnce() throws {
    var table = TextTable()
    var known: [String: PackedTexts.Number] = [:]
    var random = SeededGenerator(seed: 4)
    for _ in 0..<20_000 {
      let text = "caller_\(random.below(6000))+0x1/0x2"
      let number = add(text, &table)
      if let before = known.updateValue(number, forKey: text) { try #require(before == number) }
    }
    #expect(table.texts.count == known.count + 1)
    for (text, number) in known { try #require(table.texts.text(number) == text) }
    #expect(Set(known.values).count == known.count)
  }

  @Test func theEmptyOneHasNoNumberOfItsOwn() {
    var table = TextTable()
    #expect(add("", &table).isEmpty && table.texts.count == 1)
    #expect(table.texts.text(add("", &table)) == "" && !add("a", &table).isEmpty)
  }

  @Test func tabsAreBlanks() {
    var table = TextTable()
    #expect(add("a\tb", &table) == add("a b", &table))
    #expect(table.texts.text(add("a\tb", &table)) == "a b")
  }

  @Test func orderAndBeginnings() {
    var table = TextTable()
    let texts = ["", "a", "a+0x1", "ab", "b", "\u{fc}"]
    let numbers = texts.reversed().map { add($0, &table) }.reversed() as [PackedTexts.Number]
    for (at, first) in numbers.enumerated() {
      for (other, second) in numbers.enumerated() {
        #expect(table.texts.isLess(first, second) == (at < other))
      }
    }
    #expect(
      table.texts.hasPrefix("a+", at: numbers[2]) && table.texts.hasPrefix("a", at: numbers[1]))
    #expect(
      !table.texts.hasPrefix("ab", at: numbers[1]) && !table.texts.hasPrefix("b", at: numbers[2]))
  }
}
