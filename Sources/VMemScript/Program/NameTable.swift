internal import VMem

/// Names by their letters, and what each is known to stand for.
struct NameTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    /// The first eight letters.
    var firstWord: UInt64
    var hash: UInt32
    var length: UInt8
    /// Whether a line has bound it; otherwise the machine is taken to know it.
    var isBound = false
    var use = NameUse.any
    /// Where its letters are.
    var start: Int
  }

  private var letters = ReusedArray<UInt8>()
  private var entries = ReusedArray<Entry>()
  /// Open addressing by hash: index of an entry plus one, or 0.
  private var slots = [UInt32](repeating: 0, count: 256)

  /// Every name that a line has bound.
  var bound: [String] {
    (0..<entries.count).filter { entries[$0].isBound }.map { index in
      let entry = entries[index]
      let bytes = (entry.start..<entry.start + Int(entry.length)).map { letters[$0] }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// What a name is known to stand for; nil for one that is not in the table.
  @inline(__always)
  func use(of word: Text) -> NameUse? { find(word, hash(word)).map { entries[$0].use } }

  /// The number of a name that is in the table.
  @inline(__always)
  func index(of word: Text) -> Int? { find(word, hash(word)) }

  /// Whether a line has bound a name.
  @inline(__always)
  func isBound(_ word: Text) -> Bool { find(word, hash(word)).map { entries[$0].isBound } ?? false }

  /// Notes that a line binds a name, and returns its number.
  @inline(__always)
  mutating func bind(_ word: Text, _ use: NameUse) -> Int {
    let hash = hash(word)
    let index = find(word, hash) ?? insert(word, hash)
    let isOther = entries[index].isBound && entries[index].use != use
    entries[index].isBound = true
    entries[index].use = isOther ? .any : use
    return index
  }

  mutating func assume(_ word: Text) {
    let hash = hash(word)
    if find(word, hash) == nil { _ = insert(word, hash) }
  }

  @inline(__always)
  private func hash(_ word: Text) -> UInt32 {
    var hash = UInt64(truncatingIfNeeded: word.count) ^ word.firstWord
    // Letters between the first eight and the last: names of a kind differ there.
    for at in stride(from: 8, to: word.count - 8, by: 1) {
      hash = (hash ^ UInt64(word[at])) &* 0x0000_0100_0000_01b3
    }
    if word.count > 8 { hash = hash &* 0x0000_0100_0000_01b3 ^ word.lastWord }
    hash = hash &* 0x9e37_79b9_7f4a_7c15
    hash = (hash ^ hash >> (32 as UInt64)) &* 0xff51_afd7_ed55_8ccd
    return UInt32(truncatingIfNeeded: hash >> (32 as UInt64))
  }

  @inline(__always)
  private func find(_ word: Text, _ hash: UInt32) -> Int? {
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if entries[index].hash == hash, matches(entries[index], word) { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  @inline(__always)
  private func matches(_ entry: Entry, _ word: Text) -> Bool {
    guard Int(entry.length) == word.count, entry.firstWord == word.firstWord else { return false }
    for at in stride(from: 8, to: word.count, by: 1) where letters[entry.start + at] != word[at] {
      return false
    }
    return true
  }

  @inline(never)
  private mutating func insert(_ word: Text, _ hash: UInt32) -> Int {
    if entries.count * 2 >= slots.count { grow() }
    entries.append(
      Entry(
        firstWord: word.firstWord, hash: hash, length: UInt8(word.count), start: letters.count))
    for at in 0..<word.count { letters.append(word[at]) }
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
    for index in 0..<entries.count { place(entries[index].hash, index + 1) }
  }
}
