/// Entries of a leaf that are gone, as `FreeIndex.Node` explains.
extension IndexHandle {
  @inline(__always)
  func isGone(_ position: Int) -> Bool { sizes[position] == 0 }

  /// Position of the last entry up to `position` that is not gone.
  @inline(__always)
  func presentPosition(atOrBefore position: Int) -> Int {
    var at = position
    while at > 0 && isGone(at) { at &-= 1 }
    return at
  }

  /// Position of the first entry from `position` on that is not gone, or one past the last.
  @inline(__always)
  func presentPosition(from position: Int) -> Int {
    let count = count
    var at = position
    while at < count && isGone(at) { at &+= 1 }
    return at
  }

  /// Lets entries that are gone start below the one at `position`, which now starts at `start`.
  @inline(__always)
  func lowerGone(before position: Int, to start: UInt64) {
    var at = position &- 1
    while at > 0 && starts[at] > start && isGone(at) {
      starts[at] = start
      at &-= 1
    }
  }

  /// Lets entries that are gone start behind the block at `position`, which now ends at `end`.
  @inline(__always)
  func raiseGone(after position: Int, to end: UInt64) {
    var at = position &+ 1
    while at < count && starts[at] < end && isGone(at) {
      starts[at] = end
      at &+= 1
    }
  }

  /// Takes all entries out that are gone.
  func compact() {
    let before = count
    var to = 0
    for at in 0..<before {
      let isGone = isGone(at)
      sizes[to] = sizes[at]
      refs[to] = refs[at]
      starts[to] = starts[at]
      to &+= isGone ? 0 : 1
    }
    count = to
    gone = 0
    endAtCount(before: before)
  }
}
