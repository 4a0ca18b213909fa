/// Changing what programs may do with their memory.
extension UserSpaces {
  /// Carries out `Machine.mprotect`.
  package func mprotect(
    _ mm: UInt64, _ address: UInt64, length: UInt64, _ rights: UserMappingFlags
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let space = try userSpace(at: mm)
    mightSleep(.do_mprotect_pkey)
    guard address & 4095 == 0 else {
      throw Refusal(.errno(.EINVAL), .addressNotAligned, address)
    }
    guard length > 0 else { return }
    let end = address &+ (length &+ 4095) & ~4095
    guard end > address else { throw Refusal(.errno(.ENOMEM), .noUserRoom, length) }
    var at = address
    while at < end {
      guard let mapping = mapping(at: at, space) else {
        throw Refusal(.errno(.ENOMEM), .notMappedByUser, at)
      }
      let upper = min(ram[mapping].end, end)
      let flags = ram[mapping].flags.subtracting(.access).union(rights)
      guard flags.rawValue & ~(flags.rawValue >> 4) & UserMappingFlags.access.rawValue == 0 else {
        throw Refusal(.errno(.EACCES), .noUserRight, at, UInt64(flags.rawValue))
      }
      try protect(space, mapping, at, upper, flags)
      at = upper
    }
  }

  /// `mprotect_fixup`.
  private func protect(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ start: UInt64, _ end: UInt64,
    _ wanted: UserMappingFlags
  ) throws(Refusal) {
    let old = ram[mapping]
    guard old.flags != wanted else { return }
    var new = old
    new.flags = wanted
    if wanted.contains(.write) {
      if old.flags.isDisjoint(with: [.account, .write, .shared]) {
        try promise((end - start) >> 12)
        new.flags.insert(.account)
      }
    } else if old.kind == .anonymous, old.anonymous == 0 {
      new.flags.remove(.account)
    }
    try modify(space, mapping, start, end, new.flags)
    change(space, start, end, new)
  }

  /// Gives the entries of a range the rights of its mapping: pages of the program's own are writable
  /// where nobody else has them. The corresponding kernel function is `change_protection`.
  private func change(
    _ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64, _ mapping: UserMapping
  ) {
    var changed: (low: UInt64, high: UInt64)?
    tables(of: space).forEachUserEntry(start, end) { slot in
      let old = slot.entry
      var new = old.with(mapping.protection, savesDirty: has(.savedDirty))
      let frame = frames.frame(UInt32(truncatingIfNeeded: old.userFrame))
      if mapping.copiesOnWrite, mapping.flags.contains(.write), !old.isSpecial,
        ram[frame].flags & ram.pageFlags.exclusive != 0
      {
        new = new.writable
      }
      guard new != old else { return }
      slot.entry = new
      if old.isPresent { changed = (changed?.low ?? slot.address, slot.address + 4096) }
    }
    if let (low, high) = changed { FlushObligation(ram, low, high).flush(space) }
  }

  /// Gives a part of a mapping other flags: it joins its neighbours where they have the same, else it is
  /// split off. The corresponding kernel function is `vma_modify`.
  private func modify(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ start: UInt64, _ end: UInt64,
    _ flags: UserMappingFlags
  ) throws(Refusal) {
    let old = ram[mapping]
    var part = old
    (part.start, part.end, part.flags) = (start, end, flags)
    part.offset += (start - old.start) >> 12
    let tree = mappings(of: space)
    let (previous, next) = (tree.around(old.start).previous, tree.around(old.end).next)
    let left = start == old.start && !previous.isNone && continues(ram[previous], part)
    let right = end == old.end && !next.isNone && continues(part, ram[next])
    guard left || right else {
      var inner = mapping
      if start > old.start { inner = try splitOff(space, inner, at: start, newIsBelow: true) }
      if end < old.end { _ = try splitOff(space, inner, at: end, newIsBelow: false) }
      return ram[inner].flags = flags
    }
    if left, end < old.end {
      inherit(previous, part)
      ram[mapping].offset += (end - start) >> 12
      tree.resize(mapping, end, old.end)
      return tree.resize(previous, ram[previous].start, end)
    }
    if right, start > old.start {
      inherit(next, part)
      tree.resize(mapping, old.start, start)
      ram[next].offset = part.offset
      return tree.resize(next, start, ram[next].end)
    }
    // All of it goes to one neighbour, or makes one of both.
    dissolve(mapping, space)
    if !left {
      inherit(next, part)
      ram[next].offset = part.offset
      return tree.resize(next, start, ram[next].end)
    }
    inherit(previous, part)
    tree.resize(previous, ram[previous].start, end)
    if right, continues(ram[previous], ram[next]) {
      inherit(previous, ram[next])
      let end = ram[next].end
      dissolve(next, space)
      tree.resize(previous, ram[previous].start, end)
    }
  }

  /// `split_vma`.
  private func splitOff(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, at address: UInt64, newIsBelow: Bool
  ) throws(Refusal) -> Ref<UserMapping> {
    guard ram[space].count < UserSpace.maximumCount else {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    return try split(space, mapping, at: address, newIsBelow: newIsBelow)
  }
}
