/// A walk that a CPU remembers.
struct TLBWalk: BitwiseCopyable {
  /// Any address of the 2 MiB, and in the bits below the epoch.
  var key: UInt64
  /// Frame of the table whose entries are pages of 4 KiB.
  var table: UInt64

  @inline(__always)
  static func key(_ address: UInt64, _ epoch: UInt32) -> UInt64 {
    address & ~0x1f_ffff | UInt64(epoch)
  }
}

/// Misses, and what makes them short: each CPU remembers which table of the last level translates 2 MiB,
/// as the paging-structure caches of a processor do. Whatever takes a table away makes all walks
/// forgotten, so that these caches, other than a processor's, are never stale.
extension TLB {
  /// Walks that a CPU remembers.
  static let walks = 64

  /// A page of 4 KiB of RAM that no entry has: walks the tables and returns what the TLB keeps of it. Everything else is nil, and nothing has happened.
  ///
  /// An entry for a large page would say what the tables say, unless it is suspect: where they have a
  /// small page there is none.
  @inline(__always)
  func refill(
    _ address: UInt64, _ tables: @autoclosure () -> PageTables, forWriting: Bool = false
  ) -> UInt64? {
    guard frame != 0, ram[state].suspectLarge == 0 else { return nil }
    let walk = walk(address)
    let key = TLBWalk.key(address, ram[state].walkEpoch)
    if ram[walk].key != key {
      guard let found = lastTable(address, tables()) else { return nil }
      ram[walk] = TLBWalk(key: key, table: found)
    }
    let leaf = ram[table: ram[walk].table, Int(truncatingIfNeeded: address >> 12)]
    let word = leaf.bits & Self.kept
    let slot = Int(truncatingIfNeeded: address >> 12) & Int(ram[state].mask)
    // A leaf that was never used before gets a note of it; one with a protection key is looked at.
    let isUser = address >> 63 == 0 && !ram[perCPU].userSpace.isNone
    let wanted =
      Entry.present | Entry.accessed | (isUser ? Entry.user : 0)
      | (forWriting ? Self.written : 0)
    guard leaf.bits & (wanted | Entry.keyMask) == wanted,
      ram.isMemory((word & Entry.pfnMask) >> 12),
      self[0, slot] & ~Self.tagBits != address & ~0xfff
    else { return nil }
    put(slot, page: address & ~0xfff, word: word, tag: Self.valid)
    return word
  }

  /// Whether no entry has an address, stale ones included; false also where that takes a search.
  @inline(__always)
  func misses(_ address: UInt64) -> Bool {
    let slot = Int(truncatingIfNeeded: address >> 12) & Int(ram[state].mask)
    return frame != 0 && ram[state].suspectLarge == 0
      && self[0, slot] & ~0xfff != address & ~0xfff
  }

  /// Where the walk to an address is remembered.
  @inline(__always)
  private func walk(_ address: UInt64) -> Ref<TLBWalk> {
    ram[state].walk(UInt32(truncatingIfNeeded: frame) << 8, address)
  }

  /// The table whose entries are leaves of 4 KiB, or nil when there is none for an address, or
  /// accesses there are looked at.
  @inline(never)
  private func lastTable(_ address: UInt64, _ tables: PageTables) -> UInt64? {
    guard tables.map.isCanonical(address), address < KmapWindow.floor else { return nil }
    let (table, stoppedAt) = tables.entryPlace(address, depth: 1)
    guard stoppedAt == 1, !tables.isUser(address) || tables.letsUsersPass(address) else {
      return nil
    }
    return table
  }

  /// The most common miss of all, of a page of the kernel's whose walk the CPU remembers: returns what
  /// its TLB keeps from now on. Everything else is nil, and nothing has happened.
  @inline(__always)
  static func refillQuickly(_ ram: RAM, _ address: UInt64, forWriting: Bool) -> UInt64? {
    let state = TLBState.ref
    let current = ram[state].current
    guard current != 0, ram[state].suspectLarge == 0, Int64(bitPattern: address) < 0 else {
      return nil
    }
    let walk = ram[state].walk(current, address)
    guard ram[walk].key == TLBWalk.key(address, ram[state].walkEpoch) else { return nil }
    let leaf = ram[table: ram[walk].table, Int(truncatingIfNeeded: address >> 12)]
    let wanted = Entry.present | Entry.accessed | (forWriting ? written : 0)
    guard leaf.bits & (wanted | Entry.keyMask) == wanted,
      ram.isMemory((leaf.bits & Entry.pfnMask) >> 12)
    else { return nil }
    let number = UInt32(truncatingIfNeeded: address >> 12) & ram[state].mask
    let slot = Ref<TLBSlot>(granule: current &+ number)
    let page = address & ~0xfff
    // An empty slot is counted elsewhere.
    guard ram[slot].tag & valid != 0, ram[slot].tag & ~tagBits != page else { return nil }
    ram[state].fills &+= 1
    ram[slot] = TLBSlot(tag: page | valid, data: leaf.bits & kept)
    ram[tlb: UInt64(current >> 8), 2 &* Int(ram[state].slots) &+ Int(number)] =
      ram[Superblock.ref].clock & 0xffff_ffff
    return leaf.bits & kept
  }

  fileprivate func clearWalks() {
    for number in 0..<Self.walks { ram[walk(UInt64(number) << Level.shift(depth: 2))].key = 0 }
  }

  /// Calls `body` for the walks that a CPU remembers: any address of the 2 MiB, and the table.
  func forEachWalk(_ body: (_ address: UInt64, _ table: UInt64) -> Void) {
    for number in 0..<(ram[state].slots == 0 ? 0 : Self.walks) {
      let walk = ram[walk(UInt64(number) << Level.shift(depth: 2))]
      if walk.key & 0x1f_ffff == UInt64(ram[state].walkEpoch) {
        body(walk.key & ~0x1f_ffff, walk.table)
      }
    }
  }
}

extension RAM {
  /// A table goes, or a CPU has another address space.
  func forgetWalks() {
    let epoch = self[TLBState.ref].walkEpoch
    guard self[TLBState.ref].slots > 0 else { return }
    guard epoch < 0x1f_ffff else {
      for cpu in 0..<Int(self[Superblock.ref].cpus) { TLB(ram: self, cpu: cpu).clearWalks() }
      return self[TLBState.ref].walkEpoch = 1
    }
    self[TLBState.ref].walkEpoch = epoch + 1
  }
}
