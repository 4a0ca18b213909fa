/// Mapping pages that somebody else has allocated.
extension Mappings {
  /// Carries out `Machine.vmap`.
  package func vmap(
    _ pages: [UInt64], count: UInt64, flags: VMFlags, protection: Protection = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    mightSleep(.vmap)
    var flags = flags
    if flags.contains(.flushResetPerms) && !has(.vmapAnyFlags) {
      warnOnce(.vmapFlushResetPerms, .vmap)
      throw Refusal(.null, .flushResetPerms, flags.rawValue)
    }
    if flags.contains(.noGuard) {
      warnOnce(.vmapNoGuard, .vmap)
      flags.remove(.noGuard)
    }
    let count = UInt64(UInt32(truncatingIfNeeded: count))
    let total = UInt64(ram[Superblock.ref].managedFrames)
    guard count <= total else { throw Refusal(.null, .morePagesThanRAM, count, total) }
    let isHuge = has(.vmapHuge) && count >= Level.pages(depth: 2) && protection == .kernel
    let area = try vmAreas.makeArea(
      size: count << 12, flags: flags, align: isHuge ? Level.size(depth: 2) : 1, caller: caller)
    let start = ram[area].start
    do throws(Refusal) {
      if isHuge {
        try mapLargePages(start, pages, count)
      } else {
        try mapPages(start, start + count << 12, pages, protection: protection)
      }
      if flags.contains(.mapPutPages) { try list(pages, count, area) }
    } catch {
      vmAreas.removeArea(area)
      throw Refusal(.null, as: error)
    }
    return start
  }

  /// Maps pages by 2 MiB leaves where as many as one maps follow each other from a multiple of that on.
  private func mapLargePages(
    _ start: UInt64, _ pages: [UInt64], _ count: UInt64
  ) throws(Refusal) {
    ram.noteMappingOfOthers()
    let whole = Level.pages(depth: 2)
    var done: UInt64 = 0
    while done < count {
      let at = start + done << 12
      let rest = pages.dropFirst(Int(done)).prefix(Int(whole))
      let first = rest.first ?? PageList.null
      let isLeaf =
        count - done >= whole && rest.count == Int(whole) && first & (whole - 1) == 0
        && zip(rest, first...).allSatisfy { $0 == $1 } && first + whole <= UInt64(ram.frameCount)
      let step = isLeaf ? whole : min(whole, count - done)
      if isLeaf {
        let outcome = tables.mapPhysical(
          at, end: at + whole << 12, physical: first << 12, .kernel, largest: 2
        ) {
          mightSleep(.pte_alloc_kernel)
        }
        guard outcome == .done else {
          throw Refusal(.errno(.ENOMEM), .noTableMemory, at, levelCode(2))
        }
      } else {
        try mapPages(at, at + step << 12, Array(rest.prefix(Int(step))))
      }
      done += step
    }
  }

  /// Makes the pages known to the area that drops their references.
  private func list(
    _ pages: [UInt64], _ count: UInt64, _ area: Ref<VMArea>
  ) throws(Refusal) {
    guard let set = caches.allocate(PageSet.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[set] = PageSet(live: 1)
    for pfn in pages.prefix(Int(count)) {
      guard pageSets.append(UInt32(pfn), 1, to: set, adopting: false) else {
        pageSets.dispose(set)
        throw Refusal(.null, .noFrames, count)
      }
    }
    ram[area].owned = set.granule
    ram[area].pageCount = UInt32(count)
  }

  /// Carries out `Machine.vunmap`.
  package func vunmap(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard !context.isInterrupt else {
      throw bug(.vunmap, .inInterrupt, UInt64(context.rawValue))
    }
    mightSleep(.vunmap)
    guard address != 0 else { return }
    guard let area = findToRemove(address) else {
      return complainOfFree(.vunmap, address)
    }
    try refuseToFree(.vunmap, area)
    let set = ram[area].flags.contains(.mapPutPages) ? ram[area].pages : .none
    vmAreas.removeArea(area)
    if !set.isNone { pageSets.dispose(set) }
  }

  /// Carries out `Machine.vmapPFN`.
  package func vmapPFN(
    _ pfn: UInt64, count: UInt64, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let size = UInt64(UInt32(truncatingIfNeeded: count)) << 12
    let area = try vmAreas.makeArea(size: size, flags: .ioremap, caller: caller)
    let start = ram[area].start
    var next = pfn
    do throws(Refusal) {
      _ = try applyToPages(start, start + size) { (table, index) throws(Refusal) in
        guard next >= UInt64(ram.frameCount) else {
          warnOnce(.vmapPFNOfRAM, .vmap_pfn_apply)
          throw Refusal(.null, .frameHasStructPage, next)
        }
        ram[table: table, index] = Entry(pfn: next, .special)
        let mapped = ram[table: table, index].pfn
        if mapped < UInt64(ram.frameCount) { ram.noteMappingOfOthers() }
        ram.countMapping(of: mapped)
        next &+= 1
      }
    } catch {
      vmAreas.removeArea(area)
      throw Refusal(.null, as: error)
    }
    return start
  }
}
