internal import VMem

extension Call {
  // MARK: Numbers and addresses

  /// A word that is a number and nothing else.
  @inline(__always)
  func number(_ token: Token) throws(LineFailure) -> UInt64 {
    var at = 0
    let value = try token.number(&at)
    guard at == token.text.count else { throw token.badNumber }
    return value
  }

  @inline(__always)
  func number(_ token: Token, _ at: inout Int) throws(LineFailure) -> UInt64 {
    try token.number(&at)
  }

  /// A number, or a name that `let` has given one.
  @inline(__always)
  mutating func number<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    guard token.text.byte(at).isLetter else { return try token.number(&at) }
    return try namedNumber(scope, token, &at)
  }

  /// A word that is such a number and nothing else.
  @inline(__always)
  mutating func number<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) -> UInt64 {
    var at = 0
    let value = try number(scope, token, &at)
    guard at == token.text.count else { throw token.badNumber }
    return value
  }

  /// A word that is an address and nothing else.
  @inline(__always)
  mutating func address<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) -> UInt64 {
    var at = 0
    let value = try address(scope, token, &at)
    guard at == token.text.count else { throw badAddress(token) }
    return value
  }

  /// The address at `at`, which moves behind it.
  @inline(__always)
  mutating func address<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    let text = token.text
    let first = text.byte(at)
    var value: UInt64
    if first.isLetter {
      value = try named(scope, token, &at)
    } else if first.isDigit || first == UInt8(ascii: "-") {
      value = try token.number(&at)
    } else {
      throw badAddress(token)
    }
    while at < text.count {
      let sign = text[at]
      guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { break }
      at += 1
      let offset = try number(scope, token, &at)
      value = sign == UInt8(ascii: "+") ? value &+ offset : value &- offset
    }
    return value
  }

  @inline(never)
  private func badAddress(_ token: Token) -> LineFailure {
    .script(
      "\(quoted(token.text.string)) is not an address",
      hint: Mistake.address(token.text.string)
        ?? "a number, a name, a+0x1000, a.end, or P[3] for a page in the direct map", token)
  }

  /// `START..END` or `START..+LENGTH`, or the word `modules`.
  mutating func range<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) -> (UInt64, UInt64) {
    let text = token.text
    if text == "modules" { return (scope.modulesStart, AddressMap.modulesEnd) }
    var at = 0
    let start = try address(scope, token, &at)
    guard text.byte(at) == UInt8(ascii: "."), text.byte(at + 1) == UInt8(ascii: ".") else {
      throw badRange(token)
    }
    at += 2
    let isLength = text.byte(at) == UInt8(ascii: "+")
    if isLength { at += 1 }
    let end =
      isLength ? start &+ (try number(scope, token, &at)) : try address(scope, token, &at)
    guard at == text.count else { throw badRange(token) }
    return (start, end)
  }

  private func badRange(_ token: Token) -> LineFailure {
    .script(
      "\(quoted(token.text.string)) is not a range",
      hint: Mistake.range(token.text.string)
        ?? "START..END without END itself, or START..+LENGTH; no blanks inside", token)
  }

  // MARK: Words

  /// Flags as words joined with commas or bars, or as a number.
  mutating func flags(_ parameter: Parameter, _ token: Token) throws(LineFailure) -> UInt64 {
    if token.text.byte(0).isDigit || token.text.byte(0) == UInt8(ascii: "-") {
      let given = try number(token)
      guard given >> 32 != 0 else { return given }
      switch parameter.width {
      case .kept: break
      case .refused:
        throw .script(
          "\(quoted(token.text.string)) is more than the 32 bits of \(parameter.signature)",
          hint: "0xcc0 is GFP_KERNEL, and 0 allows nothing", token)
      case .cut where given >> 32 != 0xffff_ffff:
        remarks.append("\(quoted(token.text.string)): the lower 32 bits are kept")
      case .cut: break
      }
      return given
    }
    let words = parameter.words?() ?? []
    var flags = parameter.implied
    for word in token.text.string.split(
      omittingEmptySubsequences: false,
      whereSeparator: { $0 == "," || $0 == "|" })
    {
      if word == "none" { continue }
      guard let flag = words.first(where: { "\($0.name)" == word }) else {
        let names = words.map { "\($0.name)" }
        let near =
          Mistake.constant(String(word), of: names) ?? nearest(to: String(word), of: names)
        throw .script(
          "no flag \(quoted(String(word)))",
          hint: near.map { "did you mean \($0)?" }
            ?? (word.contains { "+:;".contains($0) } ? "words are joined with commas; " : "")
              + "flags are \(names.joined(separator: " ")) none",
          token)
      }
      flags |= flag.value
    }
    return flags
  }

  /// The position of a word in a parameter's choices.
  func choice(_ parameter: Parameter, _ token: Token) throws(LineFailure) -> UInt64 {
    let word = token.text.string
    let words = parameter.knownWords
    guard let index = words.firstIndex(of: word) else {
      let near = Mistake.constant(word, of: words) ?? nearest(to: word, of: words)
      throw .script(
        "\(quoted(word)) is none of \(words.joined(separator: ", "))",
        hint: near.map { "did you mean \($0)?" } ?? "the word as it stands there", token)
    }
    return UInt64(index)
  }
}

extension VMFlags {
  /// The words of `--flags`.
  static var words: [(name: StaticString, value: UInt64)] {
    func bits(_ flag: VMFlags) -> UInt64 { flag.rawValue }
    return [
      ("ioremap", bits(.ioremap)), ("alloc", bits(.alloc)), ("map", bits(.map)),
      ("usermap", bits(.usermap)), ("dma_coherent", bits(.dmaCoherent)),
      ("uninitialized", bits(.uninitialized)), ("no_guard", bits(.noGuard)),
      ("flush_reset_perms", bits(.flushResetPerms)), ("map_put_pages", bits(.mapPutPages)),
      ("allow_huge_vmap", bits(.allowHugeVmap)), ("sparse", bits(.sparse)),
    ]
  }
}

extension ArenaFlags {
  /// The words of an arena's `--flags`.
  static var words: [(name: StaticString, value: UInt64)] {
    [
      ("mmapable", ArenaFlags.mmapable.rawValue),
      ("segv_on_fault", ArenaFlags.segvOnFault.rawValue),
      ("no_user_conv", ArenaFlags.noUserConversion.rawValue),
    ]
  }
}

extension Token {
  /// The number at `at` in the word. A function of the word alone, so that nobody's state is copied.
  @inline(__always)
  func number(_ at: inout Int) throws(LineFailure) -> UInt64 {
    do throws(Number.Defect) {
      return try Number.parse(text, &at)
    } catch {
      throw error == .tooLarge ? tooLarge : badNumber
    }
  }

  private var tooLarge: LineFailure {
    @inline(never) get {
      .script("more than 64 bits", hint: "numbers go from -2^63 to 2^64-1", self)
    }
  }

  var badNumber: LineFailure {
    @inline(never) get {
      .script(
        "\(Call.quoted(text.string)) is not a number",
        hint: Mistake.number(text.string)
          ?? "decimal or 0x…, then nothing or K M G T (1024-based) or p (pages); or a name of `let`",
        self)
    }
  }
}
