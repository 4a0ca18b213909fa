extension AreaAllocator {
  /// The fields of a busy area agree with each other and with what it owns.
  func check(_ area: Ref<VMArea>, _ checker: inout Checker) {
    let record = ram[area]
    let start = record.start
    let isVMStruct = ram.byte(area, at: MemoryLayout<VMArea>.offset(of: \.isVMStruct)!)
    let isGroup = ram.byte(area, at: MemoryLayout<VMArea>.offset(of: \.isGroup)!)
    checker.expect(
      isVMStruct <= 1 && isGroup <= 1 && record.marks <= 15
        && (!record.isStack || record.marks & 5 == 0) && record.hasSoundStack
        && (record.marks & 4 == 0 || record.owned != 0 && !record.isGroup), "areas: marks",
      start, UInt64(record.marks))
    checker.expect(record.next.isNone, "areas: next of a busy area", start)
    let node = record.areaFlags >> 8
    let isMapRAM = record.areaFlags & VMArea.mapRAM != 0
    checker.expect(
      record.areaFlags & 0xfc == 0 && node <= (nodeCount > 1 ? UInt32(nodeCount) : 0)
        && isMapRAM == (isVMStruct == 0), "areas: kind", start, UInt64(record.areaFlags))
    checker.expect(
      !record.isGivenUp || ram[state].hasNotifiers == 1, "areas: notifier", start)
    guard isVMStruct == 1 else { return checkMapRAM(record, &checker) }
    if isGroup == 1 { return checkMember(record, &checker) }
    checker.expect(
      record.areaFlags & VMArea.mapBlock == 0 && record.requestedSize > 0
        && record.requestedSize <= record.size, "areas: size", start, record.requestedSize)
    checkOwned(record, &checker)
  }

  /// A mapping of vm_map_ram has an address and nothing else.
  private func checkMapRAM(_ record: VMArea, _ checker: inout Checker) {
    let isBlock = record.areaFlags & VMArea.mapBlock != 0
    checker.expect(
      record.requestedSize == 0 && record.rawFlags == 0 && record.pageCount == 0
        && record.caller.isNone && record.owned == 0 && record.pageOrder == 0
        && !record.isGroup && record.physicalAddress == 0 && record.marks & 9 == 0
        && (!isBlock || record.reserved == MapBlock.size), "areas: vm_map_ram", record.start)
  }

  /// A member of a per-CPU group has its size, which vrealloc makes smaller, and the next member.
  private func checkMember(_ record: VMArea, _ checker: inout Checker) {
    let next = checker.objects.state(record.owned, .vmArea)
    checker.expect(
      record.areaFlags & VMArea.mapBlock == 0 && record.requestedSize > 0
        && record.requestedSize <= record.reserved
        && record.flags.subtracting(.flushResetPerms) == .alloc && record.pageCount == 0
        && record.pageOrder == 0 && record.physicalAddress == 0 && record.marks & 9 == 0
        && (record.owned == 0 || next != .none), "areas: member of a group", record.start)
  }

  /// Pages that an area owns, or was lent.
  private func checkOwned(_ record: VMArea, _ checker: inout Checker) {
    let start = record.start
    let set = record.pages
    let array = record.array
    checker.expect(
      array & 4095 == 0 && (array == 0) == (record.marks & 1 == 0)
        && (array == 0 || map.isVmallocAddress(array) && !set.isNone), "areas: page array",
      start, array)
    guard !set.isNone else {
      return checker.expect(
        (record.pageCount == 0 || record.isStack) && record.pageOrder == 0,
        "areas: pages of no set", start,
        UInt64(record.pageCount))
    }
    guard checker.isUsed(set, .pageSet), !checker.areaSets.contains(set) else {
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
