/// What decoding needs of a verb, without indirection.
struct Shape {
  static let maximumParameters = 16

  var positional = InlineArray<16, UInt8>(repeating: 0)
  var options = InlineArray<16, UInt8>(repeating: 0)
  var positionalCount = 0
  /// Positional parameters that must be given, and all that must.
  var requiredPositional = 0
  var required = ParameterSet()
  var optionCount = 0
  let effect: Verb.Effect
  /// Whether what it makes can have a name.
  let makes: Bool

  /// Whether running it again is part of making the same machine again.
  let isRecorded: Bool
  /// Whether it may be said to a CPU that is in the middle of a call.
  let isForBusyCPUs: Bool

  init(_ verb: Verb) {
    isRecorded = verb.changesTheMachine
    isForBusyCPUs = ["cpu", "context", "step", "task"].contains("\(verb.name)")
    effect = verb.effect
    makes = verb.product != .nothing
    precondition(verb.required.count + verb.optional.count <= Self.maximumParameters)
    for parameter in verb.required {
      required.insert(parameter)
      add(parameter)
    }
    requiredPositional = positionalCount
    for parameter in verb.optional { add(parameter) }
  }

  private mutating func add(_ parameter: Parameter) {
    if parameter.option == nil {
      positional[positionalCount] = parameter.rawValue
      positionalCount += 1
    } else {
      options[optionCount] = parameter.rawValue
      optionCount += 1
    }
  }

  @inline(__always)
  func parameter(_ index: Int) -> Parameter {
    Parameter(rawValue: positional[index]) ?? .text
  }

  /// The option with this name.
  func option(_ word: Text) -> Parameter? {
    for index in 0..<optionCount {
      if let parameter = Parameter(rawValue: options[index]), let name = parameter.option,
        word == name
      {
        return parameter
      }
    }
    return nil
  }
}
