/// Symbols of the texts of a file by their numbers, so that a text that stands in many rows is looked up
/// once.
package struct ImportedTexts {
  private var symbols: [Ref<Symbol>]

  /// - Parameter count: one more than the highest number.
  package init(_ count: Int) { symbols = [Ref<Symbol>](repeating: .none, count: count) }

  /// The symbol of a text's beginning; none if it is not known.
  subscript(number: Int) -> Ref<Symbol> {
    get { symbols[number] }
    set { symbols[number] = newValue }
  }
}
