/// Growing, shrinking and moving user mappings.
extension UserSpaces {
  /// What mremap is asked for: bytes in whole pages.
  private struct Move {
    var address: UInt64
    var old: UInt64
    var new: UInt64
    var mayMove: Bool
    /// Where it must go (`MREMAP_FIXED`).
    var to: UInt64?
  }

  /// Carries out `Machine.mremap`.
  package func mremap(
    _ mm: UInt64, _ address: UInt64, old: UInt64, new: UInt64, mayMove: Bool = false,
    to: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let space = try userSpace(at: mm)
    mightSleep(.do_mremap)
    let move = Move(
      address: address, old: (old &+ 4095) & ~4095, new: (new &+ 4095) & ~4095, mayMove: mayMove,
      to: to)
    try check(space, move)
    guard let to, move.old == move.new, has(.mremapMany) else {
      return try remap(space, move)
    }
    return try moveEach(space, move, to)
  }

  /// `check_mremap_params`. Older kernels look for the source before they look at the target.
  private func check(_ space: Ref<UserSpace>, _ move: Move) throws(Refusal) {
    let isNew = has(.mremapChecksFirst)
    guard move.address & 4095 == 0 else {
      throw Refusal(.errno(.EINVAL), .addressNotAligned, move.address)
    }
    guard move.new > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    if !isNew {
      if let to = move.to, !move.mayMove { throw Refusal(.errno(.EINVAL), .mustMove, to) }
      guard mapping(at: move.address, space) != nil else {
        throw Refusal(.errno(.EFAULT), .notMappedByUser, move.address)
      }
    }
    guard move.new <= map.taskSize || !isNew && move.to == nil else {
      throw Refusal(.errno(.EINVAL), .noUserRoom, move.new)
    }
    guard let to = move.to else { return }
    guard to <= map.taskSize - move.new else {
      throw Refusal(.errno(.EINVAL), .notUserRange, move.new, to, map.taskSize)
    }
    guard to & 4095 == 0 else { throw Refusal(.errno(.EINVAL), .addressNotAligned, to) }
    guard move.mayMove else { throw Refusal(.errno(.EINVAL), .mustMove, to) }
    guard move.address >= to + move.new || to >= move.address &+ move.old else {
      throw Refusal(.errno(.EINVAL), .movesOntoItself, move.address, to)
    }
    guard ram[space].count + 2 < UserSpace.maximumCount - 3 else {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
  }

  /// Moves all mappings of a range, which keep their distances (`remap_move`).
  private func moveEach(
    _ space: Ref<UserSpace>, _ move: Move, _ to: UInt64
  ) throws(Refusal) -> UInt64 {
    let end = move.address &+ move.old
    guard var next = mapping(at: move.address, space).map({ ram[$0] }) else {
      throw Refusal(.errno(.EFAULT), .notMappedByUser, move.address)
    }
    var isFirst = true
    while true {
      // What has a place of its own moves alone (`vma_multi_allowed`).
      if next.kind == .arena, !isFirst || next.end < end {
        throw Refusal(.errno(.EFAULT), .arenaStaysWhole, next.start)
      }
      isFirst = false
      var part = move
      part.address = max(next.start, move.address)
      part.old = min(next.end, end) - part.address
      part.new = part.old
      part.to = to + (part.address - move.address)
      _ = try remap(space, part)
      let following = around(part.address + part.old, space).next
      guard !following.isNone, ram[following].start < end else { return to }
      next = ram[following]
    }
  }

  /// `check_prep_vma`, then `mremap_to` or `mremap_at`.
  private func remap(_ space: Ref<UserSpace>, _ move: Move) throws(Refusal) -> UInt64 {
    guard let found = mapping(at: move.address, space) else {
      throw Refusal(.errno(.EFAULT), .notMappedByUser, move.address)
    }
    // With a target, older kernels unmap that first.
    if move.to == nil ? move.new > move.old : has(.mremapChecksFirst) {
      try checkGrowth(ram[found], move)
    }
    if let to = move.to { return try remap(space, move, to: to) }
    if move.new <= move.old {
      if move.new < move.old {
        try munmap(space, move.address + move.new, move.old - move.new)
      }
      return move.address
    }
    if try grows(space, ram[found], move) { return move.address }
    guard move.mayMove, move.new <= map.taskSize else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, move.new)
    }
    var request = MmapRequest(ram[found].kind ?? .anonymous, length: move.new)
    request.object = ram[found].object
    request.offset = ram[found].offset
    let place = try unmappedArea(space, request, move.new)
    try checkPlace(place, move.new)
    return try carry(space, move, to: place)
  }

  private func checkGrowth(_ mapping: UserMapping, _ move: Move) throws(Refusal) {
    if move.old == 0, !mapping.flags.contains(.shared) {
      logOnce(.mremapOfPrivate, .mremapOfPrivate)
      throw Refusal(.errno(.EINVAL), .zeroLength)
    }
    guard move.old <= mapping.end - move.address else {
      throw Refusal(.errno(.EFAULT), .notMappedByUser, mapping.end)
    }
    if move.new != move.old, mapping.flags.contains(.dontExpand) {
      throw Refusal(
        .errno(.EFAULT), .mayNotGrow, move.address, UInt64(mapping.flags.rawValue))
    }
  }

  /// Grows a mapping at its end where there is room; false when there is none
  /// (`vrm_can_expand_in_place`, `expand_vma_in_place`).
  private func grows(
    _ space: Ref<UserSpace>, _ mapping: UserMapping, _ move: Move
  ) throws(Refusal) -> Bool {
    let (start, end) = (mapping.end, move.address &+ move.new)
    guard move.new <= map.taskSize, move.old == mapping.end - move.address, end <= map.taskSize,
      !isMapped(space, start, end)
    else { return false }
    if mapping.flags.contains(.account) { try promise((end - start) >> 12) }
    var rest = mapping
    (rest.start, rest.end) = (start, end)
    rest.offset += mapping.pages
    guard mapping.flags.isDisjoint(with: .special) else {
      throw Refusal(
        .errno(.ENOMEM), .mayNotGrow, move.address, UInt64(mapping.flags.rawValue))
    }
    // It continues the mapping below it, so that it needs no record.
    _ = add(rest, to: space)
    return true
  }

  /// `mremap_to`.
  private func remap(
    _ space: Ref<UserSpace>, _ move: Move, to: UInt64
  ) throws(Refusal) -> UInt64 {
    var move = move
    try munmap(space, to, move.new)
    if move.new < move.old {
      try cutOut(space, move.address + move.new, move.address + move.old)
      move.old = move.new
    }
    if !has(.mremapChecksFirst), let found = mapping(at: move.address, space) {
      try checkGrowth(ram[found], move)
    }
    try checkPlace(to, move.new)
    return try carry(space, move, to: to)
  }

  /// Makes a mapping at another place, moves the entries there, and unmaps the old one. The
  /// corresponding kernel function is `move_vma`.
  private func carry(
    _ space: Ref<UserSpace>, _ move: Move, to: UInt64
  ) throws(Refusal) -> UInt64 {
    guard ram[space].count < UserSpace.maximumCount - 3 else {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    guard let found = mapping(at: move.address, space) else {
      throw Refusal(.errno(.EFAULT), .notMappedByUser, move.address)
    }
    let (old, oldEnd) = (ram[found], move.address + move.old)
    if old.start != move.address { try maySplit(old, at: move.address) }
    if old.end != oldEnd { try maySplit(old, at: oldEnd) }
    if old.flags.contains(.account) { try promise((move.new - move.old) >> 12) }
    var new = old
    (new.start, new.end) = (to, to + move.new)
    // Memory that nobody has touched begins anew: it may merge with its neighbours there.
    let isUntouched = old.kind == .anonymous && old.anonymous == 0
    new.offset = isUntouched ? to >> 12 : old.offset + (move.address - old.start) >> 12
    // Its list goes on to name the mapping that is moved away.
    if old.kind == .arena { new.isInherited = 1 }
    guard add(new, to: space) != nil else { throw Refusal(.errno(.ENOMEM), .noDescriptor) }
    do throws(Refusal) {
      try moveEntries(space, from: move.address, to: to, size: move.old)
      do throws(Refusal) {
        try mayMove(old)
      } catch {
        try moveEntries(space, from: to, to: move.address, size: move.old)
        throw error
      }
    } catch {
      try cutOut(space, to, to + move.new)
      throw error
    }
    // Without a record to split it, the old place stays mapped, and empty.
    do throws(Refusal) {
      if move.old > 0 { try cutOut(space, move.address, oldEnd) }
    } catch {}
    return to
  }

  // MARK: Entries

  /// Moves the entries of [from, from + size): whole tables where both places begin one, else entry by
  /// entry. When a table is lacking, all is as before. The corresponding kernel function is
  /// `move_page_tables`.
  private func moveEntries(
    _ space: Ref<UserSpace>, from: UInt64, to: UInt64, size: UInt64
  ) throws(Refusal) {
    var done: UInt64 = 0
    while done < size {
      do throws(Refusal) {
        done += try moveExtent(space, from: from + done, to: to + done, size: size - done)
      } catch {
        // The tables to go back to are there.
        try moveEntries(space, from: to, to: from, size: done)
        throw error
      }
    }
  }

  /// Moves what one table translates, or a table, and returns how many bytes that were.
  private func moveExtent(
    _ space: Ref<UserSpace>, from: UInt64, to: UInt64, size: UInt64
  ) throws(Refusal) -> UInt64 {
    let tables = tables(of: space)
    let (_, stoppedAt) = tables.entryPlace(from, depth: 1)
    if stoppedAt > 1 {
      return PageTables.boundary(from, from + size, depth: stoppedAt) - from
    }
    for depth in [3, 2] {
      let span = Level.size(depth: depth)
      guard (from | to) & (span - 1) == 0, size >= span else { continue }
      try buildTables(tables, to, depth: depth)
      let (source, target) = (
        tables.entryPlace(from, depth: depth).table, tables.entryPlace(to, depth: depth).table
      )
      let (here, there) = (
        Level.index(of: from, depth: depth), Level.index(of: to, depth: depth)
      )
      guard ram[table: target, there].isNone else { continue }
      ram[table: target, there] = ram[table: source, here]
      ram[table: source, here] = .none
      ram.forgetWalks()
      FlushObligation(ram, from, from + span).flush(space)
      return span
    }
    let extent = min(
      PageTables.boundary(from, from + size, depth: 2) - from,
      PageTables.boundary(to, to + size, depth: 2) - to)
    try buildTables(tables, to, depth: 1)
    let target = tables.entryPlace(to, depth: 1).table
    var wasPresent = false
    tables.forEachUserEntry(from, from + extent) { slot in
      wasPresent = wasPresent || slot.entry.isPresent
      let address = to + (slot.address - from)
      ram[table: target, Level.index(of: address, depth: 1)] = slot.entry
      slot.entry = .none
    }
    if wasPresent { FlushObligation(ram, from, from + extent).flush(space) }
    return extent
  }
}
