internal import VMem

/// The names that the lines of a script bind, as far as it has been taken apart.
final class ScriptNames: NameScope {
  static var knowsValues: Bool { false }

  /// A name that no line has bound: the machine must know it.
  struct Unbound {
    let word: Text
    let use: NameUse
    let token: Token
  }

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
  /// Names of the line being read that no line has bound.
  var unbound: [Unbound] = []
  /// Every name that a line has bound, for hints.
  var bound: [String] {
    entries.filter(\.isBound).map { entry in
      String(decoding: letters[entry.start..<entry.start + Int(entry.length)], as: UTF8.self)
    }
  }

  // MARK: Lines

  /// Notes that a line binds a name; `use` says to what, `any` when that is not known.
  func bind(_ word: Text, _ use: NameUse) {
    guard word.count <= Name.maximumLength else { return }
    let index = find(word) ?? insert(word)
    let isOther = entries[index].isBound && entries[index].use != use
    entries[index].isBound = true
    entries[index].use = isOther ? .any : use
  }

  /// Whether the machine is taken to know a name already.
  func isAssumed(_ word: Text) -> Bool { find(word) != nil }

  /// Takes the machine to know a name, whatever it stands for.
  func assume(_ word: Text) {
    if word.count <= Name.maximumLength, find(word) == nil { _ = insert(word) }
  }

  @inline(__always)
  func meaning(of word: Text, _ use: NameUse, _ token: Token) -> NameMeaning {
    if let index = find(word) { return .later(entries[index].use) }
    unbound.append(Unbound(word: word, use: use, token: token))
    return .later(.any)
  }

  // MARK: What only a machine knows

  func pfn(_ index: UInt64, of set: Ref<PageSet>) -> UInt64? { 0 }
  func pageCount(of set: Ref<PageSet>) -> UInt64 { 0 }
  func value(of field: AreaField, at address: UInt64) -> UInt64? { 0 }
  var modulesStart: UInt64 { AddressMap(levels: 4).modulesStart }
  var frameCount: UInt32 { UInt32(Configuration.maximumMemory >> 12) }
  func value(of counter: Counter) -> UInt64 { 0 }
  func directAddress(_ pfn: UInt64) -> UInt64 { 0 }

  // MARK: The table

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

  private func insert(_ word: Text) -> Int {
    if entries.count * 2 >= slots.count { grow() }
    let hash = hash(word)
    let entry = Entry(
      hash: hash, length: UInt8(word.count), isBound: false, use: .any, start: letters.count)
    for at in 0..<word.count { letters.append(word[at]) }
    entries.append(entry)
    place(hash, entries.count)
    return entries.count - 1
  }

  private func place(_ hash: UInt32, _ number: Int) {
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(number)
  }

  private func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (index, entry) in entries.enumerated() { place(entry.hash, index + 1) }
  }
}
