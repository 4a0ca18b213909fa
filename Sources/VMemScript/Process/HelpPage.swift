/// What `--help` says of a command of the process.
package struct HelpPage {
  let usage: String
  let about: String
  let rows: [(name: String, meaning: String)]

  package init(usage: String, about: String, rows: [(name: String, meaning: String)]) {
    (self.usage, self.about, self.rows) = (usage, about, rows)
  }

  package var text: String { "\(usage)\n\n\(about)\n\n\(table)" }

  private var table: String {
    let width = rows.map(\.name.count).max() ?? 0
    return rows.map { name, meaning in
      "  \(name)\(String(repeating: " ", count: width - name.count))  \(meaning)\n"
    }.joined()
  }
}
