/// How an interpreter runs scripts and what it prints.
public struct Options: Sendable {
  /// One JSON object a verb instead of result lines.
  public var json = false
  /// Only views and failures are printed.
  public var quiet = false
  /// Expectations are reported in the Test Anything Protocol.
  public var tap = false
  /// Goes on after an unexpected outcome. A line that is not of the language always ends the run.
  public var keepGoing = false
  /// Messages begin with the program's name in bold.
  public var colour = false

  public init() {}
}
