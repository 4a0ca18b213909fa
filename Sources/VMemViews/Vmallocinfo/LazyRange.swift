internal import VMem

/// Address space that waits for a purge.
struct LazyRange {
  var node: Int
  var start: UInt64
  var end: UInt64
  /// What its row has behind its words, or none.
  var tail = Ref<Symbol>.none
}
