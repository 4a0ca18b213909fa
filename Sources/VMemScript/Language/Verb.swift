internal import VMem

/// A verb of the command language: everything help, completion, errors and the interpreter know
/// about it stands here.
package struct Verb: Sendable {
  /// What `NAME =` before the verb binds.
  enum Product: Sendable {
    case nothing
    case address
    case pages
  }

  /// What running it may change.
  enum Effect: Sendable {
    /// Nothing: it never writes an image, and time does not pass.
    case reader
    /// The machine.
    case writer
    /// Nothing but the run of the script; prints no result line.
    case language
  }

  enum Body: Sendable {
    case call(@Sendable (borrowing Machine, inout Call) throws(Refusal) -> Result)
    /// For bodies that read words themselves or touch files, and so may find the script wrong.
    case control(@Sendable (inout Interpreter) throws(LineFailure) -> Result)
  }

  /// The word that calls it: the kernel function's name where there is one.
  package let name: StaticString
  package let group: Group
  let product: Product
  let effect: Effect
  let required: [Parameter]
  let optional: [Parameter]
  /// One line: what it does.
  package let summary: StaticString
  /// The kernel function it follows; empty when there is none.
  package let kernelFunction: StaticString
  /// What is printed.
  package let returns: StaticString
  /// Lines that show it at work.
  package let example: StaticString
  /// What else there is to know, in lines; empty for nothing.
  package let details: StaticString
  package let facts: Facts
  /// The exit codes that are its own, ascending.
  let exits: [ExitCondition]
  /// What it may answer besides success, but for what follows from how it is written.
  let ownAnswers: @Sendable () -> [[VerbAnswer]]
  let body: Body
  /// Looks at the words that follow rules of their own, before anything runs.
  let check: Check?

  typealias Check = @Sendable (inout Parser) throws(LineFailure) -> Void
  /// Looks, before the line acts and is of the history, at what only the machine or the host know.
  let ask: Ask?

  typealias Ask = @Sendable (inout Interpreter) throws(LineFailure) -> Void
  /// The call that `step` does in parts, for a verb it can divide.
  let parts: Parts?

  typealias Parts = @Sendable (inout Call) throws(LineFailure) -> DividedCall

  init(
    _ name: StaticString, _ group: Group, _ product: Product = .nothing,
    _ effect: Effect = .writer, _ required: [Parameter] = [], options: [Parameter] = [],
    summary: StaticString, kernel: StaticString = "", returns: StaticString,
    example: StaticString, facts: Facts = [], exits: [ExitCondition] = [],
    answers: @escaping @autoclosure @Sendable () -> [[VerbAnswer]] = [], _ body: Body,
    check: Check? = nil, ask: Ask? = nil, parts: Parts? = nil,
    details: StaticString = ""
  ) {
    self.name = name
    self.group = group
    self.product = product
    self.effect = effect
    self.required = required
    self.optional = options
    self.summary = summary
    kernelFunction = kernel
    self.returns = returns
    self.example = example
    self.details = details
    self.exits = exits
    ownAnswers = answers
    self.body = body
    self.check = check
    self.ask = ask
    self.parts = parts
    var all = facts
    if effect == .writer { all.formUnion([.changes, .looks]) }
    if effect == .reader, !facts.contains(.apart) { all.insert(.looks) }
    if ask != nil { all.insert(.asks) }
    self.facts = all
  }

  /// Whether it leaves every image untouched.
  package var isReader: Bool { effect == .reader }

  /// The verb and its arguments as help shows them.
  package var signature: String {
    var text = product == .nothing ? "" : product == .pages ? "P = " : "A = "
    text += "\(name)"
    for parameter in required { text += " \(parameter.signature)" }
    for parameter in optional { text += " [\(parameter.signature)]" }
    return text
  }

  /// Its parameters as help shows them: how each is written, and what it means.
  package var parameters: [(signature: String, meaning: String)] {
    (required + optional).map { ($0.signature, "\($0.meaning)") }
  }

  /// The names of its options, for completion.
  package var options: [String] {
    (required + optional).compactMap { parameter in parameter.option.map { "\($0)" } }
  }
}

extension Verb {
  /// What help lists together: verbs of one subsystem, or that do alike.
  package struct Group: Equatable, Sendable {
    /// Its word in `help`, which no verb has.
    package let topic: StaticString
    /// Its heading in help.
    package let title: StaticString

    init(_ topic: StaticString, _ title: StaticString) {
      self.topic = topic
      self.title = title
    }

    package static func == (left: Self, right: Self) -> Bool {
      "\(left.topic)" == "\(right.topic)"
    }
  }
}
