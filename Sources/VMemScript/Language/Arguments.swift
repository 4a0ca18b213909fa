/// The decoded arguments of one line: fixed room that every line uses again.
struct Arguments: ~Copyable {
  var given = ParameterSet()
  var values = InlineArray<256, UInt64>(repeating: 0)
  /// Ends of ranges; lengths.
  var ends = InlineArray<256, UInt64>(repeating: 0)
  /// Index of the token each parameter came from.
  var tokens = InlineArray<256, Int32>(repeating: 0)
  /// Frame numbers of the page list.
  var pages: [UInt64] = []
  /// Whether there are more, in a script that does not run yet.
  var hasUnknownPages = false
  var bytes: [UInt8] = []

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
