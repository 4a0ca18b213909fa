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
  let facts: Verb.Facts
  /// Whether what it makes can have a name, and is pages.
  let makes: Bool
  let makesPages: Bool

  init(_ verb: Verb) {
    effect = verb.effect
    facts = verb.facts
    makes = verb.product != .nothing
    makesPages = verb.product == .pages
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
