internal import Glibc
internal import VMemBench
internal import VMemScript

/// Why a process command ends without doing its work.
struct ProcessFailure: Error, Equatable {
  let message: String
  let exitCode: Int32
  /// Whether all that is wrong is that there is an image already.
  var isTaken = false
  /// Lines that follow the message.
  var details = ""
}

extension ProcessFailure {
  init(_ misuse: Misuse) {
    self.init(message: misuse.message, exitCode: EX_USAGE, details: misuse.details)
  }

  init(_ failure: BenchmarkFailure) {
    self.init(message: failure.message, exitCode: failure.exitCode, details: failure.details)
  }
}
