extension Machine {
  /// Frees an area made by the vmalloc family or another call; null is fine. The corresponding kernel
  /// function is `vfree`.
  ///
  /// An unknown or unaligned address is a WARN without effect; in NMI context it is a BUG.
  public func vfree(_ address: UInt64) throws(Refusal) {
    guard context != .nmi else { throw bug(.vfree, .inInterrupt, UInt64(context.rawValue)) }
    guard address != 0 else { return }
    mightSleep(.vfree)
    let area = areas.busyArea(containing: address)
    guard address & 4095 == 0, !area.isNone, ram[area].isVMStruct else {
      logMessage(.badVfree, nil, address)
      warn(.vfree, address)
      return
    }
    let resets = ram[area].flags.contains(.flushResetPerms)
    removeArea(area)
    if resets { areas.unmapAliases() }
  }
}
