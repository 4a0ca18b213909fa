/// What a kernel says when it cannot go on with a task.
struct Oops {
  /// The first lines, as the kernel has them.
  var lines: [String]
  /// What happened, in a sentence.
  var explanation: String?
  /// x86's error code, in the line that counts oopses.
  var code: UInt32 = 0
  /// Whether it is a report without an exception (a hang).
  var isReportOnly = false
  /// Whether the engine's own lines say already which task it is.
  var hasTitle = false
  var isLockup = false
  /// Where it happened, if not where the task was.
  var rip: UInt64?
  /// What the exception is called in the line with the number; nil for `Oops`.
  var name: String?
}
