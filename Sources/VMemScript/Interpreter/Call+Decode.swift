internal import VMem

extension Call {
  /// Decodes the words from `first` on as the arguments of a verb.
  @inline(__always)
  mutating func decode<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ place: ShapePlace, from first: Int
  ) throws(LineFailure) {
    arguments.removeAll()
    var at = first
    var position = 0
    while at < tokens.count {
      let token = tokens[at]
      let isOption =
        token.text.byte(0) == UInt8(ascii: "-") && token.text.byte(1) == UInt8(ascii: "-")
        && !token.isQuoted
      if isOption, position == 0 || !isRest(place, place.shape.index(ofPosition: position - 1)) {
        guard let option = place.shape.index(ofOption: token.text) else {
          throw unknownOption(place.shape, token)
        }
        guard !arguments.has(id: place.shape.id(option)) else {
          throw .script("given twice", token)
        }
        at = try decode(scope, place, option, at: at + 1)
      } else if position > 0,
        place.shape.kind(place.shape.index(ofPosition: position - 1)) == .words
      {
        at += 1
      } else {
        guard position < place.shape.positionalCount else { throw surplus(place.shape, token) }
        at = try decode(scope, place, place.shape.index(ofPosition: position), at: at)
        position += 1
      }
    }
    if !arguments.given.isSuperset(of: place.shape.mustHave) { try completeOrFail(place, position) }
  }

  /// Whether a parameter takes words that look like options, too.
  private func isRest(_ place: ShapePlace, _ index: Int) -> Bool {
    let kind = place.shape.kind(index)
    return kind == .rest || kind == .optionalRest
  }

  /// Decodes one parameter from the words at `at`; returns where the next begins.
  @inline(__always)
  private mutating func decode<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ place: ShapePlace, _ index: Int, at: Int
  ) throws(LineFailure) -> Int {
    let (id, kind) = (place.shape.id(index), place.shape.kind(index))
    arguments.note(index)
    if kind == .flag {
      arguments.set(id, 1, token: at - 1)
      return at
    }
    if kind == .rest || kind == .optionalRest {
      arguments.set(id, 0, token: at)
      return tokens.count
    }
    if at < tokens.count {
      let token = tokens[at]
      if kind == .number {
        arguments.set(id, try number(scope, token), token: at)
        return at + 1
      }
      if kind == .address {
        arguments.set(id, try address(scope, token), token: at)
        return at + 1
      }
    }
    return try decodeOther(scope, place.shape.parameter(index), at)
  }

  @inline(never)
  private mutating func decodeOther<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ parameter: Parameter, _ at: Int
  ) throws(LineFailure) -> Int {
    let (id, kind) = (parameter.id, parameter.kind)
    if kind == .group {
      arguments.set(id, 0, token: at)
      return endOfGroup(at)
    }
    guard at < tokens.count else {
      throw .script("a value is missing: \(parameter.signature)", tokens[at - 1])
    }
    let token = tokens[at]
    switch kind {
    case .range:
      let (start, end) = try range(scope, token)
      arguments.set(id, start, end: end, token: at)
    case .pages, .page:
      try pages(scope, token)
      let count = arguments.pages.count
      if kind == .page, count > 1 || count == 0 && !arguments.hasUnknownPages {
        throw .script("\(arguments.pages.count) pages where one is wanted", token)
      }
      arguments.set(id, arguments.pages.first ?? PageList.null, token: at)
    case .bytes:
      try bytes(scope, token)
      arguments.set(id, 0, token: at)
    case .flagWords:
      let flags = try flags(parameter, token)
      arguments.set(id, flags, token: at)
    case .choice: arguments.set(id, try choice(parameter, token), token: at)
    case .addressAndLength:
      guard at + 1 < tokens.count else {
        throw .script("a value is missing: \(parameter.signature)", token)
      }
      let length = try number(tokens[at + 1])
      arguments.set(id, try address(scope, token), end: length, token: at)
      return at + 2
    default: arguments.set(id, 0, token: at)
    }
    return at + 1
  }

  // MARK: Complaints

  private func unknownOption(_ shape: borrowing Shape, _ token: Token) -> LineFailure {
    let names = shape.optionNames
    let word = token.text.string
    var hint = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: " "))"
    if let near = nearest(to: word, of: names) { hint = "did you mean \(near)?" }
    if let meant = Mistake.option(word, names) { hint = meant }
    return .script("no option \(quoted(word))", hint: hint, token)
  }

  private func surplus(_ shape: borrowing Shape, _ token: Token) -> LineFailure {
    var hint = "it takes no arguments"
    if shape.positionalCount > 0 {
      hint = "it takes \(shape.positionals.map(\.signature).joined(separator: " "))"
    }
    let options = shape.options
    if !options.isEmpty { hint += " and \(shape.optionNames.joined(separator: " "))" }
    let before = position(of: token).map { tokens[$0 - 1].text.string } ?? ""
    let words = options.map { (name: "\($0.option ?? "")", words: $0.knownWords) }
    if let meant = Mistake.value(token.text.string, before: before, of: words) { hint = meant }
    if let meant = Mistake.surplus(token.text.string, before: before) { hint = meant }
    return .script("\(quoted(token.text.string)) is one argument too many", hint: hint, token)
  }

  /// Where a word stands that is not the first.
  private func position(of token: Token) -> Int? {
    (1..<tokens.count).first { tokens[$0].offset == token.offset }
  }

  /// Some parameters that take all words may be given none; anything else that lacks is an error.
  private mutating func completeOrFail(
    _ place: ShapePlace, _ position: Int
  ) throws(LineFailure) {
    let last = tokens.last
    guard position < place.shape.requiredPositional else {
      guard let parameter = place.shape.firstMissing(arguments.given) else { return }
      throw missing(parameter, last)
    }
    let index = place.shape.index(ofPosition: position)
    guard [.optionalRest, .words].contains(place.shape.kind(index)) else {
      throw missing(place.shape.parameter(index), last)
    }
    arguments.set(place.shape.id(index), 0, token: tokens.count)
  }

  /// Says what lacks, and what it means as far as one line holds.
  private func missing(_ parameter: Parameter, _ last: Token) -> LineFailure {
    let meaning = "\(parameter.meaning)"
    let first = String(meaning.prefix { $0 != ";" })
    return .script("missing: \(parameter.signature)", hint: first, last)
  }

  func quoted(_ word: String) -> String { Self.quoted(word) }

  static func quoted(_ word: String) -> String {
    guard word.unicodeScalars.count > 64 else { return "`\(word)`" }
    return "`\(String(String.UnicodeScalarView(word.unicodeScalars.prefix(64))))…`"
  }
}
