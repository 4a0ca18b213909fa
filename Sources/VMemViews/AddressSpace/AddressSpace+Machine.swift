package import VMem

extension AddressSpace {
  /// The whole vmalloc space of a machine, or a range, where an end of 0 stands for the top of the
  /// address space. The range grows to whole pages, and to whole areas where it would cut one.
  ///
  /// Traps on a machine whose areas and free blocks overlap or are no whole pages.
  ///
  /// Complexity: a visit of every area and free block.
  package init(_ machine: borrowing Machine, in range: (start: UInt64, end: UInt64)? = nil) {
    let map = machine.map
    let range = range ?? (map.vmallocStart, map.vmallocEnd &+ 1)
    // Records take 32 bytes or more.
    let most = Int(machine.ram.frameCount) * 128
    self.init(
      Self.name(of: range, map), of: "kernel \(machine.configuration.kernel.text)", range,
      isNarrow: false, most: most)
    guard !isEmpty else { return }
    let counters = machine.counters
    all.reserveCapacity(Int(clamping: min(counters.busyAreas &+ counters.freeBlocks, UInt64(most))))
    addAreas(machine)
    for range in Views.lazyRanges(machine) { add(Segment(range.start, range.end &- 1, .unpurged)) }
    machine.vmAreas.forEachPool { _, pages, addresses in
      for address in addresses {
        add(Segment(address, address &+ UInt64(pages) << 12 &- 1, .pool))
      }
    }
    let (lower, upper) = (start, last)
    // The first block begins with byte 1, and the last ends with the last byte but one.
    machine.vmAreas.forEachFreeBlock { start, end in
      let (from, to) = (max(start & ~4095, lower), min((end &- 1) | 4095, upper))
      if from <= to { add(Segment(from, to, .hole)) }
    }
    sort()
    addGaps(as: .unlisted)
  }

  private mutating func addAreas(_ machine: borrowing Machine) {
    let hasSparse = machine.configuration.switches.contains(.sparse)
    let ram = machine.ram
    var table = TextTable()
    var known: [UInt32: PackedTexts.Number] = [0: .empty]
    var (granule, caller) = (UInt32(0), PackedTexts.Number.empty)
    machine.vmAreas.forEachBusyArea { area in
      let symbol = area.isVMStruct ? area.caller : .none
      if symbol.granule != granule {
        granule = symbol.granule
        if let number = known[granule] {
          caller = number
        } else {
          caller = table.number(of: Views.text(ram, symbol).span)
          known[granule] = caller
        }
      }
      add(
        Segment(
          area.start, area.end &- 1, SegmentKind(area, hasSparse: hasSparse), caller: caller,
          pages: area.pageCount))
    }
    callers = table.texts
  }

  private static func name(of range: (start: UInt64, end: UInt64), _ map: AddressMap) -> String {
    if range == (map.vmallocStart, map.vmallocEnd &+ 1) { return "vmalloc space" }
    if range == (map.modulesStart, AddressMap.modulesEnd) { return "modules" }
    return "addresses from \(range.start.address(16))"
  }
}

extension Views {
  /// A symbol; an offset and a size of 0 say nothing.
  static func text(_ ram: RAM, _ symbol: Ref<Symbol>) -> [UInt8] {
    let text = ram.text(of: symbol)
    let suffix = "+0x0/0x0".utf8
    return text.suffix(suffix.count).elementsEqual(suffix) ? text.dropLast(suffix.count) : text
  }
}

extension UInt64 {
  /// `0x` and so many hexadecimal digits.
  func address(_ digits: Int) -> String {
    let text = String(self, radix: 16)
    return "0x" + String(repeating: "0", count: Swift.max(0, digits - text.utf8.count)) + text
  }
}
