/// What decoding needs of a verb, without indirection.
struct Shape: ~Copyable {
  static let maximumParameters = 16

  /// Its parameters, those that must be given first; the parts below count them in this order.
  private let required: [Parameter]
  private let optional: [Parameter]
  private let parts: Parts
  let positionalCount: Int
  /// Positional parameters that must be given, and all that must.
  let requiredPositional: Int
  let mustHave: ParameterSet
  let effect: Verb.Effect
  let facts: Verb.Facts
  let body: Verb.Body
  let check: Verb.Check?
  let ask: Verb.Ask?
  /// Whether what it makes can have a name, and is pages.
  let makes: Bool
  let makesPages: Bool
  /// Whether every parameter that stands by position is one word that may be decoded beforehand.
  let isPlain: Bool

  /// By the index of a parameter.
  private struct Parts {
    var ids = InlineArray<16, UInt8>(repeating: 0)
    var kinds = InlineArray<16, Parameter.Kind>(repeating: .word)
    /// Names of the options; empty for those that stand by position.
    var names = InlineArray<16, StaticString>(repeating: "")
    /// Which stand by position.
    var positions = InlineArray<16, UInt8>(repeating: 0)
    var positionalCount = 0

    mutating func add(_ parameter: borrowing Parameter, at index: Int) {
      ids[index] = parameter.id
      kinds[index] = parameter.kind
      if let name = parameter.option {
        names[index] = name
      } else {
        positions[positionalCount] = UInt8(truncatingIfNeeded: index)
        positionalCount += 1
      }
    }
  }

  init(_ verb: Verb) {
    effect = verb.effect
    facts = verb.facts
    body = verb.body
    check = verb.check
    ask = verb.ask
    makes = verb.product != .nothing
    makesPages = verb.product == .pages
    isPlain = (verb.required + verb.optional).allSatisfy {
      $0.option != nil || [.number, .address, .choice, .word, .flagWords].contains($0.kind)
    }
    required = verb.required
    optional = verb.optional
    precondition(verb.required.count + verb.optional.count <= Self.maximumParameters)
    var (parts, mustHave) = (Parts(), ParameterSet())
    for (index, parameter) in verb.required.enumerated() {
      parts.add(parameter, at: index)
      mustHave.insert(parameter)
    }
    requiredPositional = parts.positionalCount
    for (index, parameter) in verb.optional.enumerated() {
      parts.add(parameter, at: verb.required.count + index)
    }
    positionalCount = parts.positionalCount
    self.mustHave = mustHave
    self.parts = parts
  }

  private var count: Int { required.count + optional.count }

  /// Everything about a parameter.
  func parameter(_ index: Int) -> Parameter {
    index < required.count ? required[index] : optional[index - required.count]
  }

  @inline(__always)
  func id(_ index: Int) -> UInt8 { parts.ids[index] }

  @inline(__always)
  func kind(_ index: Int) -> Parameter.Kind { parts.kinds[index] }

  /// The parameter that stands at a position.
  @inline(__always)
  func index(ofPosition position: Int) -> Int { Int(parts.positions[position]) }

  /// The option with this name.
  @inline(__always)
  func index(ofOption word: Text) -> Int? {
    for index in 0..<count
    where parts.names[index].utf8CodeUnitCount > 0 && word == parts.names[index] {
      return index
    }
    return nil
  }

  /// Those that stand by position, in their order.
  var positionals: [Parameter] { (0..<positionalCount).map { parameter(Int(parts.positions[$0])) } }

  /// The names of its options.
  var options: [Parameter] { (required + optional).filter { $0.option != nil } }
  var optionNames: [String] { (required + optional).compactMap { $0.option.map { "\($0)" } } }

  /// The first that must be given and was not.
  func firstMissing(_ given: ParameterSet) -> Parameter? {
    required.first { !given.contains($0) }
  }
}
