/// All verbs, and the way from a word to one of them.
package struct VerbTable: Sendable {
  /// Open addressing by `slot`: index of a verb plus one, or 0. Empty for a brief table.
  private var slots: [UInt8] = []
  /// Of each verb its subsystem, and from bit 8 on the length of its name, from bit 16 on where that is.
  private var verbEntries: [Int] = []
  /// The names of all verbs.
  private var letters: [UInt8] = []
  /// The index of each subsystem's first verb.
  private var firsts: [UInt8] = []
  private let mask = 1023

  /// - Parameter isBrief: for a line or two, whose verbs are looked for where all names stand: to make the
  ///   table takes longer.
  package init(isBrief: Bool = false) { if !isBrief { fill() } }

  private mutating func fill() {
    slots = [UInt8](repeating: 0, count: mask + 1)
    verbEntries.reserveCapacity(254)
    letters.reserveCapacity(4096)
    firsts.reserveCapacity(32)
    for (number, subsystem) in Subsystem.all.enumerated() {
      firsts.append(UInt8(verbEntries.count))
      let base = letters.count
      subsystem.appendNames(to: &letters)
      subsystem.forEachName { start, count in
        var slot = hash(subsystem.name(start, count))
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        verbEntries.append(number | count << 8 | (base + start) << 16)
        slots[slot] = UInt8(verbEntries.count)
      }
    }
    precondition(verbEntries.count < 255)
  }

  /// The verbs in the order help lists them.
  package var verbs: [Verb] { Subsystem.all.flatMap { $0.verbs() } }

  /// The names of all verbs, in the same order.
  package var verbNames: [String] {
    if slots.isEmpty { return VerbTable().verbNames }
    return verbEntries.indices.map { String(decoding: letters[letters(of: $0)], as: UTF8.self) }
  }

  /// The verb with an index.
  package subscript(index: Int) -> Verb {
    if slots.isEmpty { return Self.verb(index) }
    let number = verbEntries[index] & 0xff
    return Subsystem.all[number].verbs()[index - Int(firsts[number])]
  }

  /// Its name.
  func name(_ index: Int) -> StaticString { self[index].name }

  @inline(__always)
  private func letters(of index: Int) -> Range<Int> {
    let entry = verbEntries[index]
    return entry >> 16..<entry >> 16 + entry >> 8 & 0xff
  }

  /// The verb that the word calls; underscore and hyphen are the same.
  @inline(__always)
  func find(_ word: Text) -> Int? {
    guard word.count > 0 else { return nil }
    if slots.isEmpty { return Self.search(word) }
    var slot = hash(word)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if matches(word, index) { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// `subscript` of a brief table.
  private static func verb(_ index: Int) -> Verb {
    var first = 0
    for subsystem in Subsystem.all {
      let count = subsystem.verbCount
      if index < first + count { return subsystem.verbs()[index - first] }
      first += count
    }
    preconditionFailure("no verb \(index)")
  }

  /// `find` of a brief table.
  @inline(never)
  private static func search(_ word: Text) -> Int? {
    if word.first(UInt8(ascii: "-"), in: 0..<word.count) < word.count {
      let folded = word.bytes.map(fold)
      return unsafe folded.withUnsafeBufferPointer {
        // Safe: the buffer outlives the search, and is not empty.
        unsafe search(Text(base: $0.baseAddress!, count: $0.count))
      }
    }
    var first = 0
    for subsystem in Subsystem.all {
      let (position, count) = (subsystem.position(of: word), subsystem.verbCount)
      if position < count { return first + position }
      first += count
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
    return verbNames.firstIndex(of: name).map { self[$0] }
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

  /// The first and the last bytes tell most names apart; the comparison decides.
  @inline(__always)
  private func hash(_ word: Text) -> Int {
    // With these bits underscore and hyphen are the same.
    let same: UInt64 = 0x7272_7272_7272_7272
    let first = (word.firstWord | same) &* 0x9e37_79b9_7f4a_7c15
    let both = (first ^ (word.lastWord | same)) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: both >> (40 as UInt64)) & mask
  }

  @inline(__always)
  private static func fold(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte
  }

  @inline(__always)
  private func matches(_ word: Text, _ index: Int) -> Bool {
    let name = letters.span.extracting(letters(of: index))
    return word == name || matches(folded: word, name)
  }

  @inline(never)
  private func matches(folded word: Text, _ name: Span<UInt8>) -> Bool {
    guard word.count == name.count else { return false }
    for at in 0..<word.count where Self.fold(word[at]) != name[at] { return false }
    return true
  }
}
