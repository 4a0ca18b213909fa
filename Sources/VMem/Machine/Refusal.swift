/// What a call answers instead of a value: the outcome, the rule that decided, and the values the
/// rule compared.
public struct Refusal: Error, Equatable, Sendable {
  /// What the caller sees.
  public enum Outcome: Equatable, Sendable {
    /// A negative error number.
    case errno(Errno)
    /// A null pointer.
    case null
    /// An access that the MMU refused.
    case fault
    /// A user's access that ends in a signal.
    case signal(Signal)
    /// What kills a real kernel; refused here, and the machine is unchanged but for its log.
    case bug
    /// The task that calls sleeps; what it waits for lets the call go on when the task runs again.
    case blocked
  }

  public let outcome: Outcome
  package let rule: Rule
  /// What the rule compared, in the order of the rule's names; 0 behind them.
  let a: UInt64
  let b: UInt64
  let c: UInt64

  package init(_ outcome: Outcome, _ rule: Rule, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0)
  {
    self.outcome = outcome
    self.rule = rule
    (self.a, self.b, self.c) = (a, b, c)
  }

  /// The same reason with another outcome, that of the call which made the refused one.
  init(_ outcome: Outcome, as other: Refusal) {
    self.init(outcome, other.rule, other.a, other.b, other.c)
  }

  /// A value by its name in the rule. Asking for one that the rule does not have is an error of the
  /// program.
  package subscript(name: String) -> UInt64 {
    guard let index = rule.values.firstIndex(where: { "\($0)" == name }) else {
      preconditionFailure("a rule without a value of that name")
    }
    return [a, b, c][index]
  }

  /// What the rule compared first, most often an address; 0 when it compares nothing.
  package var first: UInt64 { a }
}

/// Signals that end an access of a user, with Linux's numbers.
public enum Signal: UInt8, CaseIterable, Sendable {
  case SIGBUS = 7
  case SIGSEGV = 11

  public var name: String { "\(self)" }
}
