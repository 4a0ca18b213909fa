extension AreaAllocator {
  /// The fields of a busy area agree with each other and with what it owns.
  func check(_ area: Ref<VMArea>, _ checker: inout Checker) {
    let record = ram[area]
    let start = record.start
    checker.expect(record.isKnown, "areas: marks", start)
    guard record.isKnown else { return }
    checker.expect(record.next.isNone, "areas: next of a busy area", start)
    let node = record.areaFlags >> 8
    checker.expect(
      record.areaFlags & 0xff == record.kind.areaFlags
        && node <= (nodeCount > 1 ? UInt32(nodeCount) : 0), "areas: kind", start,
      UInt64(record.areaFlags))
    checker.expect(
      !record.isGivenUp || ram[state].hasNotifiers == 1, "areas: notifier", start)
    switch record.kind {
    case .mapRAM, .mapBlock: return checkMapRAM(record, &checker)
    case .perCPU, .perCPUChunk: return checkMember(record, &checker)
    case .arena: checker.expect(record.owned != 0, "areas: arena", start)
    case .imported: return checkImported(record, &checker)
    case .caller, .stack: break
    }
    checker.expect(
      record.requestedSize > 0 && record.requestedSize <= record.size, "areas: size", start,
      record.requestedSize)
    checkOwned(record, &checker)
  }

  /// A mapping of vm_map_ram has an address and nothing else.
  private func checkMapRAM(_ record: VMArea, _ checker: inout Checker) {
    checker.expect(
      record.requestedSize == 0 && record.rawFlags == 0 && record.pageCount == 0
        && record.caller == record.tail && record.owned == 0 && record.pageOrder == 0
        && record.showsArray == !record.tail.isNone
        && (record.tail.isNone || checker.objects.isSymbol(record.tail))
        && record.physicalAddress == 0 && !record.hasArray
        && (record.kind == .mapRAM || record.reserved == blocks.size), "areas: vm_map_ram",
      record.start)
  }

  /// A member of a per-CPU group has its size, which vrealloc makes smaller, and the next member.
  private func checkMember(_ record: VMArea, _ checker: inout Checker) {
    let next = checker.objects.state(Ref<VMArea>(granule: record.owned))
    checker.expect(
      record.requestedSize > 0 && record.requestedSize <= record.reserved
        && record.flags.subtracting(.flushResetPerms) == .alloc && record.pageCount == 0
        && record.pageOrder == 0 && record.physicalAddress == 0 && !record.hasArray
        && (record.owned == 0 || next != .none), "areas: member of a group", record.start)
  }

  /// An imported area has what its row says, perhaps its page array, and no pages.
  private func checkImported(_ record: VMArea, _ checker: inout Checker) {
    let start = record.start
    checker.expect(
      record.requestedSize == record.size && (record.pageOrder == 0 || record.pageOrder == 9),
      "areas: imported", start, record.requestedSize)
    let array = record.array
    checker.expect(
      array & 4095 == 0 && (array != 0) == record.hasArray
        && (array == 0 || record.showsArray && map.isVmallocAddress(array)),
      "areas: page array", start, array)
    guard record.owned != 0 else { return }
    guard checker.use(record.importedRow, "areas: imported row", start) else { return }
    let row = ram[record.importedRow]
    checker.expect(record.importedNode == 0, "areas: imported row", start)
    for pieces in [row.callerRest, row.tail] {
      for at in 0..<4 where !pieces[at].isNone {
        checker.expect(
          checker.objects.isSymbol(pieces[at]) && (at == 0 || !pieces[at - 1].isNone),
          "areas: imported row", start, UInt64(pieces[at].granule))
      }
    }
  }

  /// Pages that an area owns, or was lent.
  private func checkOwned(_ record: VMArea, _ checker: inout Checker) {
    let start = record.start
    let set = record.pages
    let array = record.array
    checker.expect(
      array & 4095 == 0 && (array == 0) == !record.hasArray
        && (array == 0 || map.isVmallocAddress(array) && !set.isNone), "areas: page array",
      start, array)
    guard !set.isNone else {
      return checker.expect(
        (record.pageCount == 0 || record.kind == .stack) && record.pageOrder == 0,
        "areas: pages of no set", start,
        UInt64(record.pageCount))
    }
    guard checker.isUsed(set), !checker.areaSets.contains(set) else {
      return checker.expect(false, "areas: set of pages", start, set.physicalAddress)
    }
    checker.areaSets.insert(set)
    let isLent = record.flags.contains(.mapPutPages)
    checker.expect(
      record.pageCount == ram[set].count && ram[set].name.isNone
        && (isLent || record.flags.contains(.alloc)), "areas: pages", start,
      UInt64(record.pageCount))
    let first = ram[set].first != 0 ? ram[set].first : ram[set].frames.firstValue(ram)
    let frame = first < ram.frameCount ? ram[FrameAllocator(ram: ram).frame(first)] : Frame()
    checker.expect(
      frame.owner == set
        ? frame.order == UInt32(record.pageOrder) : record.pageOrder == 0 || record.pageOrder == 9,
      "areas: page order", start, UInt64(record.pageOrder))
  }
}
