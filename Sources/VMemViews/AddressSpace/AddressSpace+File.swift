extension AddressSpace {
  /// The whole vmalloc space of the machine that a file is of, or a range, as of a machine. What no row
  /// has is a hole, what pools keep too: no row tells of them.
  ///
  /// Throws a line where two rows overlap. The file has real addresses.
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
    all.reserveCapacity(file.rows.count)
    callers = file.texts
    for (place, row) in file.rows.enumerated() {
      add(
        Segment(
          row.start, row.end &- 1, SegmentKind(row, in: file), caller: row.caller,
          pages: UInt32(clamping: row.pages), row: UInt32(place)))
    }
    sort()
    dropFreed(file)
    if let at = firstOverlap {
      let rows = [file.rows[Int(all[at].row)], file.rows[Int(all[at + 1].row)]]
        .sorted { $0.line < $1.line }
      throw VmallocinfoFile.Defect(
        line: rows[1].line,
        message: "\(rows[1].start.address(digits))-\(rows[1].end.address(digits)) overlaps "
          + "\(rows[0].start.address(digits))-\(rows[0].end.address(digits)) of line \(rows[0].line)"
      )
    }
    addGaps(as: .hole)
  }

  /// Drops areas that were freed while the file was read: it has them once more, as waiting.
  private mutating func dropFreed(_ file: VmallocinfoFile) {
    guard firstOverlap != nil else { return }
    var kept: [Segment] = []
    kept.reserveCapacity(all.count)
    for segment in all {
      if let before = kept.last, before.last >= segment.start {
        if before.kind == .unpurged, segment.kind.isArea, segment.last <= before.last {
          noteFreed(segment, before, file)
          continue
        }
        if segment.kind == .unpurged, before.kind.isArea, before.start == segment.start,
          before.last <= segment.last
        {
          noteFreed(before, segment, file)
          kept.removeLast()
        }
      }
      kept.append(segment)
    }
    all = kept
  }

  private mutating func noteFreed(
    _ area: Segment, _ waiting: Segment, _ file: VmallocinfoFile
  ) {
    let (row, other) = (file.rows[Int(area.row)], file.rows[Int(waiting.row)])
    notes.append(
      VmallocinfoFile.Note(
        line: row.line,
        message: "freed while the file was read: line \(other.line) has it as unpurged"))
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
      if file.texts.hasPrefix("pcpu_get_vm_areas", at: row.caller) {
        self = .perCPU
      } else {
        self.init(row.flags, hasSparse: true)
      }
    }
  }
}
