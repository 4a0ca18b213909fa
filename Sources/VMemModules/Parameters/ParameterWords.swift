/// One `name=value` of insmod's command line.
package struct ParameterWord: Equatable {
  package let name: [UInt8]
  /// nil without an equals sign.
  package let value: [UInt8]?

  /// The words of a command line: blanks separate them outside double quotes, which may stand around
  /// the value or the whole word and are taken off then. What stands behind a word `--` is not for
  /// the module.
  ///
  /// The corresponding kernel function is `next_arg`.
  package static func words(of line: [UInt8]) -> [ParameterWord] {
    var words: [ParameterWord] = []
    var rest = line.drop { $0.isBlank }
    while !rest.isEmpty {
      let word = next(&rest)
      if word.value == nil && word.name == Array("--".utf8) { break }
      words.append(word)
      rest = rest.drop { $0.isBlank }
    }
    return words
  }

  private static let quote = UInt8(ascii: "\"")

  private static func next(_ rest: inout ArraySlice<UInt8>) -> ParameterWord {
    let isQuoted = rest.first == quote
    if isQuoted { rest = rest.dropFirst() }
    var isInQuotes = isQuoted
    var equals: Int?
    var end = rest.startIndex
    while end < rest.endIndex, isInQuotes || !rest[end].isBlank {
      if rest[end] == UInt8(ascii: "="), equals == nil, end > rest.startIndex { equals = end }
      if rest[end] == quote { isInQuotes.toggle() }
      end += 1
    }
    var word = rest[..<end]
    rest = rest[end...]
    let hasQuotedValue = equals.map { word[($0 + 1)...].first == quote } ?? false
    if (isQuoted || hasQuotedValue) && word.last == quote && word.count > 1 {
      word = word.dropLast()
    }
    guard let equals else { return ParameterWord(name: Array(word), value: nil) }
    let value = word[min(equals + (hasQuotedValue ? 2 : 1), word.endIndex)...]
    return ParameterWord(name: Array(word[..<equals]), value: Array(value))
  }
}
