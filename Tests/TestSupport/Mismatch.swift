/// What ends a test early. Plain functions throw it: the macros of the testing library cannot take
/// values that are not copyable, and cost too much in long loops.
package struct Mismatch: Error, CustomStringConvertible {
  package let description: String

  package init(_ text: String, _ line: Int) { description = "line \(line): \(text)" }
}

/// Throws a `Mismatch` unless a condition holds.
package func require(_ holds: Bool, _ text: @autoclosure () -> String = "", line: Int = #line)
  throws
{
  if !holds { throw Mismatch(text(), line) }
}

/// The value of an optional; throws a `Mismatch` when there is none.
package func required<T>(
  _ value: T?, _ text: @autoclosure () -> String = "nothing there", line: Int = #line
) throws -> T {
  guard let value else { throw Mismatch(text(), line) }
  return value
}
