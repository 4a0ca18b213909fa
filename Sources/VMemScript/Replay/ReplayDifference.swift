internal import VMem

/// An allocation whose address is not the one that this machine chose.
struct ReplayDifference {
  /// An area beside it, as it was then.
  struct Neighbour {
    let start: UInt64
    let end: UInt64
    let caller: String
  }

  let event: TraceEvent
  /// The task's name.
  let task: String
  /// Where this machine would have put it; nil for nowhere.
  let own: UInt64?
  let below: Neighbour?
  let above: Neighbour?
  /// A sentence: why, as far as the trace tells.
  let why: String
}
