/// A parameter of a verb: how it is written, and what it means. It is declared beside the verbs that
/// take it.
struct Parameter: Sendable {
  /// Where its value stands among a line's arguments: no two parameters have the same number.
  let id: UInt8
  /// The option's name, or nil for one that stands by position.
  let option: StaticString?
  let kind: Kind
  /// How a value is shown in a signature; empty where its words stand there instead.
  private let value: StaticString
  /// One line for the help of a verb: unit, default, and what it means.
  let meaning: StaticString
  /// The words of a choice, whose value is its position, and of flags, whose values are their bits.
  let words: Words?
  /// Bits that words of flags are added to; a number says all.
  let implied: UInt64
  /// What becomes of a number of flags that has more than 32 bits.
  let width: Width
  private let completion: Completion?

  typealias Words = @Sendable () -> [(name: StaticString, value: UInt64)]
  typealias Completion = @Sendable () -> [String]

  /// What becomes of bits above the 32 that most flags have.
  enum Width {
    case cut, kept, refused
  }

  /// How a parameter is written.
  enum Kind {
    case number
    case address
    /// `START..END` or `START..+LENGTH`.
    case range
    case pages
    /// A list of one page.
    case page
    case bytes
    /// Words joined with commas or bars, or a number.
    case flagWords
    /// One of the words.
    case choice
    /// One word as it stands.
    case word
    /// An address and a length: two words.
    case addressAndLength
    /// An option without a value.
    case flag
    /// All words that are left, of which there must be one.
    case rest
    /// All words that are left.
    case optionalRest
    /// All words that are left but for options, which may stand among them.
    case words
    /// All words up to the next option.
    case group
  }

  /// One without a value, or whose words say what its value may be.
  init(
    id: UInt8, option: StaticString? = nil, _ kind: Kind, _ meaning: StaticString,
    words: Words? = nil
  ) {
    self.init(id: id, option: option, kind, "", meaning, words: words)
  }

  /// One that stands by position, or an option.
  ///
  /// - Parameter completion: words that can stand for it where `words` does not say them all.
  init(
    id: UInt8, option: StaticString? = nil, _ kind: Kind, _ value: StaticString,
    _ meaning: StaticString, words: Words? = nil, implied: UInt64 = 0,
    width: Width = .cut, completion: Completion? = nil
  ) {
    self.id = id
    self.option = option
    self.kind = kind
    self.value = value
    self.meaning = meaning
    self.words = words
    self.implied = implied
    self.width = width
    self.completion = completion
  }

  /// Words that can stand for it, alone or joined with commas; empty where any value may stand.
  var knownWords: [String] {
    if let completion { return completion() }
    return words?().map { "\($0.name)" } ?? []
  }

  /// How it stands in a signature: `SIZE`, or `--align N`.
  var signature: String {
    let text = value.utf8CodeUnitCount > 0 ? "\(value)" : knownWords.joined(separator: "|")
    guard let option else { return text }
    return text.isEmpty ? "\(option)" : "\(option) \(text)"
  }
}
