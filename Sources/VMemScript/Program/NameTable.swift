internal import VMem

/// Names by their letters, and what each is known to stand for.
struct NameTable: ~Copyable {
  private struct Entry {
    var hash: UInt32
    var length: UInt8
    /// Whether a line has bound it; otherwise the machine is taken to know it.
    var isBound: Bool
    var use: NameUse
    /// Where its letters are.
    var start: Int
  }

  private var letters: [UInt8] = []
  private var entries: [Entry] = []
  /// Open addressing by hash: index of an entry plus one, or 0.
  private var slots = [UInt32](repeating: 0, count: 256)

  /// Every name that a line has bound.
  var bound: [String] {
    entries.filter(\.isBound).map { entry in
      String(decoding: letters[entry.start..<entry.start + Int(entry.length)], as: UTF8.self)
    }
  }

  /// What a name is known to stand for; nil for one that is not in the table.
  func use(of word: Text) -> NameUse? { find(word).map { entries[$0].use } }

  mutating func bind(_ word: Text, _ use: NameUse) {
    let index = find(word) ?? insert(word)
    let isOther = entries[index].isBound && entries[index].use != use
    entries[index].isBound = true
    entries[index].use = isOther ? .any : use
  }

  mutating func assume(_ word: Text) {
    if find(word) == nil { _ = insert(word) }
  }

  private func hash(_ word: Text) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for at in 0..<word.count { hash = (hash ^ UInt32(word[at])) &* 0x0100_0193 }
    return hash
  }

  private func find(_ word: Text) -> Int? {
    let hash = hash(word)
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if entries[index].hash == hash, matches(entries[index], word) { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func matches(_ entry: Entry, _ word: Text) -> Bool {
    guard Int(entry.length) == word.count else { return false }
    for at in 0..<word.count where letters[entry.start + at] != word[at] { return false }
    return true
  }

  private mutating func insert(_ word: Text) -> Int {
    if entries.count * 2 >= slots.count { grow() }
    let hash = hash(word)
    let entry = Entry(
      hash: hash, length: UInt8(word.count), isBound: false, use: .any, start: letters.count)
    for at in 0..<word.count { letters.append(word[at]) }
    entries.append(entry)
    place(hash, entries.count)
    return entries.count - 1
  }

  private mutating func place(_ hash: UInt32, _ number: Int) {
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(number)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (index, entry) in entries.enumerated() { place(entry.hash, index + 1) }
  }
}
