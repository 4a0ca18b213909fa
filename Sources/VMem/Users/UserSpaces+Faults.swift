/// Faults at user addresses.
extension UserSpaces {
  /// Carries out `Machine.faults`.
  var faults: UInt64 { ram[ram.users].faults }

  /// Whether a user access of the current CPU to an address can be served by a fault.
  @inline(__always)
  func mayFault(_ address: UInt64) -> Bool {
    usesUserTables(address) && context == .process && !highmem.pageFaultsAreOff
  }

  /// Whether an address is a user's, in an address space that the current CPU uses.
  @inline(__always)
  func usesUserTables(_ address: UInt64) -> Bool {
    address >> 63 == 0 && !space(ofCPU: cpu).isNone
  }

  /// Serves a fault of the current CPU, so that the access can be tried again. The corresponding kernel
  /// function is `do_user_addr_fault`.
  ///
  /// Refuses with SIGSEGV where no mapping is or it does not allow the access, and as `handleFault`.
  @inline(never)
  func serveUserFault(_ address: UInt64, write: Bool) throws(Refusal) {
    let space = space(ofCPU: cpu)
    guard let mapping = mapping(at: address, space) else {
      throw Refusal(.signal(.SIGSEGV), .noUserMapping, address)
    }
    let flags = ram[mapping].flags
    // A CPU that may write may read.
    guard write ? flags.contains(.write) : !flags.isDisjoint(with: .access) else {
      throw Refusal(.signal(.SIGSEGV), .noUserRight, address, UInt64(flags.rawValue))
    }
    try handleFault(space, mapping, address & ~4095, write: write)
  }

  /// Puts a page where none is, or makes one writable, that a mapping allows. The corresponding kernel
  /// function is `handle_mm_fault`.
  ///
  /// - Parameter address: of the page.
  ///
  /// Refuses with -ENOMEM when there is no memory, where a kernel kills somebody and tries again; with
  /// SIGBUS where nothing is behind a mapping; and with what the mapping's kind says.
  func handleFault(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ address: UInt64, write: Bool
  ) throws(Refusal) {
    ram[ram.users].faults &+= 1
    let tables = tables(of: space)
    let known = slot(tables, address)
    if let known {
      if !known.entry.isNone {
        if write, known.entry.isPresent, !known.entry.isWritable {
          try liftWriteProtection(space, mapping, known)
        }
        return
      }
    } else {
      // What a kind refuses leaves no lowest table behind.
      try buildTables(tables, address, depth: 2)
    }
    if ram[mapping].flags.contains(.pfnMap) {
      return try files.mapFrames(space, ram[mapping], address)
    }
    let page = try pageBehind(ram[mapping], address)
    let slot: UserSlot
    do throws(Refusal) {
      if let known { slot = known } else { slot = try userSlot(tables, address) }
    } catch {
      if let page { dropReference(page) }
      throw error
    }
    guard let page else { return try mapOwnPage(space, mapping, slot, write: write) }
    guard write, ram[mapping].copiesOnWrite else {
      return map(page, ram[mapping], slot, write: write)
    }
    defer { dropReference(page) }
    try mapCopy(of: UInt64(page), space, mapping, slot)
  }

  // MARK: Entries

  /// An entry of a page, in a table that is there.
  struct UserSlot {
    let ram: RAM
    let address: UInt64
    let table: UInt64

    var entry: Entry {
      get { ram[table: table, Level.index(of: address, depth: 1)] }
      nonmutating set { ram[table: table, Level.index(of: address, depth: 1)] = newValue }
    }
  }

  /// The entry for an address; nil without a table for it.
  func slot(_ tables: PageTables, _ address: UInt64) -> UserSlot? {
    let (table, depth) = tables.entryPlace(address, depth: 1)
    return depth == 1 ? UserSlot(ram: ram, address: address, table: table) : nil
  }

  /// The entry for an address; makes the tables above it.
  func userSlot(_ tables: PageTables, _ address: UInt64) throws(Refusal) -> UserSlot {
    try buildTables(tables, address, depth: 1)
    return UserSlot(ram: ram, address: address, table: tables.entryPlace(address, depth: 1).table)
  }

  /// Makes the tables for an address down to those of a depth.
  func buildTables(_ tables: PageTables, _ address: UInt64, depth: Int) throws(Refusal) {
    let page = address & ~4095
    switch tables.buildTables(
      page, page + 4096, depth: depth, { mightSleep(.handle_mm_fault) })
    {
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, mappings.levelCode(depth - 1))
    default: break
    }
  }

  /// `finish_fault`: an entry for a page that has a reference for it.
  private func map(_ page: UInt32, _ mapping: UserMapping, _ slot: UserSlot, write: Bool) {
    ram[frames.frame(page)].mapcount &+= 1
    slot.entry = Entry(
      pfn: UInt64(page),
      Protection(bits: mapping.protection.bits | (write ? Entry.writable | Entry.dirty : 0)))
  }

  /// `do_anonymous_page`: a read gets the page of zeroes that all have, a write a page of its own.
  private func mapOwnPage(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ slot: UserSlot, write: Bool
  ) throws(Refusal) {
    guard !write else { return try mapCopy(of: nil, space, mapping, slot) }
    guard let zero = zeroPage() else { throw Refusal(.errno(.ENOMEM), .noFrames, 1) }
    slot.entry = Entry(
      pfn: UInt64(zero), Protection(bits: ram[mapping].protection.bits | Entry.special))
  }

  /// Gives the mapping a page of its own with the bytes of another, or zeroes, and maps it writable.
  private func mapCopy(
    of page: UInt64?, _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ slot: UserSlot
  ) throws(Refusal) {
    prepareAnonymous(space, mapping)
    guard let own = frames.allocatePage(zeroed: page == nil) else {
      throw Refusal(.errno(.ENOMEM), .noFrames, 1)
    }
    if let page { ram.copyFrame(page, to: UInt64(own)) }
    let frame = frames.frame(own)
    ram[frame].flags |= ram.pageFlags.anonymous | ram.pageFlags.exclusive
    ram[frame].index = Frame.orphan
    ram[frame].mapcount = 0
    slot.entry = Entry(
      pfn: UInt64(own),
      Protection(bits: ram[mapping].protection.bits | Entry.writable | Entry.dirty))
  }

  /// A write to a page that is there: makes it writable when nobody else has it, else replaces it by a
  /// copy. The corresponding kernel function is `do_wp_page`.
  private func liftWriteProtection(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>, _ slot: UserSlot
  ) throws(Refusal) {
    let entry = slot.entry
    let isZero = entry.isSpecial
    if !ram[mapping].flags.contains(.shared) {
      let frame = frames.frame(UInt32(truncatingIfNeeded: entry.pfn))
      let isOwn = !isZero && ram[frame].flags & ram.pageFlags.anonymous != 0
      guard isOwn, ram[frame].flags & ram.pageFlags.exclusive != 0 || ram[frame].refcount == 1
      else {
        try mapCopy(of: isZero ? nil : entry.pfn, space, mapping, slot)
        FlushObligation(ram, slot.address, slot.address + 4096).flush(space)
        return drop(entry)
      }
      ram[frame].flags |= ram.pageFlags.exclusive
    }
    slot.entry = Entry(bits: entry.bits | Entry.accessed | Entry.dirty).writable
  }

  /// The program is about to have pages of its own there. They can move to a neighbour that has none
  /// and else differs in rights only. The corresponding kernel function is `anon_vma_prepare`.
  private func prepareAnonymous(_ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>) {
    guard ram[mapping].anonymous == 0 else { return }
    ram[mapping].anonymous = reusableNumber(space, mapping) ?? newAnonymousNumber()
  }

  /// `find_mergeable_anon_vma`: that of the next mapping, or of the one before.
  private func reusableNumber(
    _ space: Ref<UserSpace>, _ mapping: Ref<UserMapping>
  ) -> UInt32? {
    let own = ram[mapping]
    func reusable(_ neighbour: Ref<UserMapping>, isNext: Bool) -> UInt32? {
      guard !neighbour.isNone else { return nil }
      let other = ram[neighbour]
      let (a, b) = isNext ? (own, other) : (other, own)
      let isAlike =
        a.end == b.start && a.kind == b.kind && a.object == b.object
        && a.flags.symmetricDifference(b.flags).isSubset(of: .access)
        && a.offset + a.pages == b.offset
      return isAlike && other.anonymous != 0 && other.isInherited == 0 ? other.anonymous : nil
    }
    return reusable(around(own.end, space).next, isNext: true)
      ?? reusable(around(own.start, space).previous, isNext: false)
  }

  func newAnonymousNumber() -> UInt32 {
    ram[ram.users].anonymousNumber += 1
    return ram[ram.users].anonymousNumber
  }

  // MARK: Pages

  /// The page of zeroes, made when it is first needed; nil when there is no frame for it.
  private func zeroPage() -> UInt32? {
    if ram[ram.users].zeroPage == 0, let pfn = frames.allocate() {
      ram[frames.frame(pfn)].index = Frame.orphan
      ram[ram.users].zeroPage = pfn
    }
    let pfn = ram[ram.users].zeroPage
    return pfn == 0 ? nil : pfn
  }

  /// What an entry that is gone had: a mapping of a page, and a reference.
  func drop(_ entry: Entry) {
    guard !entry.isSpecial else { return }
    let pfn = UInt32(truncatingIfNeeded: entry.userFrame)
    ram[frames.frame(pfn)].mapcount &-= 1
    if entry.isDirty, ram[frames.frame(pfn)].isFilePage {
      ram[frames.frame(pfn)].flags |= ram.pageFlags.dirty
    }
    dropReference(pfn)
  }

  func dropReference(_ pfn: UInt32) {
    ram[frames.frame(pfn)].addReferences(-1)
    if ram[frames.frame(pfn)].refcount == 0 { pageSets.freePage(pfn) }
  }
}
