/// What is occupied, by whom: areas, their bytes of address space and their pages. Each window has its
/// own sums, since what is free in one is of no use in the other.
package struct AddressTotals: Sendable {
  /// What the sums are made by.
  package enum Key: CaseIterable, Sendable {
    case caller, kind, module, node

    /// As a column's title, and as a label.
    package var name: StaticString {
      switch self {
      case .caller: "caller"
      case .kind: "kind"
      case .module: "module"
      case .node: "node"
      }
    }
  }

  struct Row: Sendable {
    let name: String
    var count = 0
    var bytes: UInt64 = 0
    var pages: UInt64 = 0
    /// What all of it is, for what is counted by that.
    var kind: SegmentKind?

    /// Whether it is of areas that are in use.
    var isOfAreas: Bool { kind?.isArea ?? true }
  }

  /// A window, and what it is called in labels.
  package struct Window: Sendable {
    let name: String
    let start: UInt64
    let last: UInt64
    /// Whether it is all of what it is called, so that there are shares of it.
    let isWhole: Bool

    package init(_ name: String, _ range: (start: UInt64, last: UInt64), isWhole: Bool = true) {
      (self.name, self.isWhole) = (name, isWhole)
      (start, last) = range
    }

    /// What lies in none.
    static let elsewhere = Window("elsewhere", (0, 0), isWhole: false)

    /// What shares are of; 0 where that is not known.
    var bytes: UInt64 {
      !isWhole || last < start || last == 0 ? 0 : ByteSize(from: start, through: last).bytes
    }

    func contains(_ address: UInt64) -> Bool { address >= start && address <= last }
  }

  /// The sums of a window.
  struct Part: Sendable {
    /// What the window is called: `vmalloc`, `modules`, `elsewhere`, or its addresses.
    let name: String
    /// What shares are of, in bytes; 0 where that is not known.
    let window: UInt64
    /// By bytes, the largest first; of equal ones by name.
    let rows: [Row]
  }

  let key: Key
  /// The first window's part, and those of others that have areas.
  private(set) var parts: [Part] = []
  /// Bits of an offset into a page.
  let pageShift: UInt64

  /// The rows of all windows.
  var rows: [Row] { parts.flatMap(\.rows) }

  /// Areas, what waits for a purge and what pools keep; by kind also the holes of the windows.
  ///
  /// - Parameters:
  ///   - space: everything to count, of which only holes are cut at a window.
  ///   - windows: ascending, and apart; areas of none are counted too.
  package init(
    _ space: AddressSpace, by key: Key, windows: [Window], pageShift: UInt64 = 12
  ) {
    (self.key, self.pageShift) = (key, pageShift)
    var sums = windows.map { _ in Sums(key, space.callers) }
    var others = Sums(key, space.callers)
    for segment in space.all {
      if segment.kind == .hole {
        guard key == .kind else { continue }
        for (at, window) in windows.enumerated() {
          let (first, last) = (max(segment.start, window.start), min(segment.last, window.last))
          if first <= last { sums[at].add(.hole, .empty, last - first + 1, 0) }
        }
      } else if let at = Self.place(segment.start, segment.last, windows) {
        sums[at].add(segment.kind, segment.caller, segment.bytes, UInt64(segment.pages))
      } else {
        others.add(segment.kind, segment.caller, segment.bytes, UInt64(segment.pages))
      }
    }
    take(windows, sums.map(\.rows), others.rows)
  }

  /// The window in which an area lies, or lies in part.
  static func place(_ start: UInt64, _ last: UInt64, _ windows: [Window]) -> Int? {
    windows.firstIndex { $0.contains(start) }
      ?? windows.firstIndex { start < $0.start && last >= $0.start }
  }

  /// Leaves out windows without areas, but not all of them.
  private mutating func take(_ windows: [Window], _ rows: [[Row]], _ others: [Row]) {
    for (window, rows) in zip(windows, rows) {
      let isUsed = rows.contains { $0.kind != .hole }
      guard isUsed || parts.isEmpty && (windows.count == 1 || window.name == "vmalloc") else {
        continue
      }
      parts.append(Part(name: window.name, window: window.bytes, rows: rows))
    }
    if !others.isEmpty { parts.append(Part(name: Window.elsewhere.name, window: 0, rows: others)) }
  }

  /// All rows of a file, whatever its addresses are worth.
  package init(_ file: VmallocinfoFile, by key: Key, window: UInt64) {
    (self.key, pageShift) = (key, 12)
    var sums = Sums(key, file.texts)
    for row in file.rows {
      sums.add(SegmentKind(row, in: file), row.caller, row.size, row.pages)
    }
    parts = [Part(name: "vmalloc", window: window, rows: sums.rows)]
  }

  /// Pages by the nodes that they are on, of each window and of what lies in none.
  init(_ nodes: [NodeSums], windows: [Window], window: UInt64?, pageShift: UInt64) {
    (key, self.pageShift) = (.node, pageShift)
    take(windows, nodes.dropLast().map { $0.rows(pageShift) }, nodes.last?.rows(pageShift) ?? [])
    if let window, let first = parts.first {
      parts = [Part(name: first.name, window: window, rows: first.rows)]
    }
  }
}
