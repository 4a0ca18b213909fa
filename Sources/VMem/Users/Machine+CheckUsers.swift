extension Machine {
  /// Address spaces have tables of their own below the top, and the kernel's above; entries lie in
  /// their mappings and are counted by the pages' records. Returns how often users map each frame.
  func checkUsers(_ checker: inout Checker) -> [UInt32: UInt32] {
    var users: [UInt32: UInt32] = [:]
    var counts = InlineArray<6, UInt32>(repeating: 0)
    var spaces: [Ref<UserSpace>] = []
    var space = ram[Superblock.ref].userSpaces
    while !space.isNone, checker.use(space, .userSpace, "user address space") {
      spaces.append(space)
      let ranges = checkMappings(space, &checker)
      check(UInt64(ram[space].top), map.levels, 0, ranges, &counts, &users, &checker)
      if checker.isFull { return users }
      for index in 256..<512 {
        checker.expect(
          ram[table: UInt64(ram[space].top), index] == ram[table: tables.top, index],
          "user address space: kernel half", UInt64(ram[space].top), UInt64(index))
      }
      space = ram[space].next
    }
    for depth in 0..<6 {
      checker.expect(
        counts[depth] == ram[Superblock.ref].userTables[depth], "user tables: count of a level",
        UInt64(depth), UInt64(counts[depth]))
    }
    for cpu in 0..<cpuCount {
      let space = self.space(ofCPU: cpu)
      checker.expect(
        space.isNone || spaces.contains(space), "CPU: user address space", UInt64(cpu))
    }
    return users
  }

  private func checkMappings(
    _ space: Ref<UserSpace>, _ checker: inout Checker
  ) -> [UserMapping] {
    var ranges: [UserMapping] = []
    var mapping = ram[space].mappings
    while !mapping.isNone, checker.use(mapping, .userMapping, "user mapping") {
      let one = ram[mapping]
      checker.expect(
        one.start < one.end && (one.start | one.end) & 4095 == 0 && one.end <= map.taskSize
          && one.start >= ranges.last?.end ?? AddressMap.mmapMinimum
          && one.flags.isSubset(of: .known) && one.unused == 0, "user mapping: range", one.start,
        one.end)
      ranges.append(one)
      mapping = one.next
    }
    checker.expect(
      ranges.count == Int(ram[space].count), "user mappings: count", UInt64(ranges.count))
    return ranges
  }

  private func check(
    _ table: UInt64, _ depth: Int, _ base: UInt64, _ ranges: [UserMapping],
    _ counts: inout InlineArray<6, UInt32>, _ users: inout [UInt32: UInt32],
    _ checker: inout Checker
  ) {
    guard checker.claim(table, "user table is not RAM") else { return }
    counts[depth] += 1
    let record = ram[frames.frame(UInt32(table))]
    var expected = checker.record(UInt32(table), .table)
    expected.inheritPast(of: record)
    checker.expect(record == expected, "user table: frame record", table)
    for index in 0..<(depth == map.levels ? 256 : 512) {
      let entry = ram[table: table, index]
      if entry.isNone && entry.bits == 0 { continue }
      if checker.isFull { return }
      let here = base | UInt64(index) << Level.shift(depth: depth)
      let attributes = entry.bits & ~Entry.pfnMask
      if depth > 1 {
        checker.expect(
          attributes == Protection.userTable.bits, "user table: attributes of a table entry",
          here, entry.bits)
        guard attributes == Protection.userTable.bits else { return }
        check(entry.pfn, depth - 1, here, ranges, &counts, &users, &checker)
        continue
      }
      let mapping = ranges.first { $0.start <= here && here < $0.end }
      checker.expect(
        mapping.map { attributes & ~Entry.dirty == $0.protection.bits } ?? false
          && entry.pfn < UInt64(ram.frameCount), "user table: attributes of a leaf", here,
        entry.bits)
      users[UInt32(truncatingIfNeeded: entry.pfn), default: 0] += 1
    }
  }
}
