public import VMem

extension Views {
  /// `/proc/vmallocinfo`: a row for each busy area, then one for each area that waits for a purge.
  ///
  /// Rows come vmap node by vmap node, ascending in each; kernels before 6.9 have one sorted list.
  /// The corresponding kernel functions are `vmalloc_info_show` and `show_purge_info`.
  public static func vmallocinfo(
    _ machine: borrowing Machine, pointers: PointerStyle, to output: inout ViewOutput
  ) {
    let rows = VmallocinfoRows(machine, pointers, isRaw: output.isRaw)
    let seen = machine.vmAreas.seenBusy.sorted { $0.start < $1.start }
    for node in 0..<machine.vmAreas.vmapNodeCount {
      guard seen.isEmpty else {
        busy(machine, node, seen, rows, to: &output)
        continue
      }
      machine.vmAreas.forEachBusyArea(ofNode: node) { rows.busy($0, to: &output) }
    }
    // These kernels show them with the last area.
    let switches = machine.configuration.switches
    if switches.contains(.unpurgedAfterBusy), machine.counters.busyAreas == 0 { return }
    rows.unpurged(lazyRanges(machine), to: &output)
  }

  /// The busy areas of a node, and in their places those that were busy when their rows were read.
  private static func busy(
    _ machine: borrowing Machine, _ node: Int, _ seen: [VMArea], _ rows: VmallocinfoRows,
    to output: inout ViewOutput
  ) {
    var rest = seen.filter { machine.vmAreas.vmapNode(of: $0.start) == node }[...]
    machine.vmAreas.forEachBusyArea(ofNode: node) { area in
      while let first = rest.first, first.start < area.start {
        rows.busy(first, to: &output)
        rest = rest.dropFirst()
      }
      rows.busy(area, to: &output)
    }
    for area in rest { rows.busy(area, to: &output) }
  }

  /// What waits for a purge, by node and ascending; neighbours as one where the kernel merges them. Of
  /// kernels that do not sort it the newest is first.
  static func lazyRanges(_ machine: borrowing Machine) -> [LazyRange] {
    var ranges: [LazyRange] = []
    if machine.configuration.switches.contains(.lazyUnsorted) {
      machine.vmAreas.forEachLazyAreaNewestFirst { area, node in
        ranges.append(LazyRange(node: node, start: area.start, end: area.end, tail: area.tail))
      }
      return ranges
    }
    machine.vmAreas.forEachLazyArea { area, node in
      ranges.append(LazyRange(node: node, start: area.start, end: area.end, tail: area.tail))
    }
    ranges.sort { ($0.node, $0.start) < ($1.node, $1.start) }
    guard machine.configuration.switches.contains(.lazyMerge) else { return ranges }
    var merged: [LazyRange] = []
    for range in ranges {
      if let last = merged.last, last.end == range.start, last.tail.isNone, range.tail.isNone {
        merged[merged.count - 1].end = range.end
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}
