/// The rows of a picture of tables, few enough to be looked at.
struct TableRows {
  /// A row: a table, or tables that are only counted.
  enum Row {
    case table(Int)
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
    let children = nodes[place].children
    for child in children.prefix(most) { add(child, nodes, most, to: &rows) }
    guard children.count > most else { return }
    var (tables, mapped): (Int, UInt64) = (0, 0)
    for child in children.dropFirst(most) {
      tables += 1 + nodes[child].tables
      mapped &+= nodes[child].mapped
    }
    rows.append(.more(parent: place, tables: tables, mapped: mapped))
  }
}
