import TestSupport

/// A script in examples/.
struct ExampleFile {
  /// Below the package's root.
  let path: String
  /// The script's first comment, which says what it shows.
  let summary: String

  /// File name without folder and extension.
  var name: String {
    String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
  }

  /// Below examples/.
  var relativePath: String { String(path.dropFirst("examples/".count)) }

  /// How it is run from the package's root.
  var command: String { path.hasSuffix(".vmem") ? "vmemctl run \(path)" : path }

  /// All of them, those in folders last.
  static func all() throws -> [ExampleFile] {
    let root = TestFiles.root + "/"
    let found = try Command.run([
      "find", root + "examples", "-name", "*.vmem", "-o", "-name", "*.sh",
    ])
    let paths = found.lines.map { String($0.dropFirst(root.count)) }.sorted()
    return try paths.map { path in
      let lines = try TestFiles.read(root + path).split(separator: "\n")
      let comment = lines.first { $0.hasPrefix("# ") } ?? ""
      return ExampleFile(path: path, summary: String(comment.dropFirst(2)))
    }
  }
}
