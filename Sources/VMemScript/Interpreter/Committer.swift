package import VMem

/// Keeps what lines do to a machine: no result leaves the process before the commit that covers it.
package protocol Committer: AnyObject {
  /// Keeps what the machine has become by `lines`, those that ran since the last commit. Returns false
  /// when the host fails; then nothing more is printed.
  func commit(_ lines: [UInt8]) -> Bool

  /// Makes a machine that has just been booted the one that is kept, and returns it, or the words and
  /// exit code for why not.
  func boot(
    _ machine: consuming Machine, _ text: ArraySlice<UInt8>
  ) throws(CommitFailure) -> Machine
}

/// What the language asks of images besides keeping the machine it works on.
package protocol Images: AnyObject {
  /// Whether a path leads to the session's image, its log or its history, or would: no line reads or
  /// writes these.
  func isOwn(_ path: String) -> Bool

  /// Whether an open file is the session's image, its log or its history.
  func isOwn(_ descriptor: Int32) -> Bool

  /// Whether a path leads to an image, a log or a history, of whatever machine.
  func belongsToAMachine(_ path: String) -> Bool

  /// Whether such a file may be replaced.
  var mayReplace: Bool { get }

  /// Takes note of a file of the host that a line has opened, by the address of its inode.
  func took(_ file: UInt64)

  /// Whether a file's path was given on this host, rather than with an image from elsewhere.
  func isTrusted(_ file: UInt64) -> Bool

  /// Writes a machine to an image of its own.
  func snapshot(_ machine: borrowing Machine, to path: String) throws(CommitFailure)

  /// The machine in another image, which is only read.
  func open(_ path: String) throws(CommitFailure) -> Machine

  /// Calls `body` for every frame of the kept image that is not as it was written, ascending, with its
  /// checksum and the one it should have.
  func forEachDamagedFrame(_ body: (_ frame: UInt32, _ sum: UInt32, _ expected: UInt32) -> Void)

  /// Every line that has made the machine what it is, since it was booted: a script.
  func history() throws(CommitFailure) -> [UInt8]

  /// Takes the last commit back, and returns its lines.
  func undo() throws(CommitFailure) -> [UInt8]
}

/// Why a machine cannot be kept.
package struct CommitFailure: Error {
  package let message: String
  package let exit: ExitCode

  package init(message: String, exit: ExitCode) {
    self.message = message
    self.exit = exit
  }
}
