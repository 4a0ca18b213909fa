internal import VMemViews

/// What a replay has found.
struct ReplayReport {
  /// Events of the three kinds, and attempts to allocate among them, whether they failed or not.
  var events = 0
  var allocations = 0
  var failed = 0
  /// Attempts that ended on this machine as in the trace, and those that did not.
  var matches = 0
  var differenceCount = 0
  /// The differences, as many as are kept.
  var differences: [ReplayDifference] = []
  var frees = 0
  /// Frees of what was allocated before the trace began, or in a part of it that is lost.
  var unknownFrees = 0
  /// Frees of areas whose owner is an object of this machine.
  var keptFrees = 0
  /// Allocations that could not be filed at their address.
  var unfiled = 0
  var purges = 0
  /// Most bytes in busy areas at a time.
  var peakBytes: UInt64 = 0
  /// Bytes in busy areas now.
  var busyBytes: UInt64 = 0
  var samples: [ReplaySample] = []
  var arePoolsKnown = true
  /// Whether it ended at the first difference.
  var isStopped = false
  var notes: [TraceNote] = []
  var noteCount = 0

  static let mostDifferences = 1000

  mutating func note(_ line: Int, _ message: String) {
    noteCount += 1
    notes.append(TraceNote(line: line, message: message))
  }
}
