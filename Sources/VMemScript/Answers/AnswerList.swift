internal import VMem

/// The answers of one verb, or of verbs that answer alike.
struct AnswerList: Sendable {
  let verbs: [StaticString]
  let answers: [VerbAnswer]

  init(_ verbs: StaticString..., says parts: [VerbAnswer]...) {
    self.verbs = verbs
    answers = Array(parts.joined())
  }

  /// The lists of all verbs.
  static let all: [AnswerList] =
    areas + mapping + memory + users + files + arenas + modules
    + machine
}

extension Verb {
  /// What it may answer besides success, and when: first what is its own, then what comes from the
  /// language.
  package var answers: [VerbAnswer] {
    let own = AnswerList.all.filter { list in list.verbs.contains { "\($0)" == "\(name)" } }
    return own.flatMap(\.answers) + commonAnswers
  }

  /// Answers that follow from how it is written.
  private var commonAnswers: [VerbAnswer] {
    var answers: [VerbAnswer] = []
    let parameters = required + optional
    if parameters.contains(where: \.takesNames) {
      answers.append(.errno(.ENOENT, .nameHoldsNothing))
    }
    if product != .nothing || name.description == "let" {
      answers.append(.errno(.EEXIST, .nameInUse))
      answers.append(.errno(.ENOMEM, .nameTableFull))
    }
    if parameters.contains(where: { $0.id == Parameter.caller.id }) {
      answers.append(.errno(.ENOMEM, .nameTableFull))
    }
    if effect == .writer, !facts.contains(.forBusyCPUs) {
      answers.append(.errno(.EBUSY, .cpuInTheMiddle, .cpuSleeps))
    }
    return answers
  }
}

extension Parameter {
  /// Whether a word of it may be a name.
  var takesNames: Bool {
    switch kind {
    case .number, .address, .range, .pages, .page, .addressAndLength, .group, .rest: true
    case .bytes, .flagWords, .choice, .word, .flag, .optionalRest: false
    }
  }
}
