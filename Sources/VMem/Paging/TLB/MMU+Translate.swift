/// The current CPU's MMU: its TLB first, the tables where that has nothing.
extension MMU {
  /// Where an address leads.
  struct Translation {
    var physical: UInt64
    var isRAM: Bool
  }

  /// Translates an address for an access of the current CPU, which fills its TLB. A translation that
  /// the tables no longer bear out is used and reported.
  func translate(_ address: UInt64, forWriting: Bool) throws(Refusal) -> Translation {
    let tlb = TLB(current: ram)
    if let (slot, depth) = tlb.slot(of: address) {
      if tlb.isGuarded(slot) { try highmem.admit(tlb.data(slot), address, forWriting: forWriting) }
      if let found = use(tlb, slot: slot, depth: depth, address: address, forWriting) {
        return found
      }
    }
    var (leaf, depth) = try walkFaulting(address, forWriting: forWriting)
    if TLB.isGuarded(leaf.bits, address) {
      try highmem.admit(leaf.bits, address, forWriting: forWriting)
    }
    let mark = Entry.accessed | (forWriting ? Entry.dirty : 0)
    if leaf.bits & mark != mark {
      leaf = users.tables(ofCPU: cpu).mark(address, depth: depth, bits: mark)
    }
    tlb.fill(address, leaf, depth)
    return translation(TLB.word(leaf, depth), address: address, depth: depth)
  }

  /// Where `translate` would lead, without a trace.
  func peek(_ address: UInt64, forWriting: Bool) throws(Refusal) -> Translation {
    let tlb = TLB(current: ram)
    if let (slot, depth) = tlb.slot(of: address) {
      let word = tlb.data(slot)
      if !forWriting || word & Entry.writable != 0 {
        return translation(word, address: address, depth: depth)
      }
    }
    return try walkTables(address, forWriting: forWriting)
  }

  /// Where the tables lead, whatever the TLB has.
  func walkTables(_ address: UInt64, forWriting: Bool) throws(Refusal) -> Translation {
    let (leaf, depth) = try walkToLeaf(address, forWriting: forWriting)
    return translation(TLB.word(leaf, depth), address: address, depth: depth)
  }

  /// What an entry of the TLB says; nil when it forbids the access, or is for a first write, which
  /// makes the CPU forget it and walk the tables.
  private func use(
    _ tlb: TLB, slot: Int, depth: Int, address: UInt64, _ forWriting: Bool
  ) -> Translation? {
    let word = tlb.data(slot)
    guard !forWriting || word & TLB.written == TLB.written else {
      tlb.remove(slot)
      return nil
    }
    let found = translation(word, address: address, depth: depth)
    ram[TLBState.ref].hits &+= 1
    if tlb.isSuspect(slot) {
      if bears(out: word, address, depth, users.tables(ofCPU: cpu)) {
        tlb.clear(suspicion: slot)
      } else {
        report(tlb, slot, address, found)
      }
    }
    return found
  }

  @inline(__always)
  private func translation(_ word: UInt64, address: UInt64, depth: Int) -> Translation {
    let physical = TLB.physical(word, address: address, depth: depth)
    return Translation(physical: physical, isRAM: ram.isMemory(physical >> 12))
  }

  /// Walks to a leaf. A fault of a user's address is served, and the walk tried again.
  @inline(__always)
  private func walkFaulting(
    _ address: UInt64, forWriting: Bool
  ) throws(Refusal) -> (leaf: Entry, depth: Int) {
    do throws(Refusal) {
      return try walkToLeaf(address, forWriting: forWriting)
    } catch {
      guard error.outcome == .fault, users.usesUserTables(address), map.isCanonical(address) else {
        throw error
      }
      guard users.mayFault(address) else {
        throw Refusal(.fault, .pageFaultsOff, address, highmem.pageFaultsAreOff ? 1 : 0)
      }
      try users.serveUserFault(address, write: forWriting)
      return try walkToLeaf(address, forWriting: forWriting)
    }
  }

  @inline(__always)
  private func walkToLeaf(
    _ address: UInt64, forWriting: Bool
  ) throws(Refusal) -> (leaf: Entry, depth: Int) {
    guard map.isCanonical(address) else { throw Refusal(.fault, .notCanonical, address) }
    switch users.tables(ofCPU: cpu).look(up: address) {
    case .hole(let depth):
      if address >= KmapWindow.floor { highmem.noteUse(address) }
      if vmAreas.isImported(address) { throw Refusal(.errno(.EFAULT), .notImported, address) }
      throw Refusal(.fault, .notMapped, address, mappings.levelCode(depth))
    case .leaf(_, let entry, let depth):
      guard !users.usesUserTables(address) || users.tables(ofCPU: cpu).letsUsersPass(address) else {
        throw Refusal(.signal(.SIGSEGV), .notUserPage, address)
      }
      guard !forWriting || entry.isWritable else { throw Refusal(.fault, .readOnly, address) }
      return (entry, depth)
    }
  }

  /// Whether the tables translate an address as a TLB's word does: the same frame and rights.
  func bears(
    out word: UInt64, _ address: UInt64, _ depth: Int, _ tables: PageTables
  ) -> Bool {
    guard case .leaf(let pfn, let entry, let found) = tables.look(up: address) else { return false }
    var now = TLB.word(entry, found)
    // A user's rights may have grown: who misses them walks the tables.
    if tables.isUser(address) {
      now = now & (word | ~Entry.writable) | word & Entry.noExecute
    }
    let rights = ~(Entry.pfnMask | Entry.global | Entry.dirty)
    return pfn == TLB.physical(word, address: address, depth: depth) >> 12
      && now & rights == word & rights
  }

  private func report(
    _ tlb: TLB, _ slot: Int, _ address: UInt64, _ found: Translation
  ) {
    ram[TLBState.ref].staleHits += 1
    let stale = staleness(tlb, slot: slot, address: address, pfn: found.physical >> 12)
    logMessage(
      .staleTLB, level: 3, nil, address, found.physical >> 12, UInt64(stale.since), stale.packed)
  }

  /// How an entry came to be stale.
  func staleness(_ tlb: TLB, slot: Int, address: UInt64, pfn: UInt64) -> Staleness {
    var result = Staleness(since: tlb.suspectSince(slot))
    if case .leaf = users.tables(ofCPU: tlb.cpu).look(up: address) { result.isRemapped = true }
    guard pfn < UInt64(ram.frameCount) else { return result }
    let frame = ram[frames.frame(UInt32(truncatingIfNeeded: pfn))]
    guard frame.freedAt >= tlb.filledAt(slot), frame.freedAt > 0 else { return result }
    result.freedAt = frame.freedAt
    result.isReused = frame.refcount > 0
    return result
  }

  /// Accesses so far by entries that the tables no longer bear out.
  package var staleHits: UInt64 { ram[TLBState.ref].staleHits }
}

/// Why a TLB's entry says something that the tables do not.
package struct Staleness: Equatable, Sendable {
  /// Clock of the call that changed the tables.
  package var since: UInt32
  /// Clock of the call that freed the page, or 0.
  package var freedAt: UInt32 = 0
  /// Whether somebody has the page by now.
  package var isReused = false
  /// Whether the address leads somewhere else, instead of nowhere.
  package var isRemapped = false

  init(since: UInt32) { self.since = since }

  /// From the values of a log record.
  package init(since: UInt64, packed: UInt64) {
    self.since = UInt32(truncatingIfNeeded: since)
    freedAt = UInt32(truncatingIfNeeded: packed)
    isReused = packed >> 32 & 1 != 0
    isRemapped = packed >> 33 & 1 != 0
  }

  var packed: UInt64 {
    UInt64(freedAt) | (isReused ? 1 << 32 : 0) | (isRemapped ? 1 << 33 : 0)
  }
}
