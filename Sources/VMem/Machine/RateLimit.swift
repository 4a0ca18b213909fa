/// Keeps a message that recurs from flooding the log: so many in an interval. The corresponding kernel
/// structure is `struct ratelimit_state`.
struct RateLimit: BitwiseCopyable {
  /// Clock at the first message of the interval that runs; 0 before the first of all.
  var begin: UInt64 = 0
  var printed: UInt32 = 0
  var missed: UInt32 = 0

  /// Whether another message may be printed at `now`, with the number that were kept back before it,
  /// which is told once. Times in microseconds.
  mutating func admit(
    _ now: UInt64, interval_us: UInt64, burst: UInt32
  ) -> (isPrinted: Bool, missed: UInt32) {
    var told: UInt32 = 0
    if begin == 0 { begin = max(now, 1) }
    if now > begin + interval_us {
      told = missed
      self = RateLimit(begin: now)
    }
    if printed < burst {
      printed += 1
      return (true, told)
    }
    missed += 1
    return (false, told)
  }
}

extension KernelPart where Self: ~Copyable {
  /// Logs a failed search for address space: ten in five seconds.
  func logAllocationFailed(_ size: UInt64, from: UInt64, to: UInt64) {
    let (isPrinted, missed) = ram[ram.log].messageLimit.admit(
      clock, interval_us: 5_000_000, burst: 10)
    if missed > 0 { logMessage(.suppressed, .alloc_vmap_area, UInt64(missed)) }
    if isPrinted { logMessage(.allocationFailed, nil, size, from, to) }
  }

  /// Logs why vmalloc fails: once in ten seconds. The corresponding kernel function is `warn_alloc`.
  func logVmallocError(
    _ message: KernelMessage, _ request: VmallocRequest, _ size: UInt64, _ other: UInt64 = 0
  ) {
    var gfp = request.gfp
    if gfp.contains(.noWarn) { return }
    // Behind the search.
    if message != .vmallocExceedsTotal, message != .vmallocNoArea {
      if has(.lateFailuresSilent) { return }
      if !gfp.isLow { gfp.insert(.highmem) }
    }
    logFailedAllocation(message, size, other, gfp)
  }

  /// Logs that there is no free block of pages, unless somebody would be killed for it: only who gives
  /// up or wants more than eight pages is left without.
  func logPageFailure(order: UInt64, _ gfp: GFP) {
    guard order > 3 || gfp.givesUp, !gfp.contains(.noWarn), !gfp.neverFails else { return }
    logFailedAllocation(.pageAllocationFailed, order, 0, gfp)
  }

  private func logFailedAllocation(
    _ message: KernelMessage, _ a: UInt64, _ b: UInt64, _ gfp: GFP
  ) {
    let (isPrinted, missed) = ram[ram.log].allocationLimit.admit(
      clock, interval_us: 10_000_000, burst: 1)
    if missed > 0 { logMessage(.suppressed, .warn_alloc, UInt64(missed)) }
    if isPrinted { logMessage(message, nil, a, b, UInt64(gfp.rawValue)) }
  }
}
