/// Symbols of the texts of a file, by where it has them: a text that stands in many rows is looked up
/// once. Texts that share a slot drive each other out.
package struct KnownSymbols {
  private var places: [UInt32]
  private var symbols: [Ref<Symbol>]

  private static let count = 1 << 12

  package init() {
    places = [UInt32](repeating: .max, count: Self.count)
    symbols = [Ref<Symbol>](repeating: .none, count: Self.count)
  }

  /// The symbol of the text at a place; nil if it is not known.
  subscript(place: UInt32) -> Ref<Symbol>? {
    get {
      let slot = Self.slot(place)
      return places[slot] == place ? symbols[slot] : nil
    }
    set {
      let slot = Self.slot(place)
      (places[slot], symbols[slot]) = (newValue == nil ? .max : place, newValue ?? .none)
    }
  }

  private static func slot(_ place: UInt32) -> Int { Int((place &* 0x9e37_79b1) >> 20) }
}
