/// The bits of an entry in words: what they mean at its level.
package struct EntryBits {
  private let entry: Entry
  private let level: Level
  /// Whether it is a user's page that nobody may use: the kernel goes by bit 8, and keeps the frame's
  /// number inverted.
  package let isWithoutRights: Bool

  /// - Parameter ofUser: whether the entry translates addresses of users.
  package init(_ entry: Entry, at level: Level, ofUser: Bool) {
    self.entry = entry
    self.level = level
    isWithoutRights = level == .pte && ofUser && entry.isWithoutRights
  }

  /// What an entry that maps memory allows, and how: `read-only, global, no execute`. What accesses
  /// leave in it, and that it is present, is left out.
  package var text: String {
    // What nobody may use has no rights.
    var words =
      isWithoutRights ? [] : [entry.isWritable ? "writable" : "read-only"]
    forEach { name, meaning in
      if !["P", "RW"].contains("\(name)"), !Self.leftByAccesses("\(name)") {
        words.append("\(meaning)")
      }
    }
    return words.joined(separator: ", ")
  }

  /// Whether a bit says nothing about how an entry was made.
  package static func leftByAccesses(_ name: String) -> Bool { ["A", "D"].contains(name) }

  private static let keys: [StaticString] = [
    "protection key 0", "protection key 1", "protection key 2", "protection key 3",
    "protection key 4", "protection key 5", "protection key 6", "protection key 7",
    "protection key 8", "protection key 9", "protection key 10", "protection key 11",
    "protection key 12", "protection key 13", "protection key 14", "protection key 15",
  ]

  /// The bits that are set, with their names and what they mean at this level.
  package func forEach(_ body: (_ name: StaticString, _ meaning: StaticString) -> Void) {
    let bits = entry.bits
    let isLeaf = entry.mapsMemory(at: level) || isWithoutRights
    if bits & Entry.present != 0 { body("P", "present") }
    if bits & Entry.writable != 0 { body("RW", "writable") }
    if bits & Entry.user != 0 { body("US", "user") }
    if bits & Entry.writeThrough != 0 { body("PWT", "write-through") }
    if bits & Entry.cacheDisable != 0 { body("PCD", "cache disable") }
    if bits & Entry.accessed != 0 { body("A", "accessed") }
    if bits & Entry.dirty != 0 { body("D", isLeaf ? "dirty" : "ignored in a table entry") }
    if bits & Entry.pageSize != 0 {
      if level == .pte { body("PAT", "memory type") } else { body("PSE", "large page") }
    }
    if isWithoutRights {
      body("PROTNONE", "there, for nobody to use")
    } else if bits & Entry.global != 0 {
      body("G", "global")
    }
    if bits & Entry.savedDirty != 0 { body("SOFTW5", "was dirty before it was write-protected") }
    if bits & Entry.special != 0 { body("SOFTW1", "special, no struct page") }
    if isLeaf && level != .pte && bits & Entry.largePAT != 0 { body("PAT", "memory type") }
    if isLeaf && entry.key != 0 { body("PK", Self.keys[Int(entry.key)]) }
    if bits & Entry.noExecute != 0 { body("NX", "no execute") }
  }
}

/// As tools print attributes.
extension Entry {
  /// The letters of QEMU's `info tlb`, in its order.
  package static let letters: [(bit: UInt64, letter: Character)] = [
    (noExecute, "X"), (global, "G"), (pageSize, "P"), (dirty, "D"), (accessed, "A"),
    (cacheDisable, "C"), (writeThrough, "T"), (user, "U"), (writable, "W"),
  ]

  /// The columns of the kernel's dump of its page tables, of an entry that is present at a level. In a
  /// large leaf PAT is bit 12, which the kernel masks away with the frame number.
  package func forEachColumn(at level: Level, _ body: (StaticString) -> Void) {
    func has(_ bit: UInt64) -> Bool { bits & bit != 0 }
    body(has(Self.user) ? "USR " : "    ")
    body(has(Self.writable) ? "RW " : "ro ")
    body(has(Self.writeThrough) ? "PWT " : "    ")
    body(has(Self.cacheDisable) ? "PCD " : "    ")
    body(level != .pte && has(Self.pageSize) ? "PSE " : "    ")
    body(level == .pte && has(Self.pageSize) ? "PAT " : "    ")
    body(has(Self.global) ? "GLB " : "    ")
    body(has(Self.noExecute) ? "NX " : "x  ")
  }
}
