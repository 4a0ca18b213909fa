/// Which rows of a file go where two overlap: what waits for a purge, or an area that was read before it
/// was freed. All views, and a machine made of the file, decide so.
package struct RowOverlaps {
  /// Rows that do not count, by their places.
  package private(set) var dropped: Set<UInt32> = []
  /// Of what waits for a purge, and whose row was read while it was busy, the place of that row.
  package private(set) var seenBusy: [Int: Int] = [:]
  package private(set) var notes: [VmallocinfoFile.Note] = []

  /// Throws a line where two rows overlap that both are busy. The file has real addresses.
  package init(_ file: VmallocinfoFile) throws(VmallocinfoFile.Defect) {
    var last: Int?
    for index in file.rows.indices {
      guard let before = last, file.rows[index].start < file.rows[before].end else {
        last = index
        continue
      }
      let goes = file.rows[index].kind == .unpurged ? index : before
      let stays = goes == index ? before : index
      guard file.rows[goes].kind == .unpurged else {
        throw Self.defect(file.rows[index], file.rows[before], file)
      }
      if file.isSameArea(file.rows[goes], file.rows[stays]) {
        let line = file.rows[stays].line
        note(
          file.rows[goes], "line \(line) was read before its area was freed: it waits for a purge")
        seenBusy[goes] = stays
        dropped.insert(UInt32(stays))
        last = goes
        continue
      }
      let line = file.rows[stays].line
      note(file.rows[goes], "what waits for a purge overlaps line \(line): passed over")
      dropped.insert(UInt32(goes))
      if goes == before { last = index }
    }
  }

  private mutating func note(_ row: VmallocinfoFile.Row, _ message: String) {
    notes.append(VmallocinfoFile.Note(line: row.line, message: message))
  }

  private static func defect(
    _ a: VmallocinfoFile.Row, _ b: VmallocinfoFile.Row, _ file: VmallocinfoFile
  ) -> VmallocinfoFile.Defect {
    let (first, second) = a.line < b.line ? (a, b) : (b, a)
    let place = { (row: VmallocinfoFile.Row) in
      let digits = file.isNarrow ? 8 : 16
      return "\(row.start.address(digits))-\(row.end.address(digits))"
    }
    return VmallocinfoFile.Defect(
      line: second.line,
      message: "\(place(second)) overlaps \(place(first)) of line \(first.line)")
  }
}

extension VmallocinfoFile {
  /// Whether a row that waits for a purge is of the very area that another shows busy, all of whose pages
  /// are on one node or on none that it names: it was freed while the file was read.
  fileprivate func isSameArea(_ unpurged: Row, _ busy: Row) -> Bool {
    guard busy.kind == .area, unpurged.start == busy.start, unpurged.end == busy.end,
      busy.words.isEmpty
    else { return false }
    var nodes = 0
    var sum: UInt64 = 0
    forEachNode(of: busy) { _, pages in
      nodes += pages > 0 ? 1 : 0
      sum &+= pages
    }
    return nodes == 0 || nodes == 1 && sum == busy.pages
  }
}
