extension Names {
  /// Names and symbols stand in the buckets of their texts, and what lives is there.
  func check(_ checker: inout Checker) {
    let state = ram[ram.names]
    check(state.symbols, &checker)
    check(state.shortSymbols, &checker)
    let names = state.names.check(&checker)
    for name in names { check(name, &checker) }
    for area in checker.areas {
      let caller = ram[area].caller
      checker.expect(
        caller.isNone || checker.isUsed(caller) || checker.isUsed(caller.short), "areas: caller",
        ram[area].start)
      let name = ram[area].name
      checker.expect(
        name.isNone || checker.isUsed(name) && ram[name].area == area, "areas: name",
        ram[area].start)
    }
  }

  private func check<T: StoredSymbol>(_ table: HashTable<T>, _ checker: inout Checker) {
    for symbol in table.check(&checker) {
      let length = Int(ram[symbol].length)
      guard (1...T.maximumLength).contains(length) else {
        checker.expect(false, "symbol: text", symbol.physicalAddress, UInt64(length))
        continue
      }
      let text = ram.text(of: symbol.symbol)
      let rest = RAM.symbolText + length..<MemoryLayout<T>.size
      checker.expect(
        hash32(text.span) == ram[symbol].hash && rest.allSatisfy { ram.byte(symbol, at: $0) == 0 },
        "symbol: text", symbol.physicalAddress)
    }
  }

  private func check(_ name: Ref<Name>, _ checker: inout Checker) {
    let record = ram[name]
    let place = name.physicalAddress
    checker.expect(
      record.unused == 0 && record.unusedToo == 0 && record.length > 0
        && Int(record.length) <= Name.maximumLength
        && hash32(record.text.span.extracting(first: min(Int(record.length), 64))) == record.hash
        && (Int(record.length)..<64).allSatisfy { record.text[$0] == 0 }, "name: text", place)
    let isLive = ram.byte(name, at: MemoryLayout<Name>.offset(of: \.isLive)!)
    checker.expect(isLive <= 1, "name: whether it lives", place, UInt64(isLive))
    guard let kind = NameKind(rawValue: record.kind) else {
      return checker.expect(false, "name: kind", place, UInt64(record.kind))
    }
    if kind == .pages {
      guard checker.isUsed(record.pages) else {
        return checker.expect(false, "name: pages", place)
      }
      let set = ram[record.pages]
      let first = pageSets.page(0, of: record.pages, checker) ?? 0
      checker.expect(
        set.name == name && (set.live > 0) == record.isLive
          && record.value == map.pageOffset + UInt64(first) << 12, "name: pages", place)
    } else {
      checker.expect(record.pages.isNone, "name: pages", place)
    }
    let hasArea = kind == .address && record.isLive
    checker.expect(record.area.isNone != hasArea, "name: area", place)
    if kind != .address && kind != .pages { checker.expect(isLive == 0, "name: lives", place) }
    if kind == .nothing { checker.expect(record.value == 0, "name: value", place) }
    guard hasArea else { return }
    guard checker.hasSoundIndex, checker.isUsed(record.area) else {
      return checker.expect(!checker.hasSoundIndex, "name: area", place)
    }
    let start = ram[record.area].start
    checker.expect(
      areas.busyArea(startingAt: start) == record.area && ram[record.area].name == name
        && (start == record.value || start == record.value & ~4095
          || !ram[record.area].arena.isNone && start == record.value &- Arena.guardHalf),
      "name: area", place,
      record.value)
  }
}

extension KernelLog {
  /// Records come from this machine's past, in order.
  func check(_ checker: inout Checker) {
    var before: UInt64 = 0
    let now = ram[Superblock.ref].clock
    for number in start..<end {
      let record = self[number]
      checker.expect(
        record.time >= before && record.time <= now && record.level <= 7
          && UInt32(record.cpu) < ram[Superblock.ref].cpuCount
          && KernelMessage(rawValue: record.message) != nil
          && UInt32(record.task) <= ram[ram.tasks].count
          && (record.function == .max || KernelFunction(rawValue: record.function) != nil),
        "kernel log: record", number, record.time)
      before = max(before, record.time)
    }
  }
}
