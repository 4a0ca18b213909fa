internal import Glibc

/// The host's time. `ContinuousClock` would bring tasks and their queues into the program.
package enum HostClock {
  /// Nanoseconds of the monotonic clock.
  package static var now_ns: UInt64 {
    var time = timespec()
    // Safe: the clock fills the record.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
