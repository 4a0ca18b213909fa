extension Views {
  /// The holes of an address space as metrics: how much is free, in how many holes, and how
  /// much of it the largest has.
  package static func holeMetrics(_ space: AddressSpace) -> [UInt8] {
    let window = [(name: "window" as StaticString, value: space.label)]
    let holes = space.holes
    var text = Exposition()
    text.begin("vmalloc_window_bytes", "gauge", "Size of the range of addresses.")
    text.sample(window, "\(space.size.bytes)")
    text.begin("vmalloc_free_bytes", "gauge", "Addresses in holes.")
    text.sample(window, "\(holes.bytes)")
    text.begin("vmalloc_largest_hole_bytes", "gauge", "Size of the largest hole.")
    text.sample(window, "\(holes.largest)")
    text.begin(
      "vmalloc_fragmentation_ratio", "gauge",
      "Part of the free addresses that is not in the largest hole.")
    text.sample(window, "\(holes.fragmentationRatio)")
    text.begin("vmalloc_holes", "gauge", "Holes, with areas between them.")
    text.sample(window, "\(holes.count)")
    return text.takeBytes()
  }

  /// Totals as metrics. That what waits and pools count among the areas, and holes by kind, their
  /// labels say.
  package static func metrics(_ totals: AddressTotals) -> [UInt8] {
    var text = Exposition()
    if totals.window > 0 {
      text.begin("vmalloc_window_bytes", "gauge", "Size of the range of addresses.")
      text.sample([("window", totals.windowName)], "\(totals.window)")
    }
    let columns: [(name: StaticString, help: StaticString, value: (AddressTotals.Row) -> UInt64)] =
      [
        ("vmalloc_areas", "Areas of addresses.", { UInt64($0.count) }),
        ("vmalloc_area_bytes", "Addresses that areas take, guard pages included.", { $0.bytes }),
        ("vmalloc_allocated_bytes", "Memory that areas own.", { $0.pages << 12 }),
      ]
    for (name, help, value) in columns {
      text.begin(name, "gauge", help)
      for row in totals.rows { text.sample([(totals.key.name, row.name)], "\(value(row))") }
    }
    return text.takeBytes()
  }
}

extension AddressSpace {
  /// What the range is called in a label: `vmalloc`, `modules`, or its addresses.
  package var label: String {
    if name == "vmalloc space" { return "vmalloc" }
    return name == "modules" ? name : "\(start.address(digits))-\((last &+ 1).address(digits))"
  }
}
