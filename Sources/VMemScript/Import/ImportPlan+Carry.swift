internal import VMem
internal import VMemViews

extension ImportPlan {
  /// Gives a machine that has just been booted the areas of the file.
  func carryOut(on machine: borrowing Machine) throws(VMAreas.ImportDefect) {
    machine.vmAreas.beginImport(of: order.count)
    try leaveFree(machine)
    var texts = ImportedTexts(file.texts.count)
    let bytes = file.texts.bytes.span
    for group in groups {
      let members = group.map { index in
        let start = start(file.rows[Int(index)])
        return (start: start, end: start &+ file.rows[Int(index)].size)
      }
      let caller = file.texts.range(file.rows[Int(group[0])].caller)
      try machine.vmAreas.importGroup(members, caller: bytes.extracting(caller))
    }
    let grouped = Set(groups.joined())
    for index in order {
      let row = file.rows[Int(index)]
      let start = start(row)
      switch row.kind {
      case .unpurged: continue
      case .mapRAM:
        try machine.vmAreas.importMapRAM(
          start: start, end: start &+ row.size,
          tail: bytes.extracting(file.texts.range(row.words)))
      case .area:
        if !grouped.isEmpty, row.flags == .alloc, grouped.contains(index) { continue }
        var area = area(row)
        if row.hasArray, let array = arrays[index], area.physicalAddress == 0 {
          area.array = self.start(file.rows[Int(array)])
        }
        try machine.vmAreas.importArea(
          area, caller: bytes.extracting(file.texts.range(row.caller)), row.caller.index,
          tail: bytes.extracting(file.texts.range(row.words)), row.words.index, &texts)
      }
    }
    // The list of a node has the newest first, and so has a file that is not sorted.
    for (index, node) in zip(unpurged, unpurgedNodes()).reversed() {
      let row = file.rows[index]
      let start = start(row)
      let seen = seenBusy[index].map { file.rows[$0] }
      try machine.vmAreas.importLazy(
        start: start, end: start &+ row.size, node: node, seen: seen.map { area($0) },
        caller: bytes.extracting(seen.map { file.texts.range($0.caller) } ?? 0..<0),
        tail: bytes.extracting(file.texts.range(row.words)))
    }
    machine.vmAreas.endImport()
  }

  private func leaveFree(_ machine: borrowing Machine) throws(VMAreas.ImportDefect) {
    var ranges: [(start: UInt64, end: UInt64)] = []
    ranges.reserveCapacity(order.count)
    for index in order {
      let row = file.rows[Int(index)]
      let start = start(row)
      if let last = ranges.last, last.end == start {
        ranges[ranges.count - 1].end = start &+ row.size
      } else {
        ranges.append((start, start &+ row.size))
      }
    }
    try machine.vmAreas.leaveFree(around: ranges)
  }

  /// What the machine is, as one line of help would set it.
  var settings: String {
    let c = configuration
    var text = "kernel \(c.kernel.text), \(c.cpus) CPU\(c.cpus == 1 ? "" : "s"), \(c.nodes) node"
    let isGiga = c.memory & (1 << 30 - 1) == 0
    text += c.nodes == 1 ? "" : "s"
    text += isGiga ? ", \(c.memory >> 30)G of RAM" : ", \(c.memory >> 12)p of RAM"
    if c.vmallocStart != 0 { text += ", vmalloc window at \(hexadecimal(c.vmallocStart))" }
    if shift != 0 { text += ", moved from \(hexadecimal(window.start))" }
    return text
  }
}
