internal import Glibc

/// What the process was told that the language has no words for, so that it may stand anywhere.
struct LineOptions: Equatable {
  var isJSON = false
  var colour = Colour.auto

  init() {}

  /// Takes the options out of `words`.
  init(removingFrom words: inout [String]) throws(ProcessFailure) {
    var left: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--json" {
        isJSON = true
      } else if word == "--color" {
        colour = try Self.colour(rest.popFirst())
      } else if word.hasPrefix("--color=") {
        colour = try Self.colour(String(word.dropFirst("--color=".count)))
      } else {
        left.append(word)
      }
    }
    words = left
  }

  private static func colour(_ word: String?) throws(ProcessFailure) -> Colour {
    guard let colour = word.flatMap(Colour.init(rawValue:)) else {
      let known = Colour.allCases.map(\.rawValue).joined(separator: ", ")
      throw ProcessFailure(message: "--color takes one of \(known)", exitCode: EX_USAGE)
    }
    return colour
  }
}
