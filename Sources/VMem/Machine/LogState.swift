/// Roots of the kernel log, and what keeps messages out of it.
struct LogState: BitwiseCopyable {
  /// First frame of the records.
  var frames: UInt32 = 0
  /// A bit for each `WarnOnce` that has spoken.
  var warnedOnce: UInt32 = 0
  var end: UInt64 = 0
  var warnings: UInt64 = 0
  /// `printk_ratelimit`, and that of `warn_alloc`.
  var messageLimit = RateLimit()
  var allocationLimit = RateLimit()
  /// Oopses since boot.
  var oopses: UInt32 = 0
  /// Failures of the per-CPU allocator that were logged.
  var percpuFailures: UInt32 = 0
}

extension RAM {
  var log: Ref<LogState> { self[Superblock.ref].roots.log }
}
