extension Report {
  /// One JSON object and a newline.
  func json(of name: String) -> String {
    var members = [Self.member("bench", "\"\(name)\"")] + facts.map(Self.member)
    let rows = rows.map(Self.members)
    if let list {
      let objects = rows.map { "{\($0.joined(separator: ","))}" }
      members.append(Self.member(list, "[\(objects.joined(separator: ","))]"))
    } else {
      members += rows.joined()
    }
    return "{\(members.joined(separator: ","))}\n"
  }

  private static func members(of row: Row) -> [String] {
    var members = row.labels.map(member)
    for series in row.series { members += series.figures.map { member($0.name, $0.text) } }
    members.append(member("ratio", row.ratio.text))
    return members + row.remainder.map(member)
  }

  private static func member(_ field: Field) -> String {
    member(field.name, field.isNumber ? field.text : "\"\(field.text)\"")
  }

  private static func member(_ name: String, _ value: String) -> String { "\"\(name)\":\(value)" }
}
