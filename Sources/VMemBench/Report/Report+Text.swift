extension Report {
  /// The facts in a line, a table of the rows, and the remarks.
  func text(of name: String) -> String {
    let facts = facts.map { " \($0.name) \($0.text)" }.joined(separator: ",")
    var text = "\(name)\(facts.isEmpty ? "" : ":")\(facts)\n"
    let cells = rows.map(Self.cells)
    let titles = cells.first?.map(\.title) ?? []
    let widths = titles.indices.map { column in
      cells.reduce(titles[column].count) { max($0, $1[column].text.count) }
    }
    let lines = [titles.map { Cell(title: $0, text: $0, isNumber: true) }] + cells
    for (number, line) in lines.enumerated() {
      let columns = zip(line, widths).enumerated().map { index, cell in
        // A title stands as its column does.
        let isNumber = number == 0 ? cells[0][index].isNumber : cell.0.isNumber
        let blanks = String(repeating: " ", count: cell.1 - cell.0.text.count)
        return isNumber ? blanks + cell.0.text : cell.0.text + blanks
      }
      text += columns.joined(separator: "  ") + "\n"
    }
    return text + remarks.map { $0 + "\n" }.joined()
  }

  private struct Cell {
    let title: String
    let text: String
    let isNumber: Bool
  }

  private static func cells(of row: Row) -> [Cell] {
    var cells = row.labels.map(cell)
    for series in row.series {
      let figures = series.figures
      cells.append(Cell(title: figures[0].name, text: figures[0].text, isNumber: true))
      let spread = "\(figures[1].text)..\(figures[2].text)"
      cells.append(Cell(title: "min..max", text: spread, isNumber: true))
    }
    cells.append(Cell(title: "ratio", text: row.ratio.text, isNumber: true))
    return cells + row.remainder.map(cell)
  }

  private static func cell(_ field: Field) -> Cell {
    Cell(title: field.name, text: field.text, isNumber: field.isNumber)
  }
}
