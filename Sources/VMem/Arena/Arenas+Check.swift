extension Arenas {
  /// Arenas have areas of their own; what is in their entries is theirs, and counted; their free
  /// runs stand in two trees in order. Returns the frames that arenas have.
  func check(_ checker: inout Checker) -> Set<UInt32> {
    // Lists that are wrong must not be walked.
    let mappings = checker.isSound ? arenaMappings() : nil
    var found: Set<UInt32> = []
    var spans: UInt64 = 0
    var known: Set<UInt32> = []
    for arena in ram[ram.arenas].arenas.check("arena", &checker) {
      known.insert(arena.granule)
      guard checker.hasSoundIndex, checkArea(of: arena, &checker) else {
        checker.expect(!checker.hasSoundIndex, "arena: area", arena.physicalAddress)
        return found
      }
      checkNumbers(of: arena, &checker)
      if let mappings { checkMappings(of: arena, mappings[arena.granule] ?? [], &checker) }
      checkRanges(ArenaRanges(ram: ram, arena: arena), &checker)
      var span = ram[arena].spans
      while !span.isNone, checker.use(span, "arena: deferred free") {
        spans += 1
        checker.expect(
          ram[span].address & 4095 == 0 && ram[span].pages > 0, "arena: deferred free",
          ram[span].address)
        span = ram[span].next
      }
      // Tables that are wrong must not be walked.
      if checker.isSound { checkPages(of: arena, &found, &checker) }
    }
    checker.expect(
      spans == UInt64(ram[ram.arenas].spans), "arenas: deferred frees", spans)
    for granule in (mappings ?? [:]).keys.sorted() where !known.contains(granule) {
      checker.expect(false, "user mapping: arena", UInt64(granule) << 4)
    }
    for area in checker.areas where !ram[area].arena.isNone {
      checker.expect(
        known.contains(ram[area].arena.granule) && ram[ram[area].arena].area == area,
        "areas: arena", ram[area].start)
    }
    return found
  }

  private func checkArea(of arena: Ref<Arena>, _ checker: inout Checker) -> Bool {
    let area = ram[arena].area
    let isRight =
      checker.isUsed(area) && ram[area].arena == arena
      && areas.busyArea(startingAt: ram[area].start) == area
      && ram[area].reserved == Arena.areaSize + 4096
      && ram[area].flags.subtracting(.flushResetPerms) == [.sparse, .usermap]
    checker.expect(isRight, "arena: area", arena.physicalAddress)
    return isRight
  }

  /// The user mappings of each arena.
  private func arenaMappings() -> [UInt32: [UserMapping]] {
    var mappings: [UInt32: [UserMapping]] = [:]
    users.forEachSpace { space in
      users.forEachMapping(of: space) {
        if ram[$0].kind == .arena { mappings[ram[$0].object, default: []].append(ram[$0]) }
      }
    }
    return mappings
  }

  private func checkMappings(
    of arena: Ref<Arena>, _ mappings: [UserMapping], _ checker: inout Checker
  ) {
    let record = ram[arena]
    var listed: Set<UInt32> = []
    for mapping in mappings {
      checker.expect(
        !mapping.isListed && !has(.arenaWhole)
          || mapping.isListed && listed.insert(mapping.anonymous).inserted,
        "user mapping: entry of an arena's list", mapping.start)
      let start = mapping.start &- mapping.offset << 12
      let isWhole = start == record.userStart && mapping.end == record.userEnd
      checker.expect(
        has(.arenaWhole)
          ? isWhole && mapping.offset == 0 && mapping.flags.contains(.dontCopy)
          : !mapping.isListed || start == record.userStart && mapping.end <= record.userEnd,
        "user mapping: place of an arena", mapping.start)
    }
    checker.expect(
      Int(record.mappings) == mappings.count, "arena: mappings", arena.physicalAddress,
      UInt64(record.mappings))
  }

  private func checkNumbers(of arena: Ref<Arena>, _ checker: inout Checker) {
    let record = ram[arena]
    let place = arena.physicalAddress
    let flags = record.flags
    checker.expect(
      flags.isSubset(of: .known) && flags.contains(.mmapable), "arena: flags", place,
      UInt64(record.rawFlags))
    checker.expect(
      record.maximum > 0 && UInt64(record.maximum) <= Arena.window >> 12, "arena: pages", place,
      UInt64(record.maximum))
    let size = record.userEnd &- record.userStart
    let extra = record.mapExtra
    checker.expect(
      extra & 4095 == 0 && (record.userStart | record.userEnd) & 4095 == 0
        && size <= Arena.window && (size == 0) == (record.userStart == 0)
        && (size == 0 || record.userStart >> 32 == (record.userEnd &- 1) >> 32)
        && (extra == 0 || extra == record.userStart && size == UInt64(record.maximum) << 12),
      "arena: user addresses", place, record.userStart)
    checker.expect(
      record.marks <= Arena.Marks.all && (!record.is(.closed) || record.mappings > 0),
      "arena: marks", place,
      UInt64(record.marks))
    checker.expect(has(.arenaScratch) == (record.scratch != 0), "arena: scratch page", place)
  }

  private func checkRanges(_ ranges: ArenaRanges, _ checker: inout Checker) {
    let place = ranges.arena.physicalAddress
    guard let placed = ranges.byPlace.checked({ checker.use($0, "arena: free run") })
    else { return checker.expect(false, "arena: tree of free runs", place) }
    for (before, after) in zip(placed, placed.dropFirst()) {
      checker.expect(
        UInt64(ram[before].last) + 1 < UInt64(ram[after].start), "arena: free runs touch", place,
        UInt64(ram[after].start))
    }
    var stamps: Set<UInt64> = []
    let limit = Arena.pageNumbers * (ram[ranges.arena].is(.wrapped) ? 2 : 1)
    for run in placed {
      checker.expect(
        ram[run].start <= ram[run].last && ram[run].last < limit
          && ram[run].stamp <= ram[ranges.arena].stamp && stamps.insert(ram[run].stamp).inserted,
        "arena: free run", place, UInt64(ram[run].start))
    }
    checker.expect(
      placed.count == Int(ram[ranges.arena].rangeCount), "arena: count of free runs", place,
      UInt64(placed.count))
    var seen: Set<Ref<ArenaRange>> = []
    let found = ranges.byLength.checked {
      checker.isUsed($0) && seen.insert($0).inserted
    }
    guard let sized = found else {
      return checker.expect(false, "arena: tree of free runs", place)
    }
    for (before, after) in zip(sized, sized.dropFirst()) {
      checker.expect(
        ranges.byLength.precedes(before, after), "arena: free runs by length", place,
        UInt64(ram[after].start))
    }
    checker.expect(
      sized.count == placed.count && Set(sized) == Set(placed), "arena: free runs of both trees",
      place, UInt64(sized.count))
  }

  private func checkPages(
    of arena: Ref<Arena>, _ found: inout Set<UInt32>, _ checker: inout Checker
  ) {
    let place = arena.physicalAddress
    let scratch = ram[arena].scratch
    if scratch != 0 {
      checker.expect(
        scratch < ram.frameCount && found.insert(scratch).inserted, "arena: scratch page", place,
        UInt64(scratch))
    }
    let ranges = ArenaRanges(ram: ram, arena: arena)
    let start = ram[ram[arena].area].start
    var count: UInt32 = 0
    var isRight = true
    forEachArenaPage(start, ram[ram[arena].area].reserved) { table, index, address in
      let pfn = ram[table: table, index].pfn
      if pfn == UInt64(scratch), scratch != 0 { return }
      count += 1
      // A run that wraps goes on in the guard, where frees do not find it.
      let place = address &- start &- Arena.guardHalf
      let isFree =
        place < Arena.window && !ram[arena].is(.wrapped)
        && ranges.isFree(ram[arena].index(of: place), 1)
      if pfn >= UInt64(ram.frameCount) || !found.insert(UInt32(pfn)).inserted
        || isFree
      {
        isRight = false
      }
    }
    checker.expect(isRight, "arena: page", place)
    checker.expect(count == ram[arena].pageCount, "arena: count of pages", place, UInt64(count))
  }
}
