/// What a client of a served machine may do.
struct Rights: Equatable {
  /// Whether it may change the machine.
  var isWritable = false
  /// Whether it has come by a socket of this user's: then it may have the files of this user, too.
  var isLocal = true
  /// Whether a script runs, which can be stopped.
  var isRun = false
}
