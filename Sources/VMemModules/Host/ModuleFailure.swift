package import VMem

/// Why a module is not loaded, or not unloaded: what the kernel returns and the rule, or, for a file that
/// is no object, a sentence.
package enum ModuleFailure: Error {
  case refused(Refusal)
  case badObject(String)

  init(_ errno: Errno, _ rule: Rule, _ value: UInt64 = 0) {
    self = .refused(Refusal(.errno(errno), rule, value))
  }
}

extension Errno {
  /// The number that a negative status stands for; EINVAL for one that is not known.
  init(code: Int32) { self = UInt8(exactly: 0 &- code).flatMap(Errno.init(rawValue:)) ?? .EINVAL }
}
