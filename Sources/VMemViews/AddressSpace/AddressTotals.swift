/// What is occupied, by whom: areas, their bytes of address space and their pages.
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

  let key: Key
  /// By bytes, the largest first; of equal ones by name.
  private(set) var rows: [Row] = []
  /// What shares are of, in bytes; 0 where that is not known.
  let window: UInt64
  /// What shares are of, in words.
  let windowName: String

  /// Areas, what waits for a purge and what pools keep; by kind also the holes of the window.
  ///
  /// - Parameters:
  ///   - space: everything to count, of which only holes are cut at the window.
  ///   - window: what shares are of, if `isWhole`; else it is a part of that only.
  package init(
    _ space: AddressSpace, by key: Key, window: (start: UInt64, last: UInt64), isWhole: Bool = true,
    called name: String
  ) {
    self.key = key
    self.window = isWhole ? Self.bytes(of: window) : 0
    windowName = name
    var sums = Sums(key, space.callers)
    for segment in space.all {
      guard segment.kind == .hole else {
        sums.add(segment.kind, segment.caller, segment.bytes, UInt64(segment.pages))
        continue
      }
      let (first, last) = (max(segment.start, window.start), min(segment.last, window.last))
      if key == .kind, first <= last { sums.add(.hole, .empty, last - first + 1, 0) }
    }
    rows = sums.rows
  }

  /// All rows of a file, whatever its addresses are worth.
  package init(_ file: VmallocinfoFile, by key: Key, window: UInt64, called name: String) {
    self.key = key
    self.window = window
    windowName = name
    var sums = Sums(key, file.texts)
    for row in file.rows {
      sums.add(SegmentKind(row, in: file), row.caller, row.size, row.pages)
    }
    rows = sums.rows
  }

  /// The size of a window; nothing for one that is not there.
  package static func bytes(of window: (start: UInt64, last: UInt64)) -> UInt64 {
    window.last < window.start || window.last == 0
      ? 0 : ByteSize(from: window.start, through: window.last).bytes
  }

  /// Pages by the nodes that they are on.
  package init(
    nodes: InlineArray<8, (areas: Int, pages: UInt64)>, window: UInt64, called name: String
  ) {
    key = .node
    self.window = window
    windowName = name
    for node in 0..<8 where nodes[node].areas > 0 {
      rows.append(
        Row(
          name: "\(node)", count: nodes[node].areas, bytes: nodes[node].pages << 12,
          pages: nodes[node].pages))
    }
    rows.sort { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
  }
}
