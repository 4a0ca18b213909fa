/// The different callers of a file's rows, each once: a hash table over their places in the file.
struct CallerTable {
  private let file: VmallocinfoFile
  private var found: [Range<Int>] = [0..<0]
  /// Places in `found`, 0 for none, at a power of two.
  private var slots = [UInt32](repeating: 0, count: 256)

  init(_ file: VmallocinfoFile) { self.file = file }

  /// The caller's place among the different ones, from 1; 0 for none.
  mutating func place(of caller: Range<Int>) -> UInt32 {
    if caller.isEmpty { return 0 }
    if found.count * 2 > slots.count { grow() }
    var slot = hash(caller) & (slots.count - 1)
    while slots[slot] != 0 {
      if found[Int(slots[slot])] == caller { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = UInt32(found.count)
    found.append(caller)
    return slots[slot]
  }

  /// Their texts, by place.
  var texts: [String] { found.map { file.text($0).printable } }

  private func hash(_ caller: Range<Int>) -> Int {
    Int(truncatingIfNeeded: UInt64(caller.lowerBound) &* 0x9e37_79b9_7f4a_7c15 >> 32)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 4)
    for (place, caller) in found.enumerated().dropFirst() {
      var slot = hash(caller) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(place)
    }
  }
}
