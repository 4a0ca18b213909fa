/// Mapping device memory.
extension Mappings {
  /// Physical address bits the CPU has.
  package static let physicalBits: UInt64 = 40

  /// Carries out `Machine.ioremap`.
  package func ioremap(
    _ physical: UInt64, size: UInt64, mode: CacheMode, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let last = physical &+ size &- 1
    guard size > 0, last >= physical else {
      throw Refusal(.null, .emptyRange, physical, physical &+ size)
    }
    guard physical >> Self.physicalBits == 0 else {
      logMessage(.ioremapInvalid, nil, physical)
      warnOnce(.ioremapTooHigh, .__ioremap_caller)
      throw Refusal(.null, .noPhysicalAddress, physical, Self.physicalBits)
    }
    guard !isUsedRAM(physical, last) else {
      warnOnce(.ioremapOfRAM, .__ioremap_caller, .ioremapOnRAM, physical, last)
      throw Refusal(.null, .physicalIsRAM, physical, last)
    }
    let base = physical & ~4095
    let length = ((last &+ 4096) & ~4095) &- base
    let granted: CacheMode
    do throws(MemoryTypes.Failure) {
      granted = try memoryTypes.reserve(base, base &+ length, mode)
    } catch .noDescriptor {
      logMessage(.memtypeNotReserved, level: 3, nil, UInt64(Errno.ENOMEM.rawValue))
      throw Refusal(.null, .noDescriptor)
    } catch {
      logConflict(base, base &+ length, mode)
      throw Refusal(.null, .cacheConflict, physical, UInt64(mode.rawValue))
    }
    do throws(Refusal) {
      guard isAllowed(granted, for: mode) else {
        logMessage(
          .ioremapOtherType, level: 3, nil, base, base &+ length, UInt64(mode.rawValue),
          UInt64(granted.rawValue))
        throw Refusal(.null, .cacheConflict, physical, UInt64(granted.rawValue))
      }
      let area = try vmAreas.makeArea(size: length, flags: .ioremap, caller: caller)
      ram[area].physicalAddress = base
      let start = ram[area].start
      do throws(Refusal) {
        try mapDevice(start, end: start &+ length, physical: base, granted.protection)
      } catch {
        vmAreas.removeArea(area)
        throw error
      }
      return start + physical & 4095
    } catch {
      memoryTypes.free(base, base &+ length)
      if error.outcome == .bug { throw error }
      throw Refusal(.null, as: error)
    }
  }

  var memoryTypes: MemoryTypes { MemoryTypes(ram: ram) }

  /// Logs that mappings of a range disagree on its type: what `memtype_check_conflict`,
  /// `memtype_reserve` and `ioremap` say.
  private func logConflict(_ start: UInt64, _ end: UInt64, _ wanted: CacheMode) {
    let types = memoryTypes.overlapping(start, end)
    guard let first = types.first, let other = types.first(where: { $0.mode != first.mode }) else {
      return
    }
    let reserved = memoryTypes.actual(wanted, start)
    logMessage(
      .memtypeConflict, level: 6, nil, start, end, UInt64(first.mode), UInt64(other.mode))
    logMessage(
      .memtypeRefused, level: 6, nil, start, end, UInt64(reserved.rawValue),
      UInt64(wanted.rawValue))
    logMessage(.memtypeNotReserved, level: 3, nil, UInt64(Errno.EBUSY.rawValue))
  }

  /// Whether a byte of the range is RAM that boot has not kept for itself.
  private func isUsedRAM(_ first: UInt64, _ last: UInt64) -> Bool {
    let frameCount = UInt64(ram.frameCount)
    var pfn = first >> 12
    guard pfn < frameCount else { return false }
    let taken = BootLayout(configuration).taken
    let end = min(last >> 12 + 1, frameCount)
    while pfn < end {
      guard let range = taken.first(where: { UInt64($0.from) <= pfn && pfn < UInt64($0.to) })
      else { return true }
      pfn = UInt64(range.to)
    }
    return false
  }

  /// `is_new_memtype_allowed`.
  private func isAllowed(_ granted: CacheMode, for wanted: CacheMode) -> Bool {
    switch wanted {
    case .uncachedMinus, .writeCombining: granted != .writeBack
    case .writeThrough: granted != .writeBack && granted != .writeCombining
    case .uncached, .writeBack: true
    }
  }

  func mapDevice(
    _ start: UInt64, end: UInt64, physical: UInt64, _ protection: Protection
  ) throws(Refusal) {
    mightSleep(.ioremap_page_range)
    if physical >> 12 < UInt64(ram.frameCount) { ram.noteMappingOfOthers() }
    let outcome = tables.mapPhysical(start, end: end, physical: physical, protection, largest: 3) {}
    switch outcome {
    case .done: return
    case .noMemory(let address, let depth):
      throw Refusal(.errno(.ENOMEM), .noTableMemory, address, levelCode(depth - 1))
    case .occupied(let address, let entry):
      throw bug(.ioremap_page_range, .slotOccupied, address, entry.bits)
    case .leaf(let address, let depth):
      throw bug(.ioremap_page_range, .leafInTheWay, address, levelCode(depth))
    case .nullPage(let address, _), .invalidFrame(let address, _):
      throw bug(.ioremap_page_range, .invalidFrame, address)
    }
  }

  /// Carries out `Machine.ioremapPageRange`: with `PAGE_KERNEL_NOCACHE`, as callers name it.
  package func ioremapPageRange(
    start: UInt64, end: UInt64, physical: UInt64
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard has(.ioremapRangeChecks) else {
      return try mapDevice(start, end: end, physical: physical & ~4095, .uncached)
    }
    guard let area = vmAreas.findVMArea(start), area.flags.contains(.ioremap) else {
      warnOnce(.ioremapRangeOfOther, .ioremap_page_range, .notIoremap, start)
      throw Refusal(.errno(.EINVAL), .notIoremap, start)
    }
    guard start == area.start, end == area.start &+ area.size else {
      warnOnce(
        .ioremapRangeOfPart, .ioremap_page_range, .notWholeArea, start, end, area.start,
        area.start &+ area.size)
      throw Refusal(.errno(.ERANGE), .notWholeArea, area.start, area.start &+ area.size)
    }
    try mapDevice(start, end: end, physical: physical & ~4095, .uncached)
  }

  /// Carries out `Machine.iounmap`.
  package func iounmap(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    if has(.iounmapWarns), !map.isVmallocAddress(address) {
      return warnOnce(.iounmapOutside, .iounmap)
    }
    if iounmapIgnores(address) { return }
    let area = areas.busyArea(containing: address & ~4095)
    guard !area.isNone, ram[area].isVMStruct else {
      logMessage(.badIounmap, level: 3, nil, address & ~4095)
      return
    }
    try refuseToFree(.iounmap, area)
    mightSleep(.remove_vm_area)
    let physical = ram[area].physicalAddress
    // The types of an imported area's memory were never reserved here.
    if ram[area].kind != .imported { memoryTypes.free(physical, physical &+ ram[area].size) }
    vmAreas.removeArea(area)
  }

  /// Whether `iounmap` returns at once: what lies below the end of the direct map was never mapped by
  /// ioremap.
  private func iounmapIgnores(_ address: UInt64) -> Bool {
    !has(.iounmapWarns) && address <= map.pageOffset &+ UInt64(highmem.directFrames) << 12
  }

  /// Why `iounmap`, which returns nothing, will do nothing; nil where it unmaps.
  package func whyIounmapIgnores(_ address: UInt64) -> Refusal? {
    let isOutside = has(.iounmapWarns) ? !map.isVmallocAddress(address) : iounmapIgnores(address)
    if isOutside, address != 0 { return Refusal(.null, .outsideVmalloc, address) }
    let area = areas.busyArea(containing: address & ~4095)
    return area.isNone || !ram[area].isVMStruct ? Refusal(.null, .noAreaAtAddress, address) : nil
  }
}
