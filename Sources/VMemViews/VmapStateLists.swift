internal import VMem

extension Views {
  /// Lists of areas and free blocks with their descriptions, and the free tree: section by section,
  /// each under its name in brackets.
  static func lists(_ machine: borrowing Machine, _ output: inout ViewOutput) {
    let waiting = lazyRanges(machine).sorted { $0.start < $1.start }
    state(machine, UInt64(waiting.count), &output)
    section("busy_list", &output)
    machine.vmAreas.forEachBusyArea { busyRow($0, &output) }
    section("lazy_list", &output)
    for range in waiting {
      sized("lazy_list", range.start, range.end, &output)
      end(&output)
    }
    if waiting.isEmpty { blank(&output) }
    section("free_list", &output)
    machine.vmAreas.forEachFreeBlock { start, blockEnd in
      sized("free_list", start, blockEnd, &output)
      end(&output)
    }
    section("free_tree", &output)
    machine.vmAreas.forEachFreeTreeNode { node in
      if let node { treeRow(node, &output) }
    }
    section("blocks", &output)
    var blocks = 0
    machine.vmAreas.forEachMapBlock { block in
      blocks += 1
      blockRow(block, &output)
    }
    if blocks == 0 { blank(&output) }
  }

  /// What stands in a section without entries.
  private static func blank(_ output: inout ViewOutput) {
    if !output.isJSON { output.endLine() }
  }

  private static func state(
    _ machine: borrowing Machine, _ lazy: UInt64, _ output: inout ViewOutput
  ) {
    section("state", &output)
    let counters = machine.counters
    var bytes: UInt64 = 0
    machine.vmAreas.forEachBusyArea { bytes &+= $0.reserved }
    var blocks: UInt64 = 0
    machine.vmAreas.forEachMapBlock { _ in blocks += 1 }
    if output.isJSON {
      output.beginObject()
      output.field("list", literal: "state")
      output.field("busy", count: counters.busyAreas)
      output.field("busy_bytes", count: bytes)
      output.field("lazy", count: lazy)
      output.field("lazy_bytes", count: counters.lazyPages << 12)
      output.field("free", count: counters.freeBlocks)
      output.field("lazy_nr_pages", count: counters.lazyPages)
      output.field("lazy_max_pages", count: counters.lazyMaximumPages)
      output.field("blocks", count: blocks)
      return output.endObject()
    }
    pair("busy=", counters.busyAreas, bytes, &output)
    pair(" lazy=", lazy, counters.lazyPages << 12, &output)
    plain(" free=", counters.freeBlocks, &output)
    plain(" lazy_nr_pages=", counters.lazyPages, &output)
    plain(" lazy_max_pages=", counters.lazyMaximumPages, &output)
    plain(" blocks=", blocks, &output)
    output.endLine()
  }

  private static func pair(
    _ name: StaticString, _ count: UInt64, _ bytes: UInt64, _ output: inout ViewOutput
  ) {
    plain(name, count, &output)
    output.writer.write(byte: 0x2f)
    output.writer.decimal(bytes)
  }

  private static func plain(
    _ name: StaticString, _ value: UInt64, _ output: inout ViewOutput
  ) {
    output.writer.write(name)
    output.writer.decimal(value)
  }

  private static func section(_ name: StaticString, _ output: inout ViewOutput) {
    guard !output.isJSON else { return }
    output.writer.write(byte: 0x5b)
    output.writer.write(name)
    output.writer.write(byte: 0x5d)
    output.endLine()
  }

  private static func end(_ output: inout ViewOutput) {
    if output.isJSON { output.endObject() } else { output.endLine() }
  }

  /// A range and its size; in JSON the beginning of its object.
  private static func sized(
    _ list: StaticString, _ start: UInt64, _ end: UInt64, _ output: inout ViewOutput
  ) {
    if output.isJSON {
      output.beginObject()
      output.field("list", literal: list)
      output.field("start", address: start)
      output.field("end", address: end)
      return output.field("size", count: end &- start)
    }
    output.writer.write("0x")
    output.writer.hex(start)
    output.writer.write("-0x")
    output.writer.hex(end)
    plain(" ", end &- start, &output)
  }

  private static func busyRow(_ area: VMArea, _ output: inout ViewOutput) {
    sized("busy_list", area.start, area.end, &output)
    if output.isJSON {
      output.field("vm_struct", flag: area.isVMStruct)
      output.field("flags", count: area.flags.rawValue)
      output.field("pages", count: UInt64(area.pageCount))
      return output.endObject()
    }
    if area.isVMStruct {
      output.writer.write(" vm flags=0x")
      output.writer.hex(area.flags.rawValue)
      plain(" size=", area.reserved, &output)
      plain(" pages=", UInt64(area.pageCount), &output)
    } else {
      output.writer.write(" vm_map_ram flags=0x")
      output.writer.hex(UInt64(area.areaFlags & 3))
    }
    output.endLine()
  }

  private static func treeRow(_ node: VMAreas.FreeTreeNode, _ output: inout ViewOutput) {
    if output.isJSON {
      sized("free_tree", node.start, node.end, &output)
      output.field("depth", count: UInt64(node.depth))
      output.field("side", literal: node.depth == 0 ? "root" : node.isLeft ? "L" : "R")
      output.field("colour", literal: node.isBlack ? "black" : "red")
      output.field("max", count: node.maximum)
      return output.endObject()
    }
    for _ in 0..<node.depth { output.writer.write(byte: 0x20) }
    output.writer.write(node.depth == 0 ? "root" : node.isLeft ? "L" : "R")
    output.writer.write(node.isBlack ? " black " : " red ")
    sized("free_tree", node.start, node.end, &output)
    plain(" max=", node.maximum, &output)
    output.endLine()
  }

  private static func blockRow(_ block: VMAreas.MapBlockState, _ output: inout ViewOutput) {
    sized("blocks", block.start, block.end, &output)
    if output.isJSON {
      output.field("cpu", count: UInt64(block.cpu))
      output.field("free", count: UInt64(block.free))
      output.field("dirty", count: UInt64(block.dirty))
      return output.endObject()
    }
    plain(" cpu=", UInt64(block.cpu), &output)
    plain(" free=", UInt64(block.free), &output)
    plain(" dirty=", UInt64(block.dirty), &output)
    output.endLine()
  }
}
