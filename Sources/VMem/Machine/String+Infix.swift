extension StringProtocol {
  /// Whether `text` stands somewhere in this text, byte for byte; an empty one does.
  ///
  /// `contains(_:)` of a text is in another module than the standard library, which brings regular
  /// expressions into the program.
  package func hasInfix(_ text: String) -> Bool {
    var rest = utf8[...]
    while !rest.starts(with: text.utf8) {
      if rest.popFirst() == nil { return false }
    }
    return true
  }
}
