internal import Glibc
package import VMem
package import VMemScript

/// Why a benchmark has no figures.
package enum BenchmarkFailure: Error {
  /// The words that ask for it mean nothing.
  case misused(Misuse)
  /// There is no machine of so many bytes of RAM.
  case boot(BootError, memory: UInt64)
  /// A call of the machine was refused.
  case refused(Refusal)
  /// The work was not done, or done wrong: what and how.
  case wrong(String)
  /// A file cannot be made: its path and the host's error number.
  case cannotCreate(String, errno: Int32)
  /// The host refuses something else: what it is, and its error number.
  case host(String, errno: Int32)
  /// A program beside the benchmark ended with a failure.
  case program(String)

  package var message: String {
    switch self {
    case .misused(let misuse): misuse.message
    case .boot(.host, _): "the host refuses to reserve 64 GiB of address space (ulimit -v)"
    case .boot(let error, let memory): "no machine of \(memory) bytes: \(error)"
    case .refused(let refusal): "a call was refused: \(refusal.rule)"
    case .wrong(let what): what
    case .cannotCreate(let what, let number), .host(let what, let number):
      "\(what): \(systemMessage(number))"
    case .program(let name): "\(name) failed"
    }
  }

  package var exitCode: Int32 {
    switch self {
    case .boot(.host, _), .host, .program: EX_IOERR
    case .misused, .boot: EX_USAGE
    case .refused: 1
    case .wrong: EX_SOFTWARE
    case .cannotCreate: EX_CANTCREAT
    }
  }

  /// Lines that follow the message.
  package var details: String {
    if case .misused(let misuse) = self { misuse.details } else { "" }
  }
}
