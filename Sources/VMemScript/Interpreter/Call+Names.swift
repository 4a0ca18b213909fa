internal import VMem

extension Call {
  /// The value of the name at `at`, with what follows it: `NAME`, `NAME[i]`, `NAME:i`, `NAME.field`.
  @inline(__always)
  mutating func named<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    let text = token.text
    let start = at
    while text.byte(at).isNameByte { at += 1 }
    let word = text[start..<at]
    if word == "NULL" { return 0 }
    let next = text.byte(at)
    let isPage = next == UInt8(ascii: "[") || next == UInt8(ascii: ":")
    let meaning = try find(scope, word, isPage ? .pages : .any, token)
    if isPage { return try pageAddress(scope, token, word, meaning, &at) }
    if next == UInt8(ascii: "."), text.byte(at + 1) != UInt8(ascii: ".") {
      return try field(scope, token, word, meaning, &at)
    }
    switch meaning {
    case .address(let value), .number(let value): return value
    case .pages(let set, _): return scope.directAddress(try page(scope, word, set, 0))
    case .nothing, .later, .unbound: return 0
    }
  }

  /// What a name stands for. Refuses with ENOENT when that is nothing.
  @inline(__always)
  mutating func find<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ word: Text, _ use: NameUse, _ token: Token
  ) throws(LineFailure) -> NameMeaning {
    let meaning = scope.meaning(of: word)
    switch meaning {
    case .nothing: throw holdsNothing(word)
    case .unbound:
      unbound.append(UnboundName(word: word, use: use, token: token))
      return .later(.any)
    default: return meaning
    }
  }

  @inline(never)
  private mutating func holdsNothing(_ word: Text) -> LineFailure {
    culprit = "\(quoted(word.string)) stands for nothing"
    return .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
  }

  /// A number that `let` has named.
  @inline(never)
  mutating func namedNumber<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    let start = at
    while token.text.byte(at).isNameByte { at += 1 }
    switch try find(scope, token.text[start..<at], .number, token) {
    case .number(let value): return value
    case .later(.number), .later(.any): return 0
    default: throw token.badNumber
    }
  }

  /// Frame number of page `index` of a set.
  private mutating func page<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ word: Text, _ set: Ref<PageSet>, _ index: UInt64
  ) throws(LineFailure) -> UInt64 {
    if let pfn = scope.pfn(index, of: set) { return pfn }
    let count = scope.pageCount(of: set)
    // What was written with a minus is shown with one.
    let number = index > UInt64(Int64.max) ? "\(Int64(bitPattern: index))" : "\(index)"
    culprit = "\(quoted(word.string)) has \(count) pages, none with number \(number)"
    throw .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
  }

  /// The pages that a name stands for; nil when that is known later.
  private func pageSet(
    _ meaning: NameMeaning, _ word: Text, _ token: Token
  ) throws(LineFailure) -> Ref<PageSet>? {
    switch meaning {
    case .pages(let set, _): return set
    case .later(.pages), .later(.any): return nil
    default: throw notPages(word, token)
    }
  }

  /// `[i]` or `:i` behind the name of pages.
  private mutating func pageAddress<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ word: Text, _ meaning: NameMeaning, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    let set = try pageSet(meaning, word, token)
    let isBracket = token.text.byte(at) == UInt8(ascii: "[")
    at += 1
    let index = try number(scope, token, &at)
    if isBracket {
      guard token.text.byte(at) == UInt8(ascii: "]") else { throw notOnePage(token) }
      at += 1
    }
    guard let set else { return 0 }
    return scope.directAddress(try page(scope, word, set, index))
  }

  private func notOnePage(_ token: Token) -> LineFailure {
    .script("one page is wanted here", hint: "P[3], or P for P[0]", token)
  }

  func notPages(_ word: Text, _ token: Token) -> LineFailure {
    .script(
      "\(quoted(word.string)) does not stand for pages", hint: "only alloc_pages makes pages",
      token)
  }

  /// `.field` behind the name of an area.
  private mutating func field<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ word: Text, _ meaning: NameMeaning, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    at += 1
    let start = at
    while token.text.byte(at).isNameByte { at += 1 }
    let name = token.text[start..<at]
    guard let field = AreaField.allCases.first(where: { name == $0.name }) else {
      let names = AreaField.allCases.map { "\($0.name)" }
      let near = nearest(to: name.string, of: names).map { "did you mean \($0)? " } ?? ""
      throw .script(
        "an area has no field \(quoted(name.string))",
        hint: "\(near)fields are \(names.joined(separator: " "))", token)
    }
    switch meaning {
    case .later: return 0
    case .address(let address), .number(let address):
      if let value = scope.value(of: field, at: address) { return value }
    case .nothing, .pages, .unbound: break
    }
    culprit = "\(quoted(word.string)) is not an area that lives"
    throw .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
  }

  // MARK: Page lists

  /// Puts the frame numbers of a page list into `arguments.pages`.
  mutating func pages<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) {
    arguments.pages.removeAll(keepingCapacity: true)
    arguments.hasUnknownPages = false
    var at = 0
    while true {
      try item(scope, token, &at)
      if at == token.text.count { return }
      guard token.text[at] == UInt8(ascii: ",") else { throw badPages(token) }
      at += 1
    }
  }

  private func badPages(_ token: Token) -> LineFailure {
    .script(
      "\(quoted(token.text.string)) is not a list of pages",
      hint: Mistake.pages(token.text.string)
        ?? "P  P[3]  P[0..2]  P[2..0]  P[0..8/2]  null  pfn:5, joined with commas", token)
  }

  private mutating func item<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) {
    let text = token.text
    let start = at
    guard text.byte(at).isLetter else { throw badPages(token) }
    while text.byte(at).isNameByte { at += 1 }
    let word = text[start..<at]
    if word == "null" { return try append(PageList.null, token) }
    let next = text.byte(at)
    if word == "pfn", next == UInt8(ascii: ":") {
      at += 1
      return try append(try number(token, &at), token)
    }
    let set = try pageSet(try find(scope, word, .pages, token), word, token)
    guard next == UInt8(ascii: "[") || next == UInt8(ascii: ":") else {
      guard let set else {
        arguments.hasUnknownPages = true
        return
      }
      for index in 0..<scope.pageCount(of: set) {
        try append(try page(scope, word, set, index), token, scope.frameCount)
      }
      return
    }
    at += 1
    let slice = try slice(scope, token, &at)
    if next == UInt8(ascii: "[") {
      guard text.byte(at) == UInt8(ascii: "]") else { throw badPages(token) }
      at += 1
    }
    guard let set else {
      arguments.hasUnknownPages = arguments.hasUnknownPages || slice.to != nil
      return slice.to == nil ? try append(PageList.null, token) : ()
    }
    guard let to = slice.to else {
      return try append(try page(scope, word, set, slice.from), token)
    }
    try append(scope, token, word, set, from: slice.from, to: to, step: slice.step)
  }

  /// `i`, `i..j` or `i..j/step`.
  private mutating func slice<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> (from: UInt64, to: UInt64?, step: UInt64) {
    let text = token.text
    let from = try number(scope, token, &at)
    guard text.byte(at) == UInt8(ascii: "."), text.byte(at + 1) == UInt8(ascii: ".") else {
      return (from, nil, 1)
    }
    at += 2
    let to = try number(scope, token, &at)
    guard text.byte(at) == UInt8(ascii: "/") else { return (from, to, 1) }
    at += 1
    let isNamed = text.byte(at).isLetter
    let step = try number(scope, token, &at)
    guard step > 0 || isNamed && !S.knowsValues else {
      throw .script("a step of 0 never ends", token)
    }
    return (from, to, step)
  }

  private mutating func append<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token, _ word: Text, _ set: Ref<PageSet>, from: UInt64,
    to: UInt64, step: UInt64
  ) throws(LineFailure) {
    var index = from
    if from < to {
      while index < to {
        try append(try page(scope, word, set, index), token, scope.frameCount)
        let next = index.addingReportingOverflow(step)
        if next.overflow { return }
        index = next.partialValue
      }
    } else {
      while index > to {
        try append(try page(scope, word, set, index - 1), token, scope.frameCount)
        if index - to <= step { return }
        index -= step
      }
    }
  }

  /// Names may list all `frames` of the machine, so that what was allocated at once can be freed at once.
  private mutating func append(
    _ pfn: UInt64, _ token: Token, _ frames: UInt32 = 0
  ) throws(LineFailure) {
    let most = max(Self.maximumPages, Int(frames))
    guard arguments.pages.count < most else {
      throw .script("more than \(most) pages in one list", token)
    }
    arguments.pages.append(pfn)
  }

  /// Most pages of one list on machines of up to 16 GiB.
  static let maximumPages = 4 << 20
}
