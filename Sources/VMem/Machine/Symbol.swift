/// The symbol of a caller, as vmallocinfo shows it.
///
/// Most are short, and a machine that was imported may have a million: those that `ShortSymbol` has room
/// for end with it. A reference may be one to either, since both begin alike, so that nothing may be read
/// behind the text.
public struct Symbol: StoredSymbol, Sendable {
  static var cache: Int { 3 }

  package static let maximumLength = 111

  var hash: UInt32 = 0
  var nextInBucket = Ref<Symbol>.none
  package var length: UInt8 = 0
  package var text = InlineArray<112, UInt8>(repeating: 0)
  private var unused = InlineArray<7, UInt8>(repeating: 0)
}

/// A symbol of few bytes.
struct ShortSymbol: StoredSymbol {
  static var cache: Int { 20 }

  static let maximumLength = 39

  var hash: UInt32 = 0
  var nextInBucket = Ref<ShortSymbol>.none
  var length: UInt8 = 0
  var text = InlineArray<39, UInt8>(repeating: 0)
}

/// What both have: they begin alike, and are zeroes behind their text.
protocol StoredSymbol: HashLinked {
  static var maximumLength: Int { get }
  var length: UInt8 { get set }
  init()
}

extension Ref where T: StoredSymbol {
  /// As areas refer to it.
  var symbol: Ref<Symbol> { cast(to: Symbol.self) }
}

extension Ref<Symbol> {
  /// The same if it is one to a `ShortSymbol`.
  var short: Ref<ShortSymbol> { cast(to: ShortSymbol.self) }
}

extension RAM {
  /// Where the text of a symbol begins in its record.
  static let symbolText = MemoryLayout<Symbol>.offset(of: \.text)!

  /// The text of a symbol; what a damaged one says of its length ends with the longest.
  package func text(of symbol: Ref<Symbol>) -> [UInt8] {
    (0..<min(Int(self[symbol].length), Symbol.maximumLength)).map {
      byte(symbol, at: Self.symbolText + $0)
    }
  }

  /// Whether that is the text of a symbol.
  func isText<T: StoredSymbol>(_ text: Span<UInt8>, of symbol: Ref<T>) -> Bool {
    guard Int(self[symbol].length) == text.count else { return false }
    for at in text.indices where byte(symbol, at: Self.symbolText + at) != text[at] {
      return false
    }
    return true
  }

  /// Writes the text of a symbol that was made just now.
  func store<T: StoredSymbol>(_ text: Span<UInt8>, to symbol: Ref<T>) {
    self[symbol].length = UInt8(text.count)
    for at in text.indices { set(symbol, at: Self.symbolText + at, text[at]) }
  }
}
