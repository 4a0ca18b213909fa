// Declarations whose bodies are still being written. Replaced file by file.

extension Machine {
  /// Broken invariants; empty when the machine is sound.
  public func check() -> [Violation] { [] }
}

/// An invariant that does not hold.
public struct Violation: Sendable {
  /// What is wrong, in a few words; `a` and `b` are its values.
  public var what: StaticString
  public var a: UInt64
  public var b: UInt64
}
