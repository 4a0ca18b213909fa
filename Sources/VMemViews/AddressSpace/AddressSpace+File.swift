extension AddressSpace {
  /// The whole vmalloc space of the machine that a file is of, or a range, as of a machine. What no row
  /// has is a hole, what pools keep too: no row tells of them.
  ///
  /// Throws a line where two rows overlap, wherever they lie. The file has real addresses.
  ///
  /// Complexity: a visit of every row, and their order.
  package init(
    _ file: VmallocinfoFile, in range: (start: UInt64, end: UInt64)? = nil
  ) throws(VmallocinfoFile.Defect) {
    let whole = (start: file.window.start, end: file.window.last &+ 1)
    let range = range ?? whole
    self.init(
      Self.name(of: range, whole, file), of: file.name, range, isNarrow: file.isNarrow,
      most: .max)
    isWhole = range != whole || file.isWindowKnown
    guard !isEmpty else { return }
    let overlaps = try RowOverlaps(file)
    notes = overlaps.notes
    all.reserveCapacity(file.rows.count)
    callers = file.texts
    for (place, row) in file.rows.enumerated() {
      if !overlaps.dropped.isEmpty, overlaps.dropped.contains(UInt32(place)) { continue }
      add(
        Segment(
          row.start, row.end &- 1, SegmentKind(row, in: file), caller: row.caller,
          pages: UInt32(clamping: row.pages), row: UInt32(place)))
    }
    sort()
    addGaps(as: .hole)
  }

  private static func name(
    of range: (start: UInt64, end: UInt64), _ whole: (start: UInt64, end: UInt64),
    _ file: VmallocinfoFile
  ) -> String {
    if range == whole { return "vmalloc space" }
    if let modules = file.modules ?? file.emptyModules, range == (modules.start, modules.last &+ 1)
    {
      return "modules"
    }
    return "addresses from \(range.start.address(file.isNarrow ? 8 : 16))"
  }
}

extension SegmentKind {
  /// By the words of a row, and of per-CPU memory by who asked for it.
  init(_ row: VmallocinfoFile.Row, in file: VmallocinfoFile) {
    switch row.kind {
    case .unpurged: self = .unpurged
    case .mapRAM: self = .mapRAM
    case .area:
      if file.isPerCPU(row) {
        self = .perCPU
      } else {
        self.init(row.flags, hasSparse: true)
      }
    }
  }
}
