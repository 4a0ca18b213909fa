/// Purge notifiers: drivers that keep mappings for later let go of them when address space runs out.
///
/// A notifier here belongs to one area, and frees it when it is called.
extension Machine {
  /// Lets the area that starts at `address` be freed when an allocation finds no place even after a
  /// purge. The corresponding kernel function is `register_vmap_purge_notifier`.
  ///
  /// Errors: EINVAL where no area starts, EEXIST when it has a notifier.
  public func registerPurgeNotifier(_ address: UInt64) throws(Refusal) {
    let area = try keptArea(address)
    if ram[area].isGivenUp { throw Refusal(.errno(.EEXIST), .hasNotifier, address) }
    ram[area].isGivenUp = true
    ram[Superblock.ref].areas.hasNotifiers = 1
  }

  /// Takes the notifier of an area away. The corresponding kernel function is
  /// `unregister_vmap_purge_notifier`.
  ///
  /// Errors: EINVAL where no area starts, ENOENT when it has no notifier.
  public func unregisterPurgeNotifier(_ address: UInt64) throws(Refusal) {
    let area = try keptArea(address)
    if !ram[area].isGivenUp { throw Refusal(.errno(.ENOENT), .noNotifier, address) }
    ram[area].isGivenUp = false
  }

  private func keptArea(_ address: UInt64) throws(Refusal) -> Ref<VMArea> {
    let area = areas.busyArea(startingAt: address)
    if !area.isNone, ram[area].kind == .stack {
      throw Refusal(.errno(.EINVAL), .areaIsStack, address)
    }
    guard !area.isNone, ram[area].isVMStruct, !mustStay(area) else {
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
      freeAreaAndPages(area)
    }
    return !kept.isEmpty
  }
}
