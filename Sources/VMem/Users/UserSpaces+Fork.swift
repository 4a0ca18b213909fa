/// Copies of address spaces.
extension UserSpaces {
  /// Carries out `Machine.fork`.
  package func fork(_ mm: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let parent = try userSpace(at: mm)
    let address: UInt64
    do throws(Refusal) {
      address = try allocateMM(.dup_mm)
    } catch {
      throw Refusal(.errno(.ENOMEM), as: error)
    }
    let child = try userSpace(at: address)
    do throws(Refusal) {
      try copyMappings(parent, child)
    } catch {
      FlushObligation(ram, 0, map.taskSize).flush(parent)
      release(child)
      throw error
    }
    // What was writable to the parent may be in TLBs as such.
    FlushObligation(ram, 0, map.taskSize).flush(parent)
    return address
  }

  /// `dup_mmap`.
  private func copyMappings(
    _ parent: Ref<UserSpace>, _ child: Ref<UserSpace>
  ) throws(Refusal) {
    var mapping = around(0, parent).next
    var limit = caches.stepLimit(UserMapping.self)
    while !mapping.isNone {
      limit.step()
      defer { mapping = around(ram[mapping].end, parent).next }
      if ram[mapping].flags.contains(.dontCopy) { continue }
      var copy = ram[mapping]
      let hasOwnPages = copy.anonymous != 0 && copy.kind != .arena
      if hasOwnPages { copy.anonymous = newAnonymousNumber() }
      // An arena's list goes on to name the parent's mapping alone.
      if hasOwnPages || copy.kind == .arena { copy.isInherited = 1 }
      guard let record = allocateMapping(copy) else {
        throw Refusal(.errno(.ENOMEM), .noDescriptor)
      }
      opened(copy)
      mappings(of: child).insert(record)
      // What a fault finds again is left to faults (`vma_needs_copy`).
      if !copy.flags.isDisjoint(with: [.mixedMap, .pfnMap]) || hasOwnPages {
        try copyEntries(parent, child, copy)
      }
    }
  }

  /// `copy_page_range`.
  private func copyEntries(
    _ parent: Ref<UserSpace>, _ child: Ref<UserSpace>, _ mapping: UserMapping
  ) throws(Refusal) {
    let (source, target) = (tables(of: parent), tables(of: child))
    var at = mapping.start
    while at < mapping.end {
      let (_, stoppedAt) = source.entryPlace(at, depth: 1)
      let end = PageTables.boundary(at, mapping.end, depth: max(stoppedAt, 2))
      if stoppedAt == 1 {
        let table = try userSlot(target, at).table
        source.forEachUserEntry(at, end) { slot in
          copyEntry(slot, UserSlot(ram: ram, address: slot.address, table: table), mapping)
        }
      }
      at = end
    }
  }

  /// `copy_present_ptes`.
  private func copyEntry(_ source: UserSlot, _ target: UserSlot, _ mapping: UserMapping) {
    if mapping.copiesOnWrite, source.entry.isWritable {
      source.entry =
        has(.savedDirty)
        ? source.entry.readOnly : Entry(bits: source.entry.bits & ~Entry.writable)
    }
    var entry = source.entry
    if mapping.flags.contains(.shared) { entry.bits &= ~(Entry.dirty | Entry.savedDirty) }
    entry.bits &= ~Entry.accessed
    target.entry = entry
    guard !entry.isSpecial else { return }
    let frame = frames.frame(UInt32(truncatingIfNeeded: entry.userFrame))
    ram[frame].addReferences(1)
    ram[frame].mapcount &+= 1
    if ram[frame].flags & ram.pageFlags.anonymous == ram.pageFlags.anonymous {
      ram[frame].flags &= ~ram.pageFlags.exclusive
    }
  }
}
