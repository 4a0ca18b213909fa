/// A parameter that is one of a few words, each of which stands for a value.
struct Choice<Value: Sendable>: Sendable {
  let parameter: Parameter
  private let words: @Sendable () -> KeyValuePairs<StaticString, Value>

  /// One that stands by position, or an option.
  init(
    id: UInt8, option: StaticString? = nil,
    _ words: @escaping @autoclosure @Sendable () -> KeyValuePairs<StaticString, Value>,
    _ meaning: StaticString
  ) {
    parameter = Parameter(id: id, option: option, .choice, meaning) {
      words().enumerated().map { (name: $1.key, value: UInt64($0)) }
    }
    self.words = words
  }

  /// What a position among the words stands for.
  subscript(position: UInt64) -> Value { words()[Int(position)].value }
}

extension Call {
  /// What the word that was given stands for, or nil when there was none.
  func choice<Value>(_ choice: Choice<Value>) -> Value? {
    arguments.has(choice.parameter) ? choice[arguments[choice.parameter]] : nil
  }

  /// What the word of a choice that must be given stands for.
  func required<Value>(_ choice: Choice<Value>) -> Value { choice[arguments[choice.parameter]] }
}
