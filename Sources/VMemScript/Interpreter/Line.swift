internal import VMem

/// One line as it was carried out. Nothing in it has to be released.
struct Line {
  let head: Head
  /// Number of the log record that came first after the line began.
  let logStart: UInt64
  /// The name it binds, once that is declared.
  var name = Ref<Name>.none
  var result = Result.ok
  /// WARNs the line raised.
  var warnings: UInt64 = 0
  /// Accesses that a stale TLB entry answered.
  var staleHits: UInt64 = 0
  /// The machine's clock in front of a line that the history has; nil for any other.
  var recordedAt: UInt64?

  init(head: Head, logStart: UInt64) {
    self.head = head
    self.logStart = logStart
  }
}
