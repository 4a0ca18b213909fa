/// All verbs, and the way from a word to one of them.
package struct VerbTable: Sendable {
  /// The verbs in the order help lists them.
  package let verbs: [Verb]
  /// Open addressing by `slot`: index of a verb plus one, or 0.
  private var slots: [UInt8]
  private let names: [StaticString]
  private let mask = 1023

  package init() {
    verbs = Subsystem.all.flatMap(\.verbs)
    names = verbs.map { $0.name }
    precondition(verbs.count < 255)
    slots = [UInt8](repeating: 0, count: mask + 1)
    for (index, verb) in verbs.enumerated() {
      // Safe: literals live as long as the process.
      let name = unsafe Text(base: verb.name.utf8Start, count: verb.name.utf8CodeUnitCount)
      var slot = hash(name)
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt8(index + 1)
    }
  }

  /// The verb that the word calls; underscore and hyphen are the same.
  @inline(__always)
  func find(_ word: Text) -> Int? {
    guard word.count > 0 else { return nil }
    var slot = hash(word)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if Self.matches(word, names[index]) { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The groups of the verbs, in the order help lists them.
  package var groups: [Verb.Group] {
    verbs.reduce(into: []) { if !$0.contains($1.group) { $0.append($1.group) } }
  }

  /// The verb named `word`.
  package func find(_ word: String) -> Verb? {
    let name = String(word.map { $0 == "-" ? "_" : $0 })
    return verbs.first { "\($0.name)" == name }
  }

  /// The verb that a command calls, whatever stands before it: `@`, `NAME =`, `expect OUTCOME`.
  package func verb(of arguments: [String]) -> Verb? {
    var words = arguments[...]
    if words.first == "@" { words = words.dropFirst() }
    if words.dropFirst().first == "=" { words = words.dropFirst(2) }
    if words.first?.drop(while: { $0 == "@" }) == "expect" { words = words.dropFirst(2) }
    guard let word = words.first else { return nil }
    return find(word.first == "@" ? String(word.dropFirst()) : word)
  }

  /// A few bytes and the length tell most names apart; the comparison decides.
  @inline(__always)
  private func hash(_ word: Text) -> Int {
    let count = word.count
    let a = UInt32(Self.fold(word[0])) | UInt32(Self.fold(word[count - 1])) << 8
    let b = UInt32(Self.fold(word[count / 2])) << 16 | UInt32(Self.fold(word[count / 3])) << 24
    return Int(((a | b) &+ UInt32(truncatingIfNeeded: count)) &* 0x9e37_79b1 >> (22 as UInt32))
      & mask
  }

  @inline(__always)
  private static func fold(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte
  }

  @inline(__always)
  private static func matches(_ word: Text, _ name: StaticString) -> Bool {
    guard word.count == name.utf8CodeUnitCount else { return false }
    for at in 0..<word.count {
      // Safe: both are that long.
      let byte = unsafe name.utf8Start[at]
      guard fold(word[at]) == byte else { return false }
    }
    return true
  }
}
