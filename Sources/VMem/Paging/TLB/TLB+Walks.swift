/// Misses, and what makes them short: each CPU remembers which table of the last level translates 2 MiB,
/// as the paging-structure caches of a processor do. Whatever takes a table away makes all walks
/// forgotten, so that these caches, other than a processor's, are never stale.
extension TLB {
  /// Walks that a CPU remembers.
  static let walks = 64

  /// The common miss, a page of 4 KiB of RAM that no entry has: walks the tables and returns what the TLB
  /// keeps of it. Everything else is nil, and nothing has happened.
  ///
  /// An entry for a large page would say what the tables say, unless it is suspect: where they have a
  /// small page there is none.
  @inline(__always)
  func refill(
    _ address: UInt64, _ tables: @autoclosure () -> PageTables, forWriting: Bool = false
  ) -> UInt64? {
    guard frame != 0, ram[state].suspectLarge == 0 else { return nil }
    let at = walkPlace(address)
    let key = address & ~0x1f_ffff | UInt64(ram[state].walkEpoch)
    if ram[tlb: frame, at] != key {
      guard let found = lastTable(address, tables()) else { return nil }
      ram[tlb: frame, at] = key
      ram[tlb: frame, at &+ 1] = found
    }
    let leaf = ram[table: ram[tlb: frame, at &+ 1], Int(truncatingIfNeeded: address >> 12)]
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

  /// Place of the two words of a walk: its key, and the table's frame.
  @inline(__always)
  private func walkPlace(_ address: UInt64) -> Int {
    3 &* Int(ram[state].slots) &+ 2
      &* (Int(truncatingIfNeeded: address >> Level.shift(depth: 2)) & (Self.walks - 1))
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

  fileprivate func clearWalks() {
    for number in 0..<Self.walks {
      ram[tlb: frame, walkPlace(UInt64(number) << Level.shift(depth: 2))] = 0
    }
  }

  /// Calls `body` for the walks that a CPU remembers: any address of the 2 MiB, and the table.
  func forEachWalk(_ body: (_ address: UInt64, _ table: UInt64) -> Void) {
    for number in 0..<(ram[state].slots == 0 ? 0 : Self.walks) {
      let at = walkPlace(UInt64(number) << Level.shift(depth: 2))
      let key = ram[tlb: frame, at]
      if key & 0x1f_ffff == UInt64(ram[state].walkEpoch) {
        body(key & ~0x1f_ffff, ram[tlb: frame, at + 1])
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
