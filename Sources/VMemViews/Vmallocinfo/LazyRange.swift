/// Address space that waits for a purge.
struct LazyRange {
  var node: Int
  var start: UInt64
  var end: UInt64
}
