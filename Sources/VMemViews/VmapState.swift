public import VMem

/// Which form of the allocator's state is shown.
public enum VmapStateForm: Sendable {
  /// Every range: busy, lazy, free, pooled, ascending by address.
  case ranges
  /// Counts and hashes on one line.
  case sum
  /// Lists with descriptions, and the free tree with colours and maxima.
  case lists
}

extension Views {
  /// The whole state of the area allocator, `vmap_state`.
  public static func vmapState(
    _ machine: borrowing Machine, form: VmapStateForm, to output: inout ViewOutput
  ) {
    switch form {
    case .ranges: ranges(machine, &output)
    case .sum: sum(machine, &output)
    case .lists: lists(machine, &output)
    }
  }

  private static func lazyAreas(
    _ machine: borrowing Machine
  ) -> [(start: UInt64, end: UInt64, node: Int)] {
    var found: [(start: UInt64, end: UInt64, node: Int)] = []
    machine.vmAreas.forEachLazyArea { found.append(($0.start, $0.end, $1)) }
    found.sort { $0.start < $1.start }
    guard machine.configuration.switches.contains(.lazyMerge) else { return found }
    return found.reduce(into: []) { merged, range in
      if let last = merged.last, last.end == range.start {
        merged[merged.count - 1].end = range.end
      } else {
        merged.append(range)
      }
    }
  }

  // MARK: Ranges

  private static func ranges(_ machine: borrowing Machine, _ output: inout ViewOutput) {
    machine.vmAreas.forEachBusyArea { area in
      range("busy", area.start, area.end, &output)
      if output.isJSON {
        output.field("flags", count: UInt64(area.areaFlags))
      } else {
        output.writer.write(" flags=0x")
        output.writer.hex(UInt64(area.areaFlags))
      }
      endRow(&output)
    }
    for area in lazyAreas(machine) {
      range("lazy", area.start, area.end, &output)
      number("node", UInt64(area.node), &output)
      endRow(&output)
    }
    machine.vmAreas.forEachFreeBlock { start, end in
      range("free", start, end, &output)
      endRow(&output)
    }
    machine.vmAreas.forEachPool { node, pages, addresses in pool(node, pages, addresses, &output) }
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: "lazy_pages")
      output.field("pages", count: machine.counters.lazyPages)
      return output.endObject()
    }
    output.writer.write("lazy_pages ")
    output.writer.decimal(machine.counters.lazyPages)
    output.endLine()
    output.writer.write("end")
    output.endLine()
  }

  private static func range(
    _ kind: StaticString, _ start: UInt64, _ end: UInt64, _ output: inout ViewOutput
  ) {
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: kind)
      output.field("start", address: start)
      return output.field("end", address: end)
    }
    output.writer.write(kind)
    output.writer.write(" 0x")
    output.writer.hex(start)
    output.writer.write(" 0x")
    output.writer.hex(end)
  }

  private static func number(
    _ name: StaticString, _ value: UInt64, _ output: inout ViewOutput
  ) {
    if output.isJSON { return output.field(name, count: value) }
    output.writer.write(byte: 0x20)
    output.writer.write(name)
    output.writer.write(byte: 0x3d)
    output.writer.decimal(value)
  }

  private static func endRow(_ output: inout ViewOutput) {
    if output.isJSON { output.endObject() } else { output.endLine() }
  }

  private static func pool(
    _ node: Int, _ pages: Int, _ addresses: [UInt64], _ output: inout ViewOutput
  ) {
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: "pool")
    } else {
      output.writer.write("pool")
    }
    number("node", UInt64(node), &output)
    number("pages", UInt64(pages), &output)
    number("len", UInt64(addresses.count), &output)
    if output.isJSON {
      output.beginArray("addresses")
      for address in addresses { output.element(address: address) }
      output.endArray()
    } else {
      output.writer.write(byte: 0x3a)
      for address in addresses {
        output.writer.write(" 0x")
        output.writer.hex(address)
      }
    }
    endRow(&output)
  }

  // MARK: Sum

  private static func sum(_ machine: borrowing Machine, _ output: inout ViewOutput) {
    var busy = RangeHash()
    var lazy = RangeHash()
    var free = RangeHash()
    var pool = RangeHash()
    var shape = RangeHash()
    machine.vmAreas.forEachBusyArea { busy.add($0.start, $0.end, UInt64($0.areaFlags)) }
    for area in lazyAreas(machine) { lazy.add(area.start, area.end, UInt64(area.node)) }
    machine.vmAreas.forEachFreeBlock { free.add($0, $1) }
    var pooled: UInt64 = 0
    machine.vmAreas.forEachPool { node, pages, addresses in
      pooled += UInt64(addresses.count)
      pool.add(UInt64(node), UInt64(pages), UInt64(addresses.count))
      for address in addresses { pool.hash(address) }
    }
    machine.vmAreas.forEachFreeTreeNode { node in
      if let node {
        shape.add(node.start, node.isBlack ? 1 : 0, node.maximum)
      } else {
        shape.hash(0)
      }
    }
    if output.isJSON {
      output.beginObject()
      output.field("kind", literal: "sum")
    } else {
      output.writer.write("sum")
    }
    number("nbusy", busy.count, &output)
    number("nlazy", lazy.count, &output)
    number("nfree", free.count, &output)
    number("npool", pooled, &output)
    number("lazy_pages", machine.counters.lazyPages, &output)
    hash("busy", busy, &output)
    hash("lazy", lazy, &output)
    hash("free", free, &output)
    hash("pool", pool, &output)
    hash("shape", shape, &output)
    endRow(&output)
  }

  private static func hash(
    _ name: StaticString, _ hash: RangeHash, _ output: inout ViewOutput
  ) {
    if output.isJSON { return output.field(name, address: hash.value) }
    output.writer.write(byte: 0x20)
    output.writer.write(name)
    output.writer.write(byte: 0x3d)
    output.writer.hex(hash.value, digits: 16)
  }
}

/// FNV-1a, 64 bits, over little-endian 64-bit values.
struct RangeHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  /// Groups of values added.
  private(set) var count: UInt64 = 0

  mutating func hash(_ word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      value = (value ^ (word >> shift & 0xff)) &* 0x0100_0000_01b3
    }
  }

  mutating func add(_ words: UInt64...) {
    for word in words { hash(word) }
    count += 1
  }
}
