/// What decoding needs of a verb, without indirection.
struct Shape {
  static let maximumParameters = 16

  /// Its parameters, those that must be given first; the parts below count them in this order.
  private let required: [Parameter]
  private let optional: [Parameter]
  private var ids = InlineArray<16, UInt8>(repeating: 0)
  private var kinds = InlineArray<16, Parameter.Kind>(repeating: .word)
  /// Names of the options; empty for those that stand by position.
  private var names = InlineArray<16, StaticString>(repeating: "")
  /// Which stand by position.
  private var positions = InlineArray<16, UInt8>(repeating: 0)
  private(set) var positionalCount = 0
  /// Positional parameters that must be given, and all that must.
  private(set) var requiredPositional = 0
  private(set) var mustHave = ParameterSet()
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
    required = verb.required
    optional = verb.optional
    precondition(required.count + optional.count <= Self.maximumParameters)
    for index in 0..<required.count {
      add(required[index], at: index)
      mustHave.insert(required[index])
    }
    requiredPositional = positionalCount
    for index in 0..<optional.count { add(optional[index], at: required.count + index) }
  }

  private mutating func add(_ parameter: borrowing Parameter, at index: Int) {
    ids[index] = parameter.id
    kinds[index] = parameter.kind
    if let name = parameter.option {
      names[index] = name
    } else {
      positions[positionalCount] = UInt8(truncatingIfNeeded: index)
      positionalCount += 1
    }
  }

  private var count: Int { required.count + optional.count }

  /// Everything about a parameter.
  func parameter(_ index: Int) -> Parameter {
    index < required.count ? required[index] : optional[index - required.count]
  }

  @inline(__always)
  func id(_ index: Int) -> UInt8 { ids[index] }

  @inline(__always)
  func kind(_ index: Int) -> Parameter.Kind { kinds[index] }

  /// The parameter that stands at a position.
  @inline(__always)
  func index(ofPosition position: Int) -> Int { Int(positions[position]) }

  /// The option with this name.
  @inline(__always)
  func index(ofOption word: Text) -> Int? {
    for index in 0..<count where names[index].utf8CodeUnitCount > 0 && word == names[index] {
      return index
    }
    return nil
  }

  /// Those that stand by position, in their order.
  var positionals: [Parameter] { (0..<positionalCount).map { parameter(Int(positions[$0])) } }

  /// The names of its options.
  var options: [Parameter] { (required + optional).filter { $0.option != nil } }
  var optionNames: [String] { (required + optional).compactMap { $0.option.map { "\($0)" } } }

  /// The first that must be given and was not.
  func firstMissing(_ given: ParameterSet) -> Parameter? {
    required.first { !given.contains($0) }
  }
}
