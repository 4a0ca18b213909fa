/// The decoded arguments of one line: fixed room that every line uses again.
struct Arguments: ~Copyable {
  var given = ParameterSet()
  var values = InlineArray<256, UInt64>(repeating: 0)
  /// Ends of ranges; lengths.
  var ends = InlineArray<256, UInt64>(repeating: 0)
  /// Index of the token each parameter came from.
  var tokens = InlineArray<256, Int32>(repeating: 0)
  /// The parameters that words have been decoded for, in the order of these: indices in their shape.
  private var decoded = InlineArray<16, UInt8>(repeating: 0)
  private(set) var count = 0
  /// Frame numbers of the page list.
  var pages: [UInt64] = []
  /// Whether there are more, in a script that does not run yet.
  var hasUnknownPages = false
  var bytes: [UInt8] = []

  @inline(__always)
  mutating func removeAll() {
    given = ParameterSet()
    count = 0
  }

  /// Takes note that words have been decoded for the parameter with an index; no line has one twice.
  @inline(__always)
  mutating func note(_ parameter: Int) {
    decoded[count] = UInt8(truncatingIfNeeded: parameter)
    count += 1
  }

  /// The index of the parameter that came as the so many-th.
  @inline(__always)
  func order(_ number: Int) -> Int { Int(decoded[number]) }

  @inline(__always)
  func has(_ parameter: Parameter) -> Bool { given.contains(parameter) }

  @inline(__always)
  func has(id: UInt8) -> Bool { given.contains(id) }

  @inline(__always)
  mutating func set(_ id: UInt8, _ value: UInt64, end: UInt64 = 0, token: Int) {
    let index = Int(id)
    given.insert(id)
    values[index] = value
    ends[index] = end
    tokens[index] = Int32(truncatingIfNeeded: token)
  }

  /// The value and the index of the word of a parameter that was given.
  @inline(__always)
  func given(_ id: UInt8) -> (value: UInt64, token: Int) {
    (values[Int(id)], Int(tokens[Int(id)]))
  }

  /// The value of a parameter that was given.
  @inline(__always)
  subscript(parameter: Parameter) -> UInt64 { values[Int(parameter.id)] }

  @inline(__always)
  subscript(parameter: Parameter, default value: UInt64) -> UInt64 {
    has(parameter) ? values[Int(parameter.id)] : value
  }

  @inline(__always)
  func end(_ parameter: Parameter) -> UInt64 { ends[Int(parameter.id)] }

  @inline(__always)
  func token(_ parameter: Parameter) -> Int { Int(tokens[Int(parameter.id)]) }
}
