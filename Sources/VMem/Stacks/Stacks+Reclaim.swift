extension Stacks {
  /// Carries out `Machine.reclaimStack`.
  package func reclaimStack(_ address: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let stack = try stack(at: address)
    guard ram[stack].policy == StackPolicy.reclaim.rawValue else {
      throw Refusal(.errno(.EINVAL), .notReclaimable, address)
    }
    let area = ram[stack].area
    let end = address + ram[stack].size
    var taken: [UInt32] = []
    for slot in 0..<ram[stack].pages where ram[stack].slots[slot] != 0 {
      let page = end - UInt64(slot + 1) << 12
      let (table, stoppedAt) = tables.entryPlace(page, depth: 1)
      let entry = ram[table: table, Level.index(of: page, depth: stoppedAt)]
      guard stoppedAt == 1, entry.isPresent, entry.bits & Entry.accessed == 0,
        entry.pfn == UInt64(ram[stack].slots[slot])
      else { continue }
      ram[table: table, Level.index(of: page, depth: 1)] = .none
      ram.countUnmapping(of: entry)
      taken.append(ram[stack].slots[slot])
      ram[stack].slots[slot] = 0
    }
    guard !taken.isEmpty else { return 0 }
    // Pages go back when no TLB has them any more.
    FlushObligation(ram, address, end).flush()
    for pfn in taken { drop(pfn, of: stack) }
    ram[area].pageCount -= UInt32(taken.count)
    ram[stackState].kernelPages -= Int64(taken.count)
    return UInt64(taken.count)
  }
}
