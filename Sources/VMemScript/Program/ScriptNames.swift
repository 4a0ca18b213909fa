internal import VMem

/// The names that the lines of a script bind, as far as it has been taken apart.
final class ScriptNames: NameScope {
  static var knowsValues: Bool { false }

  /// A name that no line has bound: the machine must know it.
  struct Unbound {
    let word: Text
    let use: NameUse
    let token: Token
  }

  private var table = NameTable()
  /// Names of the line being read that no line has bound.
  var unbound: [Unbound] = []
  /// Every name that a line has bound, for hints.
  var bound: [String] { table.bound }

  // MARK: Lines

  /// Notes that a line binds a name; `use` says to what, `any` when that is not known.
  func bind(_ word: Text, _ use: NameUse) {
    if word.count <= Name.maximumLength { table.bind(word, use) }
  }

  /// Whether the machine is taken to know a name already.
  func isAssumed(_ word: Text) -> Bool { table.use(of: word) != nil }

  /// Takes the machine to know a name, whatever it stands for.
  func assume(_ word: Text) {
    if word.count <= Name.maximumLength { table.assume(word) }
  }

  @inline(__always)
  func meaning(of word: Text, _ use: NameUse, _ token: Token) -> NameMeaning {
    if let known = table.use(of: word) { return .later(known) }
    unbound.append(Unbound(word: word, use: use, token: token))
    return .later(.any)
  }

  // MARK: What only a machine knows

  func pfn(_ index: UInt64, of set: Ref<PageSet>) -> UInt64? { 0 }
  func pageCount(of set: Ref<PageSet>) -> UInt64 { 0 }
  func value(of field: AreaField, at address: UInt64) -> UInt64? { 0 }
  var modulesStart: UInt64 { AddressMap(levels: 4).modulesStart }
  var frameCount: UInt32 { UInt32(Configuration.maximumMemory >> 12) }
  func value(of counter: Counter) -> UInt64 { 0 }
  func directAddress(_ pfn: UInt64) -> UInt64 { 0 }
}
