/// A system call that failed under a test.
struct HostFailure: Error {
  let what: String
  let number: Int32
}
