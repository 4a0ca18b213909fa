internal import VMem
internal import VMemViews

extension Subsystem {
  static let exercises = Subsystem(
    "quiz",
    verbs: Verb.exercises)
}

/// Exercises.
extension Verb {
  static let exercises: [Verb] = [
    Verb(
      "quiz", .language, .nothing, .reader, [topics.parameter],
      options: [.seed, .quizAnswer, .solve],
      summary: "set a question about a small machine, judge an answer, or show the way to it",
      returns: """
        text: the lines that make the machine, and the question; or `right`; or the way, step by \
        step. A wrong answer is told what to think of again, and is exit 2. As the first line of a \
        script, in a shell, and with --image it makes the machine, by the rules of boot
        """, example: "quiz walk --seed 3", facts: [.apart],
      exits: [ExitCondition(.failedExpectation, when: "--answer is wrong"), .machineIsThere],
      .control(quiz),
      check: { parser throws(LineFailure) in
        guard parser.mayBoot else { return }
        let isJudged = parser.call.arguments.has(.quizAnswer)
        parser.root.asks = !isJudged && !parser.call.arguments.has(.solve)
        for name in parser.call.required(topics).names {
          // Safe: literals live as long as the process.
          parser.names.assume(unsafe Text(base: name.utf8Start, count: name.utf8CodeUnitCount))
        }
      })
  ]

  private static func quiz(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let topic = interpreter.call.required(topics)
    let quiz = Quiz(topic, seed: interpreter.call.arguments[.seed, default: 1])
    guard let (output, answer) = quiz.solved(interpreter.table) else {
      throw .script("this exercise cannot be made", interpreter.call.tokens[0])
    }
    if interpreter.call.arguments.has(.quizAnswer) {
      let token = interpreter.call.tokens[interpreter.call.arguments.token(.quizAnswer)]
      if let why = quiz.complaint(about: token.text.string, output, answer) {
        if interpreter.call.options.json {
          _ = interpreter.call.view { view in quiz.show(["wrong"], as: "verdict", why: why, &view) }
        }
        throw .assertion("\(topic.rawValue), seed \(quiz.seed): wrong: \(why)")
      }
      return interpreter.call.view { view in quiz.show(["right"], as: "verdict", &view) }
    }
    if interpreter.call.arguments.has(.solve) {
      let steps = quiz.steps(output, answer) + ["answer: \(quiz.text(answer))"]
      return interpreter.call.view { view in quiz.show(steps, as: "steps", &view) }
    }
    if !interpreter.isUsed, let made = quiz.made(interpreter.table) {
      try interpreter.begin(with: made.takeMachine())
    }
    return interpreter.call.view { view in
      quiz.show(quiz.lines + [quiz.question], as: "question", &view)
    }
  }
}

extension Quiz {
  /// Prints lines; as JSON one object with a list of them, and what the exercise is.
  fileprivate func show(
    _ lines: [String], as field: StaticString, why: String? = nil, _ view: inout ViewOutput
  ) {
    guard view.isJSON else {
      for line in lines {
        view.writer.write(line)
        view.endLine()
      }
      return
    }
    view.beginObject()
    view.field("topic", text: topic.rawValue)
    view.field("seed", count: seed)
    view.field("form", literal: isAddress ? "address" : "number")
    view.field(field, text: lines.joined(separator: "\n"))
    if let why { view.field("why", text: why) }
    view.endObject()
  }
}

extension Interpreter {
  /// Gives the machine up.
  consuming func takeMachine() -> Machine { machine }
}

extension Verb {
  private static let topics = Choice<QuizTopic>(
    id: 69,
    [
      "walk": .walk, "levels": .levels, "sparse": .sparse, "fit": .fit, "tlb": .tlb,
      "faults": .faults, "kmap": .kmap, "arena": .arena,
    ], "what the exercise is about")
}

extension Parameter {
  static let quizAnswer = Parameter(
    id: 70, option: "--answer", .word, "TEXT", "a number, or an address, as the answer")
  static let solve = Parameter(
    id: 71, option: "--solve", .flag, "show the way to the answer")
}
