/// Access to stacks, and what becomes of an access that finds no page.
extension Stacks {
  /// Carries out `Machine.touchStack`.
  package func touchStack(_ address: UInt64, depth: UInt64, isWrite: Bool) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let stack = try stack(at: address)
    // The word that holds the byte.
    let word = (depth &+ 7) & ~7
    let place = try access(stack, depth: Int64(bitPattern: word), forWriting: isWrite)
    if isWrite { try mmu.store(place, word) }
  }

  /// Where the word at a depth of a stack is, once the CPU's MMU can reach it: what a push does, by
  /// emulated or by native code.
  ///
  /// A fault is a double fault, since the frame of an ordinary one cannot be pushed: it ends as in the
  /// kernel's `exc_double_fault`, and is refused. Nothing outside of the stack is looked at.
  func access(
    _ stack: Ref<Stack>, depth: Int64, forWriting: Bool
  ) throws(Refusal) -> UInt64 {
    let start = ram[ram[stack].area].start
    let size = ram[stack].size
    let address = start &+ size &- UInt64(bitPattern: depth)
    guard depth > 0, depth <= Int64(size) else {
      throw fault(
        outside: start, size: size, depth: depth, address: address, forWriting: forWriting)
    }
    do throws(Refusal) {
      _ = try mmu.translate(address, forWriting: forWriting)
    } catch {
      guard error.rule == .notMapped, ram[stack].isDynamic, dynamicStackFault(stack, address) else {
        logMessage(.doubleFault, level: 0, nil, nextOops())
        let isMissing = error.rule == .notMapped
        throw Refusal(
          .fault, .doubleFault, address, isMissing ? 0 : 1, ram[stack].isDynamic ? 1 : 0)
      }
      _ = try mmu.translate(address, forWriting: forWriting)
    }
    return address
  }

  /// What the kernel says of an access below a stack or above it.
  private func fault(
    outside start: UInt64, size: UInt64, depth: Int64, address: UInt64, forWriting: Bool
  ) -> Refusal {
    if depth <= 0 {
      // There is room on the stack for the frame of a page fault.
      logPageFault(nil, address, forWriting ? .write : [])
      return Refusal(.fault, .aboveStack, address, start &+ size)
    }
    if depth <= Int64(size) + 4096 {
      logMessage(.stackGuardHit, level: 0, nil, address, start, start &+ size, nextOops())
      return Refusal(.fault, .stackGuard, address, start)
    }
    logMessage(.doubleFault, level: 0, nil, nextOops())
    return Refusal(.fault, .belowStack, address, start)
  }

  /// Maps pages of this CPU's stash from the end of what a stack has down to an address, so that no hole
  /// is left. The corresponding function of the patches for dynamic stacks is `dynamic_stack_fault`.
  ///
  /// Needs no lock, no allocation and no flush: nothing was present. Returns false when the address is
  /// not in the part that faults fill, the stash has no page left, or the entry is missing or in use;
  /// pages mapped until then stay, and the task is not marked for the refill.
  private func dynamicStackFault(_ stack: Ref<Stack>, _ address: UInt64) -> Bool {
    let area = ram[stack].area
    let (start, size) = (ram[area].start, ram[stack].size)
    var count = Int(ram[area].pageCount)
    guard address &- start < size, count < ram[stack].pages else { return false }
    var page = start + size - UInt64(count) << 12
    guard address < page else { return false }
    let first = count
    repeat {
      page -= 4096
      guard let pfn = takeStashedPage() else {
        logMessage(.noStackPage, level: 0)
        return false
      }
      record(pfn, stack, slot: has(.rfcStackCount) ? first : count)
      count += 1
      let (table, stoppedAt) = tables.entryPlace(page, depth: 1)
      guard stoppedAt == 1 else {
        logMessage(.noStackTable, level: 0)
        return false
      }
      let index = Level.index(of: page, depth: 1)
      guard ram[table: table, index].isNone else {
        logMessage(.stackEntryInUse, level: 0)
        return false
      }
      ram[table: table, index] = Entry(pfn: UInt64(pfn), .kernel)
      ram.countMapping(of: UInt64(pfn))
    } while page > address
    ram[stackState].marks |= 1 << UInt64(cpu)
    return true
  }

  /// Lists a page in a slot. What the slot had before is lost: it stays mapped and is never freed.
  private func record(_ pfn: UInt32, _ stack: Ref<Stack>, slot: Int) {
    let before = ram[stack].slots[slot]
    if before != 0 {
      ram[frames.frame(before)].private = 0
      ram[stackState].lostPages += 1
    }
    hold(pfn, UInt64(stack.granule))
    ram[stack].slots[slot] = pfn
    ram[ram[stack].area].pageCount = UInt32(slot + 1)
  }
}
