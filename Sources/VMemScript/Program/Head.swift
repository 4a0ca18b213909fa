/// The part of a line before the verb's arguments: the places of its words, where there are any.
struct Head {
  /// Index of the verb in the table.
  var verb: UInt8 = 0
  /// Index of its word.
  var verbToken: UInt8 = 0
  /// Index of the name's word; `none` without one.
  var nameToken: UInt8 = Self.none
  /// Index of the word of outcomes; `none` without one.
  var outcomeToken: UInt8 = Self.none
  var isSilent = false

  static let none: UInt8 = 0xff

  @inline(__always) var hasName: Bool { nameToken != Self.none }
  @inline(__always) var hasOutcome: Bool { outcomeToken != Self.none }
}
