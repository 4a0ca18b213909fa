/// Purge notifiers: drivers that keep mappings for later let go of them when address space runs out.
///
/// A notifier here belongs to one area, and frees it when it is called.
extension VMAreas {
  /// Carries out `Machine.registerPurgeNotifier`.
  package func registerPurgeNotifier(_ address: UInt64) throws(Refusal) {
    let area = try keptArea(address)
    if ram[area].isGivenUp { throw Refusal(.errno(.EEXIST), .hasNotifier, address) }
    ram[area].isGivenUp = true
    ram[Superblock.ref].areas.hasNotifiers = 1
  }

  /// Carries out `Machine.unregisterPurgeNotifier`.
  package func unregisterPurgeNotifier(_ address: UInt64) throws(Refusal) {
    let area = try keptArea(address)
    if !ram[area].isGivenUp { throw Refusal(.errno(.ENOENT), .noNotifier, address) }
    ram[area].isGivenUp = false
  }

  private func keptArea(_ address: UInt64) throws(Refusal) -> Ref<VMArea> {
    let area = areas.busyArea(startingAt: address)
    if !area.isNone, ram[area].kind == .stack {
      throw Refusal(.errno(.EINVAL), .areaIsStack, address)
    }
    guard !area.isNone, ram[area].isVMStruct, !mappings.mustStay(area) else {
      throw Refusal(.errno(.EINVAL), .noAreaAtAddress, address)
    }
    return area
  }

  /// Calls every notifier. Returns whether they freed anything: then the allocation tries again.
  @inline(never)
  func callPurgeNotifiers() -> Bool {
    guard ram[Superblock.ref].areas.hasNotifiers != 0 else { return false }
    ram[Superblock.ref].areas.hasNotifiers = 0
    var kept: [(start: UInt64, area: Ref<VMArea>)] = []
    areas.forEachBusy { if ram[$0].isGivenUp { kept.append((ram[$0].start, $0)) } }
    // An area that holds the page array of another one goes with that.
    for (start, area) in kept where areas.busyArea(startingAt: start) == area {
      mappings.freeAreaAndPages(area)
    }
    return !kept.isEmpty
  }
}
