internal import VMem

extension Call {
  /// Longest expression in words.
  static let maximumTerms = 1024

  /// The value of `TERM {(+|-|*|/) TERM}`: * and / before + and -, from the left, modulo 2^64.
  mutating func expression<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ words: Range<Int>
  ) throws(LineFailure) -> UInt64 {
    guard !words.isEmpty else {
      throw .script("an expression is missing", tokens[min(words.lowerBound, tokens.count) - 1])
    }
    guard words.count <= Self.maximumTerms else {
      throw .script("more than \(Self.maximumTerms) words", tokens[words.upperBound - 1])
    }
    var sum: UInt64 = 0
    var isAdding = true
    var at = words.lowerBound
    while true {
      var product = try term(scope, at)
      at += 1
      while at < words.upperBound, tokens[at].text == "*" || tokens[at].text == "/" {
        guard at + 1 < words.upperBound else { throw missingTerm(at) }
        let factor = try term(scope, at + 1)
        if tokens[at].text == "*" {
          product = product &* factor
        } else {
          // What a name stands for may not be known yet.
          guard factor != 0 || !S.knowsValues && tokens[at + 1].text.byte(0).isLetter else {
            throw .script("division by 0", tokens[at + 1])
          }
          product /= max(factor, 1)
        }
        at += 2
      }
      sum = isAdding ? sum &+ product : sum &- product
      guard at < words.upperBound else { return sum }
      guard tokens[at].text == "+" || tokens[at].text == "-" else {
        throw .script(
          "\(quoted(tokens[at].text.string)) stands where + - * or / is wanted", tokens[at])
      }
      isAdding = tokens[at].text == "+"
      at += 1
      guard at < words.upperBound else { throw missingTerm(at - 1) }
    }
  }

  private func missingTerm(_ at: Int) -> LineFailure {
    .script("a number, address or counter is missing", tokens[at])
  }

  /// A number, an address, a field of an area, or a counter.
  private mutating func term<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ at: Int
  ) throws(LineFailure) -> UInt64 {
    let token = tokens[at]
    if token.text.byte(0).isLetter, let counter = try counter(token) {
      return scope.value(of: counter)
    }
    return try address(scope, token)
  }

  /// The counter that a word names, if it names one.
  @inline(__always)
  private func counter(_ token: Token) throws(LineFailure) -> Counter? {
    guard let dot = token.text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let group = token.text[0..<dot]
    guard Counter.hasGroup(group) else { return nil }
    guard let counter = Counter.named(token.text) else { throw noCounter(token, group) }
    return counter
  }

  @inline(never)
  private func noCounter(_ token: Token, _ group: Text) -> LineFailure {
    let names = Counter.all.map(\.name)
    let prefix = group.string + "."
    let near = nearest(to: token.text.string, of: names)
    return .script(
      "no counter \(quoted(token.text.string))",
      hint: near.map { "did you mean \($0)?" }
        ?? "there are \(names.filter { $0.hasPrefix(prefix) }.joined(separator: " "))", token)
  }

  /// Words as one text, for messages.
  func join(_ words: Range<Int>) -> String {
    words.map { tokens[$0].text.string }.joined(separator: " ")
  }
}
