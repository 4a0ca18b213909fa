/// A TLB's entry as views show it.
package struct TLBEntry: Sendable {
  package let cpu: Int
  /// First address and bytes of the page.
  package let address: UInt64
  package let size: UInt64
  /// Physical address of the page.
  package let physical: UInt64
  package let isWritable: Bool
  package let isGlobal: Bool
  package let isExecutable: Bool
  /// Protection key.
  package let key: UInt64
  /// Clock of the access that took it from the tables.
  package let filledAt: UInt32
  /// How it came to be stale; nil while the tables say the same.
  package let staleness: Staleness?
}

/// Why nothing has flushed a stale entry yet.
package enum FlushOwed: Sendable {
  /// The area waits for a purge.
  case purge(start: UInt64, end: UInt64)
  /// vm_unmap_ram left it to the next flush of its block.
  case block(start: UInt64, end: UInt64)
  /// A slot of kmap_local, which only its own CPU flushes.
  case kmapLocal
  /// Nobody owes one: only a flush of everything removes it.
  case nobody
}

extension MMU {
  /// Carries out `Machine.tlbSlots`.
  var tlbSlots: Int { Int(ram[TLBState.ref].slots) }
  /// Carries out `Machine.tlbFills`.
  var tlbFills: UInt64 { ram[TLBState.ref].fills }
  /// Carries out `Machine.tlbHits`.
  var tlbHits: UInt64 { ram[TLBState.ref].hits }
  /// Entries in a CPU's TLB.
  package func tlbCount(_ cpu: Int) -> Int { Int(TLB(ram: ram, cpu: cpu).count) }

  /// Calls `body` for each entry of a CPU's TLB, by size of page and slot.
  package func forEachTLBEntry(_ cpu: Int, _ body: (TLBEntry) -> Void) {
    let tlb = TLB(ram: ram, cpu: cpu)
    for depth in 1...3 {
      for slot in tlb.slots(depth) where tlb.isValid(slot) { body(entry(tlb, slot, depth)) }
    }
  }

  private func entry(_ tlb: TLB, _ slot: Int, _ depth: Int) -> TLBEntry {
    let (address, word) = (tlb.address(slot), tlb.data(slot))
    let physical = TLB.physical(word, address: address, depth: depth)
    let isStale =
      tlb.isSuspect(slot) && !bears(out: word, address, depth, users.tables(ofCPU: tlb.cpu))
    return TLBEntry(
      cpu: tlb.cpu, address: address, size: Level.size(depth: depth), physical: physical,
      isWritable: word & Entry.writable != 0, isGlobal: word & Entry.global != 0,
      isExecutable: word & Entry.noExecute == 0, key: Entry(bits: word).key,
      filledAt: tlb.filledAt(slot),
      staleness: isStale ? staleness(tlb, slot: slot, address: address, pfn: physical >> 12) : nil)
  }

  /// Who owes the flush that removes a stale entry of an address.
  package func flushOwed(at address: UInt64) -> FlushOwed {
    var result = FlushOwed.nobody
    vmAreas.forEachLazyArea { area, _ in
      if area.start <= address, address < area.end {
        result = .purge(start: area.start, end: area.end)
      }
    }
    if case .nobody = result {
      vmAreas.forEachMapBlock { block in
        if block.start <= address, address < block.end {
          result = .block(start: block.start, end: block.end)
        }
      }
    }
    if case .nobody = result, highmem.touchesWindows(address, address &+ 4096) {
      result = .kmapLocal
    }
    return result
  }
}
