import Glibc
import TestSupport

@testable import VMemCLI

/// A copy of this process, which must have no other threads at work: of an exit test, that is.
enum ForkedProcess {
  /// Seconds of a processor after which a process is taken for endless, and killed.
  static let patience = 10

  /// Runs `body` in a copy of this process that says nothing and ends as vmemctl does, and returns its
  /// status as a shell shows it.
  static func status(of body: () -> Int32) throws(HostFailure) -> Int32 {
    try usage(of: body).status
  }

  /// The same, killed after `patience` seconds of a processor; and the most memory it has had, in bytes.
  static func usage(
    patience: Int = Self.patience, of body: () -> Int32
  ) throws(HostFailure) -> (status: Int32, memory: Int) {
    let process = fork()
    guard process == 0 else {
      var (status, usage): (Int32, rusage) = (0, rusage())
      while wait4(process, &status, 0, &usage) < 0 {
        guard errno == EINTR else { throw HostFailure(what: "wait4", number: errno) }
      }
      let signal = status & 0x7f
      return (signal == 0 ? (status >> 8) & 0xff : 128 + signal, usage.ru_maxrss << 10)
    }
    var limit = rlimit(rlim_cur: rlim_t(patience), rlim_max: rlim_t(patience) + 1)
    setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit)
    let null = open("/dev/null", O_RDWR)
    for stream in 0..<3 as Range<Int32> { dup2(null, stream) }
    Signals.prepare()
    _exit(body())
  }

  /// Whether a status is that of a process whose patience was at an end.
  static func isEndless(_ status: Int32) -> Bool {
    status == 128 + SIGXCPU || status == 128 + SIGKILL
  }

  /// Says on standard error what has failed, for the test that waits.
  static func report(_ failure: String) {
    let line = Array("failed: \(failure)\n".utf8)
    write(STDERR_FILENO, line, line.count)
  }
}
