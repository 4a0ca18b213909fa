/// Why a process command ends without doing its work.
struct ProcessFailure: Error, Equatable {
  let message: String
  let exitCode: Int32
}
