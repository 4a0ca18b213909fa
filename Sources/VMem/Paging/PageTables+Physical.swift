/// Mapping physically contiguous memory with the largest leaves that fit. The corresponding kernel
/// function is `vmap_range_noflush`.
extension PageTables {
  /// Maps [start, end) to physical memory from `physical` on.
  ///
  /// - Parameters:
  ///   - largest: depth of the largest leaf allowed: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB.
  ///   - protection: attributes of a 4 KiB leaf; large leaves get the size bit and PAT moved.
  func mapPhysical(
    _ start: UInt64, end: UInt64, physical: UInt64, _ protection: Protection, largest: Int,
    _ beforeAllocating: BeforeAllocating
  ) -> MapOutcome {
    map(
      top, depth: levels, start: start, end: end, beforeAllocating,
      instead: { table, depth, address, next in
        placeLeaf(
          table, depth: depth, address: address, next: next,
          physical: physical &+ (address &- start), protection, largest: largest)
      },
      { table, from, to in
        mapPhysicalEntries(
          table, start: from, end: to, physical: physical &+ (from &- start), protection)
      })
  }

  @inline(__always)
  private func mapPhysicalEntries(
    _ table: UInt64, start: UInt64, end: UInt64, physical: UInt64, _ protection: Protection
  ) -> MapOutcome {
    var address = start
    var pfn = physical >> 12
    repeat {
      let index = Level.index(of: address, depth: 1)
      guard ram[table: table, index].isNone else {
        return .occupied(address, ram[table: table, index])
      }
      ram[table: table, index] = Entry(pfn: pfn, protection)
      ram.countMapping(of: pfn)
      pfn += 1
      address &+= 4096
    } while address != end
    return .done
  }

  /// Tries one large leaf for the whole of [address, next): the kernel's conditions in its order
  /// (`vmap_try_huge_pmd`, `vmap_try_huge_pud`). A table in the way is freed when it is there only
  /// because nothing ever frees one.
  private func placeLeaf(
    _ table: UInt64, depth: Int, address: UInt64, next: UInt64, physical: UInt64,
    _ protection: Protection, largest: Int
  ) -> Bool {
    let size = Level.size(depth: depth)
    guard depth <= largest, depth <= 3, next &- address == size, address & (size - 1) == 0,
      physical & (size - 1) == 0
    else { return false }
    let index = Level.index(of: address, depth: depth)
    let entry = ram[table: table, index]
    if entry.isPresent, !entry.endsWalk(depth: depth) {
      // The kernel keeps the entries of a PMD table in a page until the TLBs are flushed.
      if depth == 3 {
        let frames = FrameAllocator(ram: ram)
        guard let copy = frames.allocatePage(zeroed: false) else { return false }
        frames.free(copy)
      }
      ram[table: table, index] = .none
      freeTables(entry.pfn, depth: depth - 1, address: address)
    } else if entry.isPresent {
      return false
    }
    ram[table: table, index] = Entry(pfn: physical >> 12, protection.large)
    ram.countMapping(of: physical >> 12, pages: size >> 12)
    return true
  }

  /// Frees a table that has been taken out, and the tables below it, whose leaves have been cleared
  /// before. The corresponding kernel functions are `pmd_free_pte_page` and `pud_free_pmd_page`.
  private func freeTables(_ table: UInt64, depth: Int, address: UInt64) {
    if depth == 2 {
      for index in 0..<Level.entries {
        let entry = ram[table: table, index]
        if entry.leadsToTable(at: .pmd) {
          freeTables(entry.pfn, depth: 1, address: address)
        } else {
          ram.countUnmapping(of: entry, depth: 2)
        }
      }
    } else {
      for index in 0..<Level.entries { ram.countUnmapping(of: ram[table: table, index]) }
    }
    TLBFlush(ram: ram).kernelRange(address, address + 4095)
    ram.forgetWalks()
    FrameAllocator(ram: ram).free(UInt32(truncatingIfNeeded: table))
    ram[ram.paging].tables[depth] -= 1
  }
}
