internal import VMem

extension Expectation {
  /// Whether everything that happened was announced, and everything announced happened.
  func isMet(by happened: Happened, warned: Bool, stale: Bool) -> Bool {
    guard warned == hasWarn, stale == hasStale else { return false }
    var isAnnounced = happened.isSuccess
    for index in 0..<count {
      switch self[index] {
      case .warn, .stale: continue
      case let outcome: guard outcome.isMet(by: happened) else { return false }
      }
      isAnnounced = true
    }
    return isAnnounced
  }
}

extension Expectation.Wanted {
  func isMet(by happened: Happened) -> Bool {
    switch (self, happened) {
    case (.outcome(.fault), .refused(.signal)): true
    case (.outcome(let a), .refused(let b)): a == b
    case (.value(let a), .value(let b)), (.value(let a), .difference(let b)): a == b
    case (.value(0), .ok), (.value(0), .text): true
    default: false
    }
  }
}
