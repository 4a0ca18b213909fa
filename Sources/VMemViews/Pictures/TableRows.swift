/// The rows of a picture of tables, few enough to be looked at.
struct TableRows {
  /// A row: a table, or tables that are only counted.
  enum Row {
    case table(Int)
    /// Tables of one parent that follow each other and have no entry in use.
    case unused(ClosedRange<Int>)
    /// Tables of one parent that have no row: how many, with those below, and bytes they map.
    case more(parent: Int, tables: Int, mapped: UInt64)
  }

  /// Rows that a picture has at most, where a row for each level leaves the choice.
  static let limit = 40

  private(set) var rows: [Row] = []

  /// Shows of every table as many of those it leads to as the limit allows, the same number of each.
  init(_ forest: TableForest) {
    guard !forest.nodes.isEmpty else { return }
    for most in [512, 32, 16, 8, 4, 2, 1] {
      rows = []
      Self.add(0, forest.nodes, most, to: &rows)
      if rows.count <= Self.limit { return }
    }
  }

  private static func add(
    _ place: Int, _ nodes: [TableNode], _ most: Int, to rows: inout [Row]
  ) {
    rows.append(.table(place))
    // Too many already: how many more does not matter.
    guard rows.count <= limit else { return }
    var children = nodes[place].children[...]
    for _ in 0..<most {
      guard let child = children.first else { return }
      // Tables without entries have none below, and so stand beside each other.
      let unused = children.prefix { nodes[$0].isUnused }
      if unused.count > 1, let last = unused.last {
        rows.append(.unused(child...last))
        children = children.dropFirst(unused.count)
      } else {
        add(child, nodes, most, to: &rows)
        children = children.dropFirst()
      }
    }
    guard !children.isEmpty else { return }
    var (tables, mapped): (Int, UInt64) = (0, 0)
    for child in children {
      tables += 1 + nodes[child].tables
      mapped &+= nodes[child].mapped
    }
    rows.append(.more(parent: place, tables: tables, mapped: mapped))
  }
}
