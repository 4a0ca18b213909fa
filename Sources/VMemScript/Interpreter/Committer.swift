public import VMem

/// Keeps what lines do to a machine: no result leaves the process before the commit that covers it.
public protocol Committer: AnyObject {
  /// Takes note of a line that may have changed the machine; `text` has no newline.
  func ran(_ text: [UInt8])

  /// Keeps everything that ran. Returns false when the host fails; then nothing more is printed.
  func commit() -> Bool

  /// Makes a machine that has just been booted the one that is kept, and returns it, or the words and
  /// exit code for why not.
  func boot(
    _ machine: consuming Machine, _ text: [UInt8]
  ) throws(CommitFailure) -> Machine
}

/// Why a machine cannot be kept.
public struct CommitFailure: Error {
  public let message: String
  public let exit: ExitCode

  public init(message: String, exit: ExitCode) {
    self.message = message
    self.exit = exit
  }
}
