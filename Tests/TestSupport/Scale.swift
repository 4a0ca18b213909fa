internal import Glibc

/// How much the random tests do: a short run by default, a long one with `VMEMCTL_LONG=1`.
package enum Scale {
  package static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == UInt8(ascii: "1") } ?? false

  package static func operations(_ short: Int, long: Int) -> Int { isLong ? long : short }
}
