import Testing

@testable import VMemScript

/// What `diff` leaves out before it compares line by line.
struct ImageDifferenceTests {
  private static func lines(_ text: some Sequence<UInt8>) -> [Substring] {
    String(decoding: Array(text), as: UTF8.self).split(separator: "\n")
  }

  private static func changes(_ old: [UInt8], _ new: [UInt8]) -> [String] {
    let (start, ends) = ImageDifference.middle(old, new)
    return ImageDifference.changes(
      lines(old[start..<ends.old]), lines(new[start..<ends.new]))
  }

  /// The same lines come out, whatever both texts begin and end with.
  @Test func commonLinesDoNotMatter() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      func text() -> [UInt8] {
        let words = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
          ["a", "b", "ab", "ba", ""].randomElement(using: &random)!
        }
        return Array(words.map { $0 + "\n" }.joined().utf8)
      }
      let (old, new) = (text(), text())
      let whole = ImageDifference.changes(Self.lines(old), Self.lines(new))
      #expect(
        Self.changes(old, new).sorted() == whole.sorted(), "\(old) \(new)")
    }
  }

  @Test func equalTextsAreNotSplit() {
    let text = Array("a\nb\n".utf8)
    let (start, ends) = ImageDifference.middle(text, text)
    #expect(start == 4 && ends == (4, 4))
    #expect(Self.changes(text, Array("a\nc\nb\n".utf8)) == ["+c"])
    #expect(Self.changes(text, Array("b\n".utf8)) == ["-a"])
    #expect(Self.changes([], text) == ["+a", "+b"])
  }
}
