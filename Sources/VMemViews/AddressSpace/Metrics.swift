extension Views {
  /// The holes of an address space as metrics: how much is free, in how many holes, and how
  /// much of it the largest has.
  package static func holeMetrics(_ space: AddressSpace) -> [UInt8] {
    let window = [(name: "window" as StaticString, value: space.label)]
    let holes = space.holes
    guard space.isWhole else { return leastMetrics(window, holes) }
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

  /// Whether an area would get an address, as a purge may make room for it, and how large the largest
  /// hole is as it stands. An address is no measurement, and none of it.
  ///
  /// - Parameter fits: nil where that is not known: there is no sample then.
  package static func fitMetrics(
    _ extent: Extent, asked size: UInt64, fits: Bool?, in space: AddressSpace
  ) -> [UInt8] {
    let window = (name: "window" as StaticString, value: space.label)
    var text = fitMetric([window], asked: size, extent.align, fits)
    let largest = space.holes.largest
    if space.isWhole {
      text.begin("vmalloc_largest_hole_bytes", "gauge", "Size of the largest hole.")
    } else {
      text.begin("vmalloc_largest_hole_bytes_min", "gauge", "Size of the largest hole, at least.")
    }
    text.sample([window], "\(largest)")
    return text.takeBytes()
  }

  /// The same of a file without real addresses.
  package static func fitMetrics(
    _ extent: Extent, asked size: UInt64, in chains: AddressChains
  ) -> [UInt8] {
    var text = fitMetric([], asked: size, extent.align, chains.hasRoom(for: extent))
    if let largest = chains.leastLargest {
      text.begin("vmalloc_largest_hole_bytes_min", "gauge", "Size of the largest hole, at least.")
      text.sample([], "\(largest)")
    }
    return text.takeBytes()
  }

  private static func fitMetric(
    _ labels: [(name: StaticString, value: String)], asked size: UInt64, _ align: UInt64,
    _ fits: Bool?
  ) -> Exposition {
    var text = Exposition()
    guard let fits else { return text }
    text.begin(
      "vmalloc_fit", "gauge",
      "Whether an area of so many bytes would get addresses: 1 if so, perhaps after a purge; else 0."
    )
    text.sample(labels + [("size", "\(size)"), ("align", "\(align)")], fits ? "1" : "0")
    return text
  }

  /// What holes are at least, with the names of such values.
  static func leastMetrics(
    _ labels: [(name: StaticString, value: String)], _ holes: HoleSummary
  ) -> [UInt8] {
    var text = Exposition()
    if holes.bytes > 0 {
      text.begin("vmalloc_free_bytes_min", "gauge", "Addresses in holes, at least.")
      text.sample(labels, "\(holes.bytes)")
      text.begin("vmalloc_largest_hole_bytes_min", "gauge", "Size of the largest hole, at least.")
      text.sample(labels, "\(holes.largest)")
    }
    text.begin("vmalloc_holes_min", "gauge", "Holes, at least.")
    text.sample(labels, "\(holes.count)")
    return text.takeBytes()
  }

  /// Totals as metrics. Holes are none of areas: `holeMetrics` has them. By kind there is also what waits
  /// for a purge, and what pools keep.
  package static func metrics(_ totals: AddressTotals) -> [UInt8] {
    var text = Exposition()
    let columns: [(name: StaticString, help: StaticString, value: (AddressTotals.Row) -> UInt64)] =
      [
        ("vmalloc_areas", "Areas of addresses.", { UInt64($0.count) }),
        ("vmalloc_area_bytes", "Addresses that areas take, guard pages included.", { $0.bytes }),
        ("vmalloc_allocated_bytes", "Memory that areas own.", { $0.pages << totals.pageShift }),
      ]
    let windows = totals.parts.map { part in
      (label: (name: "window" as StaticString, value: part.name), rows: part.rows)
    }
    for (at, (name, help, value)) in columns.enumerated() {
      // What a node has are pages, not addresses.
      if totals.key == .node, at == 1 { continue }
      text.begin(name, "gauge", help)
      for (window, rows) in windows {
        for row in rows where row.isOfAreas {
          text.sample([window, (totals.key.name, row.name)], "\(value(row))")
        }
      }
    }
    guard totals.key == .kind else { return text.takeBytes() }
    let kept: [(kind: SegmentKind, names: [StaticString], help: StaticString)] = [
      (
        .unpurged, ["vmalloc_unpurged_areas", "vmalloc_unpurged_bytes"],
        "Freed, and not handed out before a purge."
      ),
      (
        .pool, ["vmalloc_pool_areas", "vmalloc_pool_bytes"],
        "Purged, and kept by a vmap node for areas of the same size."
      ),
    ]
    for (kind, names, help) in kept {
      let found = windows.map { ($0.label, $0.rows.first { $0.kind == kind }) }
      text.begin(names[0], "gauge", help)
      for (window, row) in found { text.sample([window], "\(row?.count ?? 0)") }
      text.begin(names[1], "gauge", help)
      for (window, row) in found { text.sample([window], "\(row?.bytes ?? 0)") }
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
