extension Mappings {
  /// Carries out `Machine.vfree`.
  package func vfree(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    // An NMI is an interrupt: newer kernels find out in vfree_atomic.
    let complainer: KernelFunction = has(.sharedVunmap) ? .vfree : .vfree_atomic
    guard context != .nmi else { throw bug(complainer, .inInterrupt, UInt64(context.rawValue)) }
    if context.isInterrupt { return try vfreeAtomic(address) }
    mightSleep(.vfree)
    guard address != 0 else { return }
    guard let area = findToRemove(address) else {
      return complainOfFree(.vfree, address)
    }
    try refuseToFree(.vfree, area)
    freeAreaAndPages(area)
  }

  /// Carries out `Machine.vfreeAtomic`.
  package func vfreeAtomic(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard context != .nmi else { throw bug(.vfree_atomic, .inInterrupt, UInt64(context.rawValue)) }
    guard address != 0 else { return }
    if vmAreas.isImported(address) {
      // It has no bytes to wait in: the work runs at once.
      let before = context
      context = .process
      defer { context = before }
      return try vfree(address)
    }
    var link = InlineArray<8, UInt8>(repeating: 0)
    let next = ram[ram.mapping].deferredFree
    for at in 0..<8 { link[at] = UInt8(truncatingIfNeeded: next >> UInt64(8 * at)) }
    do throws(Refusal) {
      try mmu.write(address, link.span)
    } catch {
      logPageFault(nil, of: error, isWrite: true)
      throw Refusal(.bug, as: error)
    }
    ram[ram.mapping].deferredFree = address
    ram[areas.state].hasWork = 1
    ram[ram.mapping].deferredCount += 1
  }

  /// What the kernel's delayed_vfree_work does, in process context.
  func runDeferredFrees() {
    let before = context
    context = .process
    // An address that was put off twice closes the list to a ring: the count ends it.
    while ram[ram.mapping].deferredFree != 0, ram[ram.mapping].deferredCount != 0 {
      ram[ram.mapping].deferredCount -= 1
      let address = ram[ram.mapping].deferredFree
      var next: UInt64 = 0
      do throws(Refusal) {
        try mmu.read(address, count: 8) { bytes in
          for at in bytes.indices.reversed() { next = next << 8 | UInt64(bytes[at]) }
        }
      } catch {
        next = 0
      }
      ram[ram.mapping].deferredFree = next
      // Cannot be refused: the context is process.
      try? vfree(address)
    }
    ram[ram.mapping].deferredFree = 0
    ram[ram.mapping].deferredCount = 0
    context = before
  }

  /// The WARN of a function that has found no area to free.
  func complainOfFree(_ function: KernelFunction, _ address: UInt64) {
    if !has(.sharedVunmap) {
      warn(function, .badVfree, level: 3, address)
    } else if address & 4095 == 0 {
      warn(.__vunmap, .badVfree, level: 3, address)
    }
  }

  /// The area that contains an address, as `remove_vm_area` finds it: WARN and nothing when the
  /// address is not aligned.
  func findToRemove(_ address: UInt64) -> Ref<VMArea>? {
    mightSleep(.remove_vm_area)
    guard address & 4095 == 0 else {
      warn(has(.sharedVunmap) ? .__vunmap : .remove_vm_area, .badVfree, address)
      return nil
    }
    let exact = areas.busyArea(startingAt: address)
    let area = exact.isNone ? areas.busyArea(containing: address) : exact
    return area.isNone || !ram[area].isVMStruct ? nil : area
  }
}
