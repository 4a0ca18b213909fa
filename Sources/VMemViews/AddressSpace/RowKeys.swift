/// Numbers from 0 on for the keys that rows have instead of addresses: equal keys have one.
struct RowKeys {
  /// Of each counted row.
  private(set) var starts: [UInt32] = []
  private(set) var ends: [UInt32] = []
  private var keys: [UInt64] = []
  /// A key's number and 1, or 0 for none, at a power of two.
  private var slots: [UInt32]

  /// Different keys.
  var count: Int { keys.count }

  init(_ rows: [VmallocinfoFile.Row], _ counted: [Int]) {
    var room = 1024
    while room < counted.count * 4 { room *= 2 }
    slots = [UInt32](repeating: 0, count: room)
    starts.reserveCapacity(counted.count)
    ends.reserveCapacity(counted.count)
    for at in counted {
      starts.append(number(of: rows[at].start))
      ends.append(number(of: rows[at].end))
    }
  }

  private mutating func number(of key: UInt64) -> UInt32 {
    let hash = (key ^ key >> 32) &* 0x9e37_79b9_7f4a_7c15
    var slot = Int(truncatingIfNeeded: hash >> 24) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = slots[slot] - 1
      if keys[Int(number)] == key { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    keys.append(key)
    slots[slot] = UInt32(keys.count)
    return UInt32(keys.count - 1)
  }
}
