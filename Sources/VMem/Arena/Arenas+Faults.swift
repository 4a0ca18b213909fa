/// Accesses to pages of arenas that are not there.
extension Arenas {
  /// Carries out `Machine.touchArena`.
  package func touchArena(
    _ address: UInt64, at place: UInt64, as visitor: Machine.ArenaVisitor, write: Bool
  ) throws(Refusal) -> UInt8 {
    try beginCall()
    defer { endCall() }
    let arena = try requiredArena(address)
    if visitor == .user { return try touchAsUser(arena, place, write: write) }
    let area = ram[arena].area
    let isKernel = ram[area].start <= place && place < ram[area].end
    let kernel = isKernel ? place : kernelStart(arena) + place & 0xffff_ffff
    do throws(Refusal) {
      return try touch(kernel, write: write)
    } catch {
      let low = (kernel &- kernelStart(arena)) & 0xffff_ffff
      let user = ram[arena].userStart & ~0xffff_ffff | low
      guard visitor == .helper else {
        report(user, write: write)
        return 0
      }
      guard has(.arenaScratch), putScratch(arena, kernel) else { throw error }
      report(user & ~4095, write: write)
      return try touch(kernel, write: write)
    }
  }

  /// One access of the current CPU.
  private func touch(_ address: UInt64, write: Bool) throws(Refusal) -> UInt8 {
    guard !write else {
      _ = try mmu.translate(address, forWriting: true)
      return 0
    }
    var byte: UInt8 = 0
    try mmu.read(address, count: 1) { byte = $0[0] }
    return byte
  }

  /// The kernel tells whoever reads the program's messages (`bpf_prog_report_arena_violation`).
  private func report(_ address: UInt64, write: Bool) {
    if has(.arenaReports) {
      logMessage(.arenaViolation, level: 3, nil, address, write ? 1 : 0)
    }
  }

  /// Maps an arena's scratch page where a helper has missed one; false in the guard before the
  /// pages, and where it is no empty entry that was missed.
  private func putScratch(_ arena: Ref<Arena>, _ address: UInt64) -> Bool {
    let start = kernelStart(arena)
    guard address >= start, address < start + Arena.window + Arena.guardHalf else { return false }
    let slot = slot(address)
    guard slot.table != 0, ram[table: slot.table, slot.index].isNone else { return false }
    ram[table: slot.table, slot.index] = Entry(pfn: UInt64(ram[arena].scratch), .kernel)
    ram.countMapping(of: UInt64(ram[arena].scratch))
    return true
  }

  // MARK: Users

  private func touchAsUser(
    _ arena: Ref<Arena>, _ address: UInt64, write: Bool
  ) throws(Refusal) -> UInt8 {
    if mapsArena(arena, address) { return try touch(address, write: write) }
    guard ram[arena].userStart <= address, address < ram[arena].userEnd else {
      throw Refusal(.signal(.SIGSEGV), .noUserMapping, address)
    }
    let pfn = try arenaPage(arena, address, page: ram[arena].index(of: address))
    ram[frames.frame(pfn)].addReferences(-1)
    return write ? 0 : unsafe ram.withFrame(pfn) { unsafe $0[Int(address & 4095)] }
  }

  /// Serves the fault of a user: the frame behind an address of an arena, with a reference for the
  /// user's entry. The corresponding kernel function is `arena_vm_fault`.
  ///
  /// - Parameter page: its number in the user's mapping.
  ///
  /// Refuses with -EAGAIN while another CPU keeps the arena's lock (`VM_FAULT_RETRY`: a kernel begins
  /// the access anew), with SIGSEGV where the scratch page is, where no page is and the arena does not make
  /// them, and without memory. A page that is reserved is made all the same.
  @inline(__always)
  func arenaPage(
    _ arena: Ref<Arena>, _ address: UInt64, page: UInt32
  ) throws(Refusal) -> UInt32 {
    guard lock(arena) else {
      throw arenaLocked(has(.arenaFaultFails) ? .signal(.SIGBUS) : .errno(.EAGAIN), arena)
    }
    let kernel = kernelStart(arena) + address & 0xffff_f000
    var slot = slot(kernel)
    if slot.table != 0, ram[table: slot.table, slot.index].isPresent {
      let pfn = UInt32(truncatingIfNeeded: ram[table: slot.table, slot.index].pfn)
      guard pfn != ram[arena].scratch else {
        throw Refusal(.signal(.SIGSEGV), .arenaPoisoned, address)
      }
      ram[frames.frame(pfn)].addReferences(1)
      return pfn
    }
    guard !ram[arena].flags.contains(.segvOnFault) else {
      throw Refusal(.signal(.SIGSEGV), .arenaFaults, address)
    }
    let ranges = ArenaRanges(ram: ram, arena: arena)
    guard ranges.take(page, 1) else { throw Refusal(.signal(.SIGSEGV), .noDescriptor) }
    do throws(Refusal) {
      let pfn = try addPage(arena, kernel, &slot)
      ram[frames.frame(pfn)].addReferences(1)
      return pfn
    } catch {
      ranges.give(page, 1)
      throw Refusal(.signal(.SIGSEGV), as: error)
    }
  }
}
