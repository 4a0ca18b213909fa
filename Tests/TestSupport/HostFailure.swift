/// A system call that failed under a test.
package struct HostFailure: Error {
  package let what: String
  package let number: Int32

  package init(what: String, number: Int32) {
    self.what = what
    self.number = number
  }
}
