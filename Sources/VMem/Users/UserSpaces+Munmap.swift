/// Taking user mappings away.
extension UserSpaces {
  /// Carries out `Machine.munmap`.
  package func munmap(_ mm: UInt64, _ address: UInt64, length: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let space = try userSpace(at: mm)
    mightSleep(.do_munmap)
    try munmap(space, address, length)
  }

  func munmap(_ space: Ref<UserSpace>, _ address: UInt64, _ length: UInt64) throws(Refusal) {
    guard address & 4095 == 0 else {
      throw Refusal(.errno(.EINVAL), .addressNotAligned, address)
    }
    guard address <= map.taskSize, length <= map.taskSize - address else {
      throw Refusal(.errno(.EINVAL), .notUserRange, length, address, map.taskSize)
    }
    guard length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    try cutOut(space, address, address + (length + 4095) & ~4095)
  }

  /// Splits the mappings that reach into [start, end) and removes what lies in it
  /// (`vms_gather_munmap_vmas`, `vms_complete_munmap_vmas`).
  func cutOut(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) throws(Refusal) {
    let first = mapping(at: start, space).flatMap { ram[$0].start < start ? $0 : nil }
    let last = mapping(at: end, space).flatMap { ram[$0].start < end ? $0 : nil }
    if let first, first == last, ram[space].count >= UserSpace.maximumCount {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    var upper: Ref<UserMapping>?
    if let first { upper = try split(space, first, at: start, newIsBelow: true) }
    if let last {
      do throws(Refusal) {
        let lower = first == last ? upper ?? last : last
        _ = try split(space, lower, at: end, newIsBelow: false)
      } catch {
        if let first, let upper { join(space, first, upper) }
        throw error
      }
    }
    remove(space, start, end)
  }

  /// Takes away the mappings that lie in [start, end), with their pages and tables, in the kernel's
  /// order: entries, TLBs, tables, pages.
  func remove(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) {
    var gone: [Ref<UserMapping>] = []
    while case let next = around(start, space).next, !next.isNone, ram[next].start < end {
      gone.append(next)
      mappings(of: space).remove(next)
    }
    guard let first = gone.first, let last = gone.last else { return }
    let tables = tables(of: space)
    let (low, high) = (ram[first].start, ram[last].end)
    var entries: [Entry] = []
    tables.clearUser(low, high, &entries).flush(space)
    freeTables(space, low, high)
    for entry in entries { drop(entry) }
    for mapping in gone {
      closed(ram[mapping])
      caches.free(mapping)
    }
  }

  /// Frees the tables below [start, end), where nothing is mapped, that the neighbours do not need.
  private func freeTables(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) {
    let (previous, next) = around(start, space)
    tables(of: space).freeUserTables(
      start, end, floor: previous.isNone ? 0 : ram[previous].end,
      ceiling: next.isNone ? .max : ram[next].start)
  }

  /// Clears the entries of [start, end), flushes the TLBs and drops the references; the mappings and
  /// tables stay. The corresponding kernel function is `zap_page_range_single`.
  func zap(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) {
    var entries: [Entry] = []
    tables(of: space).clearUser(start, end, &entries).flush(space)
    for entry in entries { drop(entry) }
  }
}
