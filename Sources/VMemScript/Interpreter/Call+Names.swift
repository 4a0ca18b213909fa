internal import VMem

extension Call {
  /// The value of the name at `at`, with what follows it: `NAME`, `NAME[i]`, `NAME:i`, `NAME.field`.
  @inline(__always)
  mutating func named(
    _ machine: borrowing Machine, _ token: Token, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    let text = token.text
    let start = at
    while text.byte(at).isNameByte { at += 1 }
    let word = text[start..<at]
    if word == "NULL" { return 0 }
    let name = try find(machine, word)
    let entry = machine.name(name)
    let next = text.byte(at)
    if next == UInt8(ascii: "[") || next == UInt8(ascii: ":") {
      return try pageAddress(machine, token, word, entry, &at)
    }
    if next == UInt8(ascii: "."), text.byte(at + 1) != UInt8(ascii: ".") {
      return try field(machine, token, word, entry, &at)
    }
    if entry.kind == NameKind.pages.rawValue {
      return directAddress(machine, try page(machine, word, entry, 0))
    }
    return entry.value
  }

  /// The entry of a name that stands for something. Refuses with ENOENT otherwise.
  @inline(__always)
  mutating func find(_ machine: borrowing Machine, _ word: Text) throws(LineFailure) -> Ref<Name> {
    if let name = word.withSpan({ machine.lookUp($0) }) {
      let entry = machine.name(name)
      // An address of 0 is what a failed call leaves; a name for NULL is a number.
      let isAddress = entry.kind == NameKind.address.rawValue
      if entry.kind != NameKind.nothing.rawValue, !isAddress || entry.value != 0 { return name }
    }
    throw holdsNothing(word)
  }

  @inline(never)
  private mutating func holdsNothing(_ word: Text) -> LineFailure {
    culprit = "\(quoted(word.string)) stands for nothing"
    return .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
  }

  func directAddress(_ machine: borrowing Machine, _ pfn: UInt64) -> UInt64 {
    machine.map.pageOffset &+ pfn << 12
  }

  /// Frame number of page `index` of a set.
  private mutating func page(
    _ machine: borrowing Machine, _ word: Text, _ entry: Name, _ index: UInt64
  ) throws(LineFailure) -> UInt64 {
    guard let pfn = machine.page(index, of: entry.pages) else {
      let count = machine.pageSet(entry.pages).count
      culprit = "\(quoted(word.string)) has \(count) pages, none with number \(index)"
      throw .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
    }
    return UInt64(pfn)
  }

  /// `[i]` or `:i` behind the name of pages.
  private mutating func pageAddress(
    _ machine: borrowing Machine, _ token: Token, _ word: Text, _ entry: Name, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    guard entry.kind == NameKind.pages.rawValue else { throw notPages(word, token, entry) }
    let isBracket = token.text.byte(at) == UInt8(ascii: "[")
    at += 1
    let index = try number(machine, token, &at)
    if isBracket {
      guard token.text.byte(at) == UInt8(ascii: "]") else { throw notOnePage(token) }
      at += 1
    }
    return directAddress(machine, try page(machine, word, entry, index))
  }

  private func notOnePage(_ token: Token) -> LineFailure {
    .script("one page is wanted here", hint: "P[3], or P for P[0]", token)
  }

  private func notPages(_ word: Text, _ token: Token, _ entry: Name) -> LineFailure {
    // Damage must not look like a mistake in the script.
    precondition(entry.pages.isNone, "a name that stands for no pages has some")
    return .script(
      "\(quoted(word.string)) does not stand for pages", hint: "only alloc_pages makes pages",
      token)
  }

  /// `.field` behind the name of an area.
  private mutating func field(
    _ machine: borrowing Machine, _ token: Token, _ word: Text, _ entry: Name, _ at: inout Int
  ) throws(LineFailure) -> UInt64 {
    at += 1
    let start = at
    while token.text.byte(at).isNameByte { at += 1 }
    let name = token.text[start..<at]
    guard let field = AreaField.allCases.first(where: { name == $0.name }) else {
      let names = AreaField.allCases.map { "\($0.name)" }.joined(separator: " ")
      throw .script(
        "an area has no field \(quoted(name.string))", hint: "fields are \(names)", token)
    }
    guard let area = machine.findVMArea(entry.value), area.start == entry.value,
      entry.kind != NameKind.pages.rawValue
    else {
      culprit = "\(quoted(word.string)) is not an area that lives"
      throw .refusal(Refusal(.errno(.ENOENT), .nameHoldsNothing))
    }
    return field.value(of: area)
  }

  // MARK: Page lists

  /// Puts the frame numbers of a page list into `arguments.pages`.
  mutating func pages(_ machine: borrowing Machine, _ token: Token) throws(LineFailure) {
    arguments.pages.removeAll(keepingCapacity: true)
    var at = 0
    while true {
      try item(machine, token, &at)
      if at == token.text.count { return }
      guard token.text[at] == UInt8(ascii: ",") else { throw badPages(token) }
      at += 1
    }
  }

  private func badPages(_ token: Token) -> LineFailure {
    .script(
      "\(quoted(token.text.string)) is not a list of pages",
      hint: "P  P[3]  P[0..2]  P[2..0]  P[0..8/2]  null  pfn:5, joined with commas", token)
  }

  private mutating func item(
    _ machine: borrowing Machine, _ token: Token, _ at: inout Int
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
    let entry = machine.name(try find(machine, word))
    guard entry.kind == NameKind.pages.rawValue else { throw notPages(word, token, entry) }
    guard next == UInt8(ascii: "[") || next == UInt8(ascii: ":") else {
      for index in 0..<UInt64(machine.pageSet(entry.pages).count) {
        try append(try page(machine, word, entry, index), token, machine.ram.frameCount)
      }
      return
    }
    at += 1
    try slice(machine, token, word, entry, &at)
    if next == UInt8(ascii: "[") {
      guard text.byte(at) == UInt8(ascii: "]") else { throw badPages(token) }
      at += 1
    }
  }

  /// `i`, `i..j` or `i..j/step`.
  private mutating func slice(
    _ machine: borrowing Machine, _ token: Token, _ word: Text, _ entry: Name, _ at: inout Int
  ) throws(LineFailure) {
    let text = token.text
    let from = try number(machine, token, &at)
    guard text.byte(at) == UInt8(ascii: "."), text.byte(at + 1) == UInt8(ascii: ".") else {
      return try append(try page(machine, word, entry, from), token)
    }
    at += 2
    let to = try number(machine, token, &at)
    var step: UInt64 = 1
    if text.byte(at) == UInt8(ascii: "/") {
      at += 1
      step = try number(machine, token, &at)
      guard step > 0 else { throw .script("a step of 0 never ends", token) }
    }
    var index = from
    if from < to {
      while index < to {
        try append(try page(machine, word, entry, index), token, machine.ram.frameCount)
        let next = index.addingReportingOverflow(step)
        if next.overflow { return }
        index = next.partialValue
      }
    } else {
      while index > to {
        try append(try page(machine, word, entry, index - 1), token, machine.ram.frameCount)
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
