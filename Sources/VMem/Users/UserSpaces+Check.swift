extension UserSpaces {
  /// Address spaces have tables of their own below the top, and the kernel's above; entries lie in
  /// their mappings and are counted by the pages' records. Returns how often users map each frame.
  func check(_ checker: inout Checker) -> [UInt32: UInt32] {
    var users: [UInt32: UInt32] = [:]
    var counts = InlineArray<6, UInt32>(repeating: 0)
    let spaces = checkTopTables(&checker)
    for space in spaces {
      let ranges = checkMappings(space, &checker)
      check(UInt64(ram[space].top), map.levels, 0, ranges, &counts, &users, &checker)
      if checker.isFull { return users }
      for index in Level.userEntries..<Level.entries {
        checker.expect(
          ram[table: UInt64(ram[space].top), index] == ram[table: tables.top, index],
          "user address space: kernel half", UInt64(ram[space].top), UInt64(index))
      }
    }
    for depth in 0..<6 {
      checker.expect(
        counts[depth] == ram[ram.users].tables[depth], "user tables: count of a level",
        UInt64(depth), UInt64(counts[depth]))
    }
    for cpu in 0..<cpuCount {
      let space = self.space(ofCPU: cpu)
      checker.expect(
        space.isNone || spaces.contains(space), "CPU: user address space", UInt64(cpu))
    }
    for task in 0...min(Int(ram[ram.tasks].count), Tasks.maximumTasks) {
      let record = self.tasks.task(task)
      guard task == 0 || checker.objects.state(record) == .inUse else { continue }
      checker.expect(
        ram[record].memory.isNone || spaces.contains(ram[record].memory),
        "task: user address space", UInt64(task))
    }
    return users
  }

  /// The list of top-level tables, linked both ways; each knows its address space, and that its table.
  private func checkTopTables(_ checker: inout Checker) -> [Ref<UserSpace>] {
    var spaces: [Ref<UserSpace>] = []
    var (top, before) = (ram[ram.users].topTables, UInt32(0))
    while top != 0 {
      guard top < ram.frameCount else { break }
      let record = ram[frames.frame(top)]
      let space = Ref<UserSpace>(
        granule: UInt32(truncatingIfNeeded: (record.index &- map.pageOffset) >> 4))
      guard record.index == address(of: space), checker.use(space, "user address space") else {
        break
      }
      checker.expect(
        record.previous == before && ram[space].top == top && ram[space].unused == 0,
        "user address space: top-level table", space.physicalAddress, UInt64(top))
      spaces.append(space)
      (top, before) = (record.next, top)
    }
    checker.expect(top == 0, "user address spaces: list", UInt64(top))
    return spaces
  }

  private func checkMappings(
    _ space: Ref<UserSpace>, _ checker: inout Checker
  ) -> [UserMapping] {
    var ranges: [UserMapping] = []
    let tree = mappings(of: space)
    let members = tree.checked { checker.use($0, "user mapping") }
    checker.expect(members != nil, "user mappings: tree", space.physicalAddress)
    for mapping in members ?? [] {
      let one = ram[mapping]
      checker.expect(one.widest == tree.widest(mapping), "user mapping: widest hole", one.start)
      checker.expect(
        one.start < one.end && (one.start | one.end) & 4095 == 0 && one.end <= map.taskSize
          && one.start >= ranges.last?.end ?? AddressMap.mmapMinimum, "user mapping: range",
        one.start, one.end)
      checker.expect(isKnown(one), "user mapping: what it is", one.start)
      ranges.append(one)
    }
    checker.expect(
      ranges.count == Int(ram[space].count), "user mappings: count", UInt64(ranges.count))
    return ranges
  }

  /// Whether the fields of a mapping fit each other.
  private func isKnown(_ one: UserMapping) -> Bool {
    let flags = one.flags
    guard let kind = one.kind, flags.isSubset(of: .known), one.unused == 0,
      flags.contains(.shared) == flags.contains(.mayShare),
      flags.contains(.mayRead), flags.contains(.mayExec) == (kind != .arena),
      !flags.contains(.write) || flags.contains(.mayWrite),
      one.anonymous <= ram[ram.users].anonymousNumber, one.isInherited <= 1,
      one.anonymous != 0 || one.isInherited == 0,
      flags.contains(.pfnMap) == (kind == .buffer && has(.udmabufPFNMap)),
      !flags.contains(.shared)
        || (one.anonymous != 0) == (kind == .arena) && !flags.contains(.account)
    else { return false }
    switch kind {
    case .anonymous:
      return one.object == 0 && !flags.contains(.shared)
        && (one.anonymous != 0 || one.offset == one.start >> 12)
    case .device: return one.object == 0
    // `checkArenas` knows the arena.
    case .arena: return flags.isSuperset(of: [.shared, .dontExpand])
    // Files and buffers count their users.
    case .file, .buffer: return one.object != 0
    }
  }

  /// By hand: each table is claimed before it is read, since tables may be damaged.
  private func check(
    _ table: UInt64, _ depth: Int, _ base: UInt64, _ ranges: [UserMapping],
    _ counts: inout InlineArray<6, UInt32>, _ users: inout [UInt32: UInt32],
    _ checker: inout Checker
  ) {
    guard checker.claim(table, "user table is not RAM") else { return }
    counts[depth] += 1
    let record = ram[frames.frame(UInt32(table))]
    var expected = checker.record(UInt32(table), .table)
    // Links and owner of a top-level table are held against its address space's.
    if depth == map.levels {
      (expected.next, expected.previous, expected.index) = (
        record.next, record.previous, record.index
      )
    }
    expected.inheritPast(of: record)
    checker.expect(record == expected, "user table: frame record", table)
    for index in 0..<(depth == map.levels ? Level.userEntries : Level.entries) {
      let entry = ram[table: table, index]
      if entry.isNone && entry.bits == 0 { continue }
      if checker.isFull { return }
      let here = base | UInt64(index) << Level.shift(depth: depth)
      if depth > 1 {
        let attributes = entry.attributes
        checker.expect(
          attributes == Protection.userTable.bits, "user table: attributes of a table entry",
          here, entry.bits)
        guard attributes == Protection.userTable.bits else { return }
        check(entry.pfn, depth - 1, here, ranges, &counts, &users, &checker)
        continue
      }
      let pfn = UInt32(truncatingIfNeeded: entry.userFrame)
      let mapping = Self.mapping(at: here, ranges)
      checker.expect(
        mapping.map { isRight(entry, $0) } ?? false, "user table: attributes of a leaf", here,
        entry.bits)
      if !entry.isSpecial { users[pfn, default: 0] += 1 }
    }
  }

  private static func mapping(at address: UInt64, _ ranges: [UserMapping]) -> UserMapping? {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].end <= address { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].start <= address ? ranges[low] : nil
  }

  /// Whether a leaf has the rights of its mapping: those of a private one only where the page is its
  /// own.
  private func isRight(_ entry: Entry, _ mapping: UserMapping) -> Bool {
    let pfn = entry.userFrame
    guard pfn < UInt64(ram.frameCount) else { return false }
    let isZero = entry.isSpecial && !mapping.flags.contains(.pfnMap)
    let flags = ram[frames.frame(UInt32(pfn))].flags
    let isOwn = flags & ram.pageFlags.anonymous == ram.pageFlags.anonymous
    guard isZero == (pfn == UInt64(ram[ram.users].zeroPage)), !isOwn || mapping.anonymous != 0
    else { return false }
    let mayDiffer = Entry.accessed | Entry.dirty | Entry.savedDirty | Entry.special
    let plain = Entry(userPage: pfn, mapping.protection)
    let ignored = mayDiffer | (isOwn && mapping.flags.contains(.write) ? Entry.writable : 0)
    let isWritable = entry.isWritable
    // Kernels that know no other place for it leave a read-only entry its dirty bit.
    let misplaced = isWritable || !has(.savedDirty) ? Entry.savedDirty : Entry.dirty
    return entry.bits & ~ignored == plain.bits & ~ignored
      && entry.bits & misplaced == 0
      && (!isWritable || mapping.flags.contains(.shared) || flags & ram.pageFlags.exclusive != 0)
  }
}
