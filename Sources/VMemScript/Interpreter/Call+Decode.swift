internal import VMem

extension Call {
  /// Decodes the words from `first` on as the arguments of a verb.
  @inline(__always)
  mutating func decode<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ shape: Shape, from first: Int
  ) throws(LineFailure) {
    arguments.given = ParameterSet()
    var at = first
    var position = 0
    while at < tokens.count {
      let token = tokens[at]
      let isOption =
        token.text.byte(0) == UInt8(ascii: "-") && token.text.byte(1) == UInt8(ascii: "-")
        && !token.isQuoted
      let last = position == 0 ? nil : shape.parameter(position - 1)
      if isOption, last?.kind != .rest || last == .group {
        guard let option = shape.option(token.text) else {
          throw unknownOption(shape, token)
        }
        guard !arguments.has(option) else { throw .script("given twice", token) }
        at = try decode(scope, option, at: at + 1)
      } else {
        guard position < shape.positionalCount else { throw surplus(shape, token) }
        at = try decode(scope, shape.parameter(position), at: at)
        position += 1
      }
    }
    if !arguments.given.isSuperset(of: shape.required) { try completeOrFail(shape, position) }
  }

  /// Decodes one parameter from the words at `at`; returns where the next begins.
  @inline(__always)
  private mutating func decode<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ parameter: Parameter, at: Int
  ) throws(LineFailure) -> Int {
    let kind = parameter.kind
    if kind == .flag {
      arguments.set(parameter, 1, token: at - 1)
      return at
    }
    if kind == .rest {
      arguments.set(parameter, 0, token: at)
      return parameter == .group ? endOfGroup(at) : tokens.count
    }
    guard at < tokens.count else {
      throw .script("a value is missing: \(parameter.signature)", tokens[at - 1])
    }
    let token = tokens[at]
    switch kind {
    case .number: arguments.set(parameter, try number(scope, token), token: at)
    case .address: arguments.set(parameter, try address(scope, token), token: at)
    default: return try decodeOther(scope, parameter, kind, token, at)
    }
    return at + 1
  }

  private mutating func decodeOther<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ parameter: Parameter, _ kind: Parameter.Kind, _ token: Token,
    _ at: Int
  ) throws(LineFailure) -> Int {
    switch kind {
    case .range:
      let (start, end) = try range(scope, token)
      arguments.set(parameter, start, end: end, token: at)
    case .pages:
      try pages(scope, token)
      let count = arguments.pages.count
      if parameter == .page, count > 1 || count == 0 && !arguments.hasUnknownPages {
        throw .script("\(arguments.pages.count) pages where one is wanted", token)
      }
      arguments.set(parameter, arguments.pages.first ?? PageList.null, token: at)
    case .bytes:
      try bytes(scope, token)
      arguments.set(parameter, 0, token: at)
    case .areaFlags:
      arguments.set(parameter, try flags(token, VMFlags.words), token: at)
    case .arenaFlags:
      let flags = try flags(token, ArenaFlags.words)
      // A number says all, words what comes on top.
      let isNumber = token.text.byte(0).isDigit || token.text.byte(0) == UInt8(ascii: "-")
      arguments.set(
        parameter, isNumber ? flags : flags | ArenaFlags.mmapable.rawValue, token: at)
    case .flagWords:
      arguments.set(parameter, try flags(token, parameter.flagWords), token: at)
    case .choice: arguments.set(parameter, try choice(parameter, token), token: at)
    case .addressAndLength:
      guard at + 1 < tokens.count else {
        throw .script("a value is missing: \(parameter.signature)", token)
      }
      let length = try number(tokens[at + 1])
      arguments.set(parameter, try address(scope, token), end: length, token: at)
      return at + 2
    default: arguments.set(parameter, 0, token: at)
    }
    return at + 1
  }

  // MARK: Complaints

  private func unknownOption(_ shape: Shape, _ token: Token) -> LineFailure {
    var names: [String] = []
    for index in 0..<shape.optionCount {
      if let option = Parameter(rawValue: shape.options[index])?.option {
        names.append("\(option)")
      }
    }
    let word = token.text.string
    var hint = names.isEmpty ? "it takes none" : "it takes \(names.joined(separator: " "))"
    if let near = nearest(to: word, of: names) { hint = "did you mean \(near)?" }
    if let meant = Mistake.option(word, names) { hint = meant }
    return .script("no option \(quoted(word))", hint: hint, token)
  }

  private func surplus(_ shape: Shape, _ token: Token) -> LineFailure {
    var hint = "it takes no arguments"
    if shape.positionalCount > 0 {
      var words: [String] = []
      for index in 0..<shape.positionalCount { words.append(shape.parameter(index).signature) }
      hint = "it takes \(words.joined(separator: " "))"
    }
    let before = position(of: token).map { tokens[$0 - 1].text.string } ?? ""
    if let meant = Mistake.surplus(token.text.string, before: before) { hint = meant }
    return .script("\(quoted(token.text.string)) is one argument too many", hint: hint, token)
  }

  /// Where a word stands that is not the first.
  private func position(of token: Token) -> Int? {
    (1..<tokens.count).first { tokens[$0].offset == token.offset }
  }

  /// Some parameters that take all words may be given none; anything else that lacks is an error.
  private mutating func completeOrFail(
    _ shape: Shape, _ position: Int
  ) throws(LineFailure) {
    let last = tokens.last
    guard position < shape.requiredPositional else {
      let parameter = arguments.given.first(missingOf: shape.required) ?? .text
      throw missing(parameter, last)
    }
    let parameter = shape.parameter(position)
    if parameter.mayBeEmpty {
      return arguments.set(parameter, 0, token: tokens.count)
    }
    throw missing(parameter, last)
  }

  /// Says what lacks, and what it means as far as one line holds.
  private func missing(_ parameter: Parameter, _ last: Token) -> LineFailure {
    let meaning = "\(parameter.meaning)"
    let first = meaning.split(separator: "; ", maxSplits: 1).first.map(String.init) ?? meaning
    return .script("missing: \(parameter.signature)", hint: first, last)
  }

  func quoted(_ word: String) -> String {
    guard word.unicodeScalars.count > 64 else { return "`\(word)`" }
    return "`\(String(String.UnicodeScalarView(word.unicodeScalars.prefix(64))))…`"
  }
}
