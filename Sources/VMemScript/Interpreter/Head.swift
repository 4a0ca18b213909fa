/// The part of a line before the verb's arguments.
struct Head {
  /// Index of the verb in the table.
  var verb = 0
  /// Index of its word.
  var verbToken = 0
  /// Index of the name's word.
  var nameToken: Int?
  /// Index of the word of outcomes.
  var outcomeToken: Int?
  var isSilent = false
}
