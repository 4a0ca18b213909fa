import TestSupport

/// README and the articles of the documentation.
enum Pages {
  static let readme = "README.md"

  /// Paths below the package's root. Empty when there is no `find`, which `PageTests` would report.
  static let articles: [String] = {
    let found = try? Command.run(["find", TestFiles.root + "/Sources", "-path", "*.docc/*.md"])
    return (found?.lines ?? []).map { String($0.dropFirst(TestFiles.root.count + 1)) }.sorted()
  }()

  static var all: [String] { [readme] + articles }

  static func read(_ page: String) throws -> String {
    try TestFiles.read(TestFiles.root + "/" + page)
  }

  /// The blocks of a page that are fenced as `language`.
  static func blocks(_ language: String, of page: String) throws -> [[Substring]] {
    var blocks: [[Substring]] = []
    var isInside = false
    for line in try read(page).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```\(language)"
        if isInside { blocks.append([]) }
      } else if isInside {
        blocks[blocks.count - 1].append(line)
      }
    }
    return blocks
  }

  /// What the links and pictures of a page point at, but for addresses of the Web and anchors.
  static func links(of page: String) throws -> [String] {
    try read(page).split(separator: "](").dropFirst().compactMap { rest in
      let target = rest.prefix { $0 != ")" && $0 != "#" }
      return target.isEmpty || target.contains("://") ? nil : String(target)
    }
  }
}
