package import VMem

/// What a verb may answer besides success, and when.
package struct VerbAnswer: Sendable {
  package enum Kind: Equatable, Sendable {
    /// The call is refused.
    case refused(Refusal.Outcome)
    /// The kernel complains, whatever the call answers.
    case warned
    /// The call succeeds, and a note says what it has not done or done otherwise.
    case noted
  }

  package let kind: Kind
  /// The rules that decide, each one a condition.
  package let rules: [Rule]
  /// Conditions of WARNs that no rule has.
  package let others: [StaticString]

  private init(_ kind: Kind, _ rules: [Rule], _ others: [StaticString] = []) {
    self.kind = kind
    self.rules = rules
    self.others = others
  }

  static func errno(_ errno: Errno, _ rules: Rule...) -> VerbAnswer {
    VerbAnswer(.refused(.errno(errno)), rules)
  }

  static func null(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.refused(.null), rules) }

  static func bug(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.refused(.bug), rules) }

  static func fault(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.refused(.fault), rules) }

  static func signal(_ signal: Signal, _ rules: Rule...) -> VerbAnswer {
    VerbAnswer(.refused(.signal(signal)), rules)
  }

  static func blocked(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.refused(.blocked), rules) }

  static func warn(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.warned, rules) }

  static func warns(_ conditions: StaticString...) -> VerbAnswer {
    VerbAnswer(.warned, [], conditions)
  }

  static func note(_ rules: Rule...) -> VerbAnswer { VerbAnswer(.noted, rules) }
}

extension VerbAnswer.Kind {
  /// Its word in help: as the result line has it, or as `expect` does.
  package var word: String {
    switch self {
    case .refused(.fault): "fault"
    case .refused(let outcome): outcome.answer
    case .warned: "warn"
    case .noted: "note"
    }
  }

  /// Its place among others: errnos, then what else refuses, then what only tells.
  var place: Int {
    switch self {
    case .refused(.errno): 0
    case .refused(.null): 1
    case .refused(.fault), .refused(.signal): 2
    case .refused(.blocked): 3
    case .refused(.bug): 4
    case .warned: 5
    case .noted: 6
    }
  }
}
