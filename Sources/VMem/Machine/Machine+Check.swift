extension Machine {
  /// Verifies every structure of the machine. Returns what does not hold; nothing when it is sound.
  ///
  /// Every frame must be free, boot's, or used by exactly one structure; areas, lazy areas, pools and
  /// free blocks must tile the number line; every field that follows from others must be what follows.
  /// No more is looked for when there are `limit` violations: more of them say nothing new.
  public func check(limit: Int = 100) -> [Violation] {
    var checker = Checker(ram: ram, limit: limit)
    checkSuperblock(&checker)
    // What everything else is reached by must be right.
    guard checker.isSound else { return checker.violations }
    let layout = BootLayout(configuration)
    prepare(&checker, layout)
    checkRoots(layout, &checker)
    guard checker.isSound else { return checker.violations }
    frames.check(configuration, layout, &checker)
    caches.check(&checker)
    if !checker.isFull {
      let maps = tables.check(layout, &checker)
      StaleEntries(ram: ram).check(maps, &checker)
    }
    if checker.isFull { return checker.violations }
    let users = users.check(&checker)
    if checker.isFull { return checker.violations }
    files.check(users, &checker)
    let sets = pageSets.check(&checker)
    areas.check(&checker)
    let arenaFrames = arenas.check(&checker)
    mappings.memoryTypes.check(&checker)
    names.check(&checker)
    log.check(&checker)
    steps.check(users, &checker)
    tasks.check(&checker)
    highmem.check(&checker)
    stacks.check(users, &checker)
    percpu.check(&checker)
    if !checker.isFull { checkPages(sets, users, arenaFrames, layout, &checker) }
    checkOwners(&checker)
    if checker.isSound { mmu.check(&checker) }
    return checker.violations
  }

  /// Tells a checker what boot has made of the frames.
  func prepare(_ checker: inout Checker, _ layout: BootLayout) {
    checker.taken = layout.taken
    for node in 0..<configuration.nodes {
      for kind in ZoneKind.allCases {
        let (start, end) = BootLayout.zone(node, kind, configuration, layout)
        let flags = UInt64(node) << Frame.nodeShift | UInt64(kind.rawValue) << Frame.zoneShift
        checker.zones.append((start, end, flags))
      }
    }
  }

  private func checkSuperblock(_ checker: inout Checker) {
    let state = ram[Superblock.ref]
    checker.expect(state.magic == Superblock.magic, "superblock: magic", state.magic)
    checker.expect(
      state.formatVersion == Superblock.formatVersion, "superblock: version",
      UInt64(state.formatVersion))
    checker.expect(
      state.frameCount == ram.frameCount, "superblock: frames", UInt64(state.frameCount))
    checker.expect(
      KernelVersion(rawValue: state.kernel) != nil, "superblock: kernel", UInt64(state.kernel))
    let known = Switch.all.reduce(Switches.buildOptions) { $0.union($1.value) }
    checker.expect(
      configuration.switches.isSubset(of: known), "superblock: switches", state.switches,
      state.moreSwitches)
    let cpus = 1...UInt32(Configuration.maximumCPUs)
    checker.expect(cpus.contains(state.cpuCount), "superblock: CPUs", UInt64(state.cpuCount))
    checker.expect(
      (1...Configuration.maximumNodes).contains(Int(state.nodes)), "superblock: nodes",
      UInt64(state.nodes))
    checker.expect(
      state.currentCPU < state.cpuCount, "superblock: current CPU", UInt64(state.currentCPU))
    // The other records of frame 0 are reached by these.
    checker.expect(state.roots == Roots(), "superblock: roots")
    guard state.roots == Roots() else { return }
    highmem.checkHighMemory(state, &checker)
    let worker = ram[ram.tests].worker
    checker.expect(worker == 0, "superblock: worker", UInt64(worker))
    checker.expect(Int(state.levels) == map.levels, "superblock: levels", UInt64(state.levels))
    for cpu in 0..<Configuration.maximumCPUs {
      let context = state.contexts[cpu]
      checker.expect(
        cpu < Int(state.cpuCount) ? ExecutionContext(rawValue: context) != nil : context == 0,
        "superblock: context", UInt64(cpu), UInt64(context))
    }
  }

  /// The roots of all structures stand where boot has put them.
  private func checkRoots(_ layout: BootLayout, _ checker: inout Checker) {
    let state = ram[Superblock.ref]
    ram.forEachRoot(layout) {
      checker.expect($0 == $1, "superblock: root", UInt64($0), UInt64($1))
    }
    checker.expect(
      state.areas.nodeCount == (has(.vmapNodes) ? state.cpuCount : 1), "superblock: vmap nodes",
      UInt64(state.areas.nodeCount))
    let mapping = ram[ram.mapping]
    checker.expect(
      (mapping.deferredFree == 0) == (mapping.deferredCount == 0), "superblock: deferred frees",
      mapping.deferredFree, UInt64(mapping.deferredCount))
    checker.expect(
      mapping.hasHadGroups <= 1, "superblock: groups", UInt64(mapping.hasHadGroups))
    checker.expect(
      state.areas.drainScheduled <= 1 && state.areas.hasNotifiers <= 1
        && state.areas.poolsUnknown <= (state.areas.nodeCount > 1 ? 1 : 0), "superblock: flags",
      UInt64(state.areas.drainScheduled), UInt64(state.areas.hasNotifiers))
    checker.expect(
      state.areas.hasWork == 1 || state.areas.hasWork == 0 && !areas.hasScheduledWork,
      "superblock: scheduled work", UInt64(state.areas.hasWork))
  }

  /// What is left over is either boot's, never used, or a page that a set owns.
  private func checkPages(
    _ sets: [Ref<PageSet>], _ users: [UInt32: UInt32], _ arenaFrames: Set<UInt32>,
    _ layout: BootLayout, _ checker: inout Checker
  ) {
    for (from, to) in layout.taken {
      for pfn in min(from, ram.frameCount)..<min(to, ram.frameCount) where !checker.isClaimed(pfn) {
        _ = checker.claim(UInt64(pfn), "boot frame is not RAM")
        // The struct pages' own records lie far away, and nobody ever writes them.
        if pfn < layout.frameTable || pfn < BootLayout.hole.to {
          var expected = Frame()
          expected.kernelMaps = ram[frames.frame(pfn)].kernelMaps
          checker.expect(
            ram[frames.frame(pfn)] == expected, "boot frame: record", UInt64(pfn))
        }
      }
    }
    let zero = ram[ram.users].zeroPage
    checker.expect(
      zero < ram.frameCount && (zero == 0 || ram.nextUsedWord(zero, from: 0) == 1024),
      "superblock: page of zeroes", UInt64(zero))
    for pfn in layout.end - min(layout.tlbs, layout.end)..<layout.end {
      _ = checker.claim(UInt64(pfn), "frame of a TLB is not RAM")
    }
    var owned: [Ref<PageSet>: UInt32] = [:]
    var orders: [Ref<PageSet>: UInt32] = [:]
    for pfn in leftFrames(checker) {
      let record = ram[frames.frame(pfn)]
      checkRecord(record, pfn, users[pfn] ?? 0, arenaFrames.contains(pfn), &checker)
      guard !record.owner.isNone, checker.isUsed(record.owner) else { continue }
      owned[record.owner, default: 0] += 1
      let order = orders[record.owner] ?? record.order
      checker.expect(order == record.order, "page: order", UInt64(pfn), UInt64(record.order))
      orders[record.owner] = order
      checker.expect(
        record.order <= 10 && ram[record.owner].count & (1 << min(record.order, 10) - 1) == 0,
        "page: order", UInt64(pfn), UInt64(record.order))
    }
    for set in sets { checkLive(set, owned[set] ?? 0, &checker) }
  }

  /// A set counts its pages, and the area that has it besides them. Pages that an area was lent
  /// belong to other sets.
  private func checkLive(_ set: Ref<PageSet>, _ owned: UInt32, _ checker: inout Checker) {
    let record = ram[set]
    let isLent = owned == 0 && record.live == record.count + 1
    let withArea = record.live == owned + 1 || isLent
    let isRight =
      if checker.areaSets.contains(set) {
        withArea
      } else {
        // Sets of neither a name nor an area may be what an area has left behind.
        record.live == owned || record.name.isNone && withArea
      }
    checker.expect(
      isRight, "set of pages: live pages", set.physicalAddress, UInt64(record.live))
  }

  /// What the record of a page that a caller has must say.
  private func checkRecord(
    _ record: Frame, _ pfn: UInt32, _ users: UInt32, _ isOfArena: Bool,
    _ checker: inout Checker
  ) {
    var expected = Frame()
    expected.flags = checker.flags(pfn)
    expected.owner = record.owner
    expected.index =
      isOfArena ? Frame.ofArena : record.owner.isNone ? Frame.orphan : record.index
    expected.mapcount = PageType.none &+ users
    // What a program had of its own is so until the last reference goes.
    if record.flags & ram.pageFlags.anonymous == ram.pageFlags.anonymous {
      expected.flags |=
        ram.pageFlags.anonymous | record.flags & (users < 2 ? ram.pageFlags.exclusive : 0)
    }
    expected.order = min(record.order, UInt32(FrameAllocator.maximumOrder))
    expected.refcount = record.refcount
    expected.inheritPast(of: record)
    checker.expect(
      record.refcount > 0 && Int64(record.refcount) >= Int64(users) + (isOfArena ? 1 : 0),
      "frame is lost", UInt64(pfn),
      UInt64(record.mapcount))
    checker.expect(record == expected, "page: frame record", UInt64(pfn))
    if !record.owner.isNone {
      checker.expect(
        checker.isUsed(record.owner)
          && pageSets.page(record.index, of: record.owner, checker) == pfn,
        "page belongs to no set", UInt64(pfn))
    }
  }

  /// Frames that have been handed out and that nothing has claimed.
  private func leftFrames(_ checker: borrowing Checker) -> [UInt32] {
    var left: [UInt32] = []
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      guard zone.start <= zone.frontier, zone.frontier <= zone.end, zone.end <= ram.frameCount
      else { continue }
      for pfn in zone.start..<zone.frontier
      where !checker.isClaimed(pfn) { left.append(pfn) }
    }
    return left
  }

  /// Every object that is not free has an owner, but sets of pages: an area that goes without its
  /// pages leaves them to nobody.
  private func checkOwners(_ checker: inout Checker) {
    for type in ObjectCaches.types where type != PageSet.self {
      var lost: [UInt32] = []
      checker.objects.forEachUnused(type) { lost.append($0) }
      for object in lost.sorted() {
        checker.expect(
          false, "slab cache: object belongs to nothing", UInt64(type.cache),
          UInt64(object) << 4)
      }
    }
  }
}
