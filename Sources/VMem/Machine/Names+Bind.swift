/// Names of the command language and symbols of callers, both in RAM.
extension Names {
  // MARK: Names

  /// The entry of a name that has been declared, or nil.
  package func lookUp(_ text: Span<UInt8>) -> Ref<Name>? {
    ram[ram.names].names.find(hash32(text), ram) { matches($0, text) }
  }

  @inline(__always)
  private func matches(_ name: Ref<Name>, _ text: Span<UInt8>) -> Bool {
    guard Int(ram[name].length) == text.count else { return false }
    for at in text.indices where ram[name].text[at & 63] != text[at] { return false }
    return true
  }

  /// What a name stands for.
  package func name(_ name: Ref<Name>) -> Name { ram[name] }

  /// Whether the object that a name stands for lives.
  package func isLive(_ name: Ref<Name>) -> Bool { ram[name].isLive }

  /// The number or address that a name stands for; nil for pages and for nothing.
  package func value(of name: Ref<Name>) -> UInt64? {
    let value = ram[name].value
    switch NameKind(rawValue: ram[name].kind) {
    case .number: return value
    // An address of 0 is what a failed call leaves; a name for NULL is a number.
    case .address: return value == 0 ? nil : value
    case .pages, .nothing, nil: return nil
    }
  }

  /// The entry of a name, made when it is new. `text` has 1 to `Name.maximumLength` bytes.
  ///
  /// Refuses with -EEXIST when the object the name stands for lives, with -ENOMEM when there is no
  /// memory for the entry.
  package func declare(_ text: Span<UInt8>) throws(Refusal) -> Ref<Name> {
    precondition(!text.isEmpty && text.count <= Name.maximumLength)
    if let name = lookUp(text) {
      if ram[name].isLive { throw Refusal(.errno(.EEXIST), .nameInUse) }
      return name
    }
    guard let name = caches.allocate(Name.self) else {
      throw Refusal(.errno(.ENOMEM), .nameTableFull)
    }
    var record = Name()
    record.hash = hash32(text)
    record.length = UInt8(text.count)
    for at in text.indices { record.text[at] = text[at] }
    ram[name] = record
    guard ram[ram.names].names.insert(name, ram) else {
      caches.free(name)
      throw Refusal(.errno(.ENOMEM), .nameTableFull)
    }
    return name
  }

  /// Binds to a number, which can be bound again at any time.
  package func bind(_ name: Ref<Name>, number: UInt64) {
    set(name, .number, value: number, isLive: false)
  }

  /// Binds to NULL: the name holds nothing.
  package func bindNull(_ name: Ref<Name>) {
    set(name, .address, value: 0, isLive: false)
  }

  /// Binds to an address. When an area starts there the name lives as long as the area does.
  package func bind(_ name: Ref<Name>, address: UInt64) {
    // An ioremap of a byte inside a page lies behind its area's start.
    let exact = areas.busyArea(startingAt: address)
    var area = exact.isNone ? areas.busyArea(startingAt: address & ~4095) : exact
    if area.isNone, let arena = arenas.arena(at: address) { area = ram[arena].area }
    // A block of vm_map_ram outlives the mappings in it.
    if !area.isNone, !ram[area].kind.isNamed { area = .none }
    set(name, .address, value: address, isLive: !area.isNone)
    if !area.isNone {
      let before = ram[area].name
      if !before.isNone && before != name && ram[before].area == area {
        ram[before].isLive = false
        ram[before].area = .none
      }
      ram[area].name = name
      ram[name].area = area
      areas.forgetPlain(area)
    }
  }

  /// Binds to a set of pages; the name lives until the last of them is freed.
  package func bind(_ name: Ref<Name>, pages: Ref<PageSet>) {
    let first = pageSets.page(0, of: pages) ?? 0
    set(name, .pages, value: map.pageOffset + UInt64(first) << 12, isLive: true)
    ram[name].pages = pages
    ram[pages].name = name
  }

  private func set(_ name: Ref<Name>, _ kind: NameKind, value: UInt64, isLive: Bool) {
    let pages = ram[name].pages
    if !pages.isNone { pageSets.dispose(pages) }
    ram[name].kind = kind.rawValue
    ram[name].value = value
    ram[name].isLive = isLive
    ram[name].pages = .none
    ram[name].area = .none
  }

  /// Calls `body` for every name that stands for something, in an order that is always the same.
  package func forEachName(_ body: (Ref<Name>) -> Void) {
    ram[ram.names].names.forEach(ram) { name in
      if ram[name].kind != NameKind.nothing.rawValue { body(name) }
    }
  }

  /// The names that stand for something, sorted.
  package var liveNames: [String] {
    var names: [String] = []
    forEachName { name in
      if ram[name].isLive {
        names.append(
          String(decoding: (0..<Int(ram[name].length)).map { ram[name].text[$0] }, as: UTF8.self))
      }
    }
    return names.sorted()
  }

  // MARK: Callers

  /// Carries out `Machine.intern`.
  func intern(caller text: Span<UInt8>) throws(Refusal) -> Ref<Symbol> {
    precondition(!text.isEmpty && text.count <= Symbol.maximumLength)
    return text.count <= ShortSymbol.maximumLength
      ? try intern(text, &ram[ram.names].shortSymbols)
      : try intern(text, &ram[ram.names].symbols)
  }

  private func intern<T: StoredSymbol>(
    _ text: Span<UInt8>, _ table: inout HashTable<T>
  ) throws(Refusal) -> Ref<Symbol> {
    let hash = hash32(text)
    if let known = table.find(hash, ram, where: { ram.isText(text, of: $0) }) {
      return known.symbol
    }
    guard let symbol = caches.allocate(T.self) else {
      throw Refusal(.errno(.ENOMEM), .nameTableFull)
    }
    ram[symbol] = T()
    ram[symbol].hash = hash
    ram.store(text, to: symbol)
    guard table.insert(symbol, ram) else {
      caches.free(symbol)
      throw Refusal(.errno(.ENOMEM), .nameTableFull)
    }
    return symbol.symbol
  }
}
