internal import VMem

/// The names that the lines of a script bind, as far as it has been taken apart.
struct ScriptNames: NameScope, ~Copyable {
  static var knowsValues: Bool { false }

  private var table = NameTable()
  /// Every name that a line has bound, for hints.
  var bound: [String] { table.bound }

  // MARK: Lines

  /// Notes that a line binds a name; `use` says to what, `any` when that is not known.
  ///
  /// - Returns: the number of the name; nil for one that no machine takes.
  @inline(__always) @discardableResult
  mutating func bind(_ word: Text, _ use: NameUse) -> Int? {
    word.count <= Name.maximumLength ? table.bind(word, use) : nil
  }

  /// The number of a name that a line has bound, or that the machine is taken to know.
  @inline(__always)
  func index(of word: Text) -> Int? { table.index(of: word) }

  /// Whether a line has bound a name.
  @inline(__always)
  func isBound(_ word: Text) -> Bool { table.isBound(word) }

  /// Whether the machine is taken to know a name already.
  func isAssumed(_ word: Text) -> Bool { table.use(of: word) != nil }

  /// Takes the machine to know a name, whatever it stands for.
  mutating func assume(_ word: Text) {
    if word.count <= Name.maximumLength { table.assume(word) }
  }

  @inline(__always)
  func meaning(of word: Text) -> NameMeaning {
    table.use(of: word).map { .later($0) } ?? .unbound
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
