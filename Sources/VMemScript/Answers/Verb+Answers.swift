internal import VMem

extension Verb {
  /// What it may answer besides success, and when: first what is its own, then what comes from the
  /// language.
  package var answers: [VerbAnswer] {
    ownAnswers().joined() + commonAnswers
  }

  /// Answers that follow from how it is written.
  private var commonAnswers: [VerbAnswer] {
    var answers: [VerbAnswer] = []
    let parameters = required + optional
    if parameters.contains(where: \.takesNames) {
      answers.append(.errno(.ENOENT, .nameHoldsNothing))
    }
    if product != .nothing || facts.contains(.names) {
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
    case .bytes, .flagWords, .choice, .word, .flag, .optionalRest, .words: false
    }
  }
}
