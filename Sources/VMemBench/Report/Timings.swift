/// Durations of repeated runs of one piece of work, in nanoseconds.
struct Timings: Equatable {
  private(set) var sorted: [UInt64]

  /// `durations_ns` must not be empty.
  init(_ durations_ns: [UInt64]) {
    precondition(!durations_ns.isEmpty)
    sorted = durations_ns.sorted()
  }

  var minimum_ns: UInt64 { sorted[0] }
  var maximum_ns: UInt64 { sorted[sorted.count - 1] }

  /// The middle duration; of an even number the mean of the two in the middle.
  var median_ns: UInt64 {
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    return (sorted[middle - 1] + sorted[middle]) / 2
  }
}
