/// Why a process command ends without doing its work.
struct ProcessFailure: Error, Equatable {
  let message: String
  let exitCode: Int32
  /// Whether all that is wrong is that there is an image already.
  var isTaken = false
  /// Lines that follow the message.
  var details = ""
}
