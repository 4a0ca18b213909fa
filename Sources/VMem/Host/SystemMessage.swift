internal import Glibc

/// What the C library says about an error number.
package func systemMessage(_ number: Int32) -> String {
  // Safe: strerror always answers with a text that lives until its next call.
  unsafe String(cString: strerror(number))
}
