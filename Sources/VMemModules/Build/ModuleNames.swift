internal import CModule

extension FamilyTable {
  /// The table of the headers that come with the program.
  static var own: FamilyTable {
    let names = HeaderNames.own.names
    return FamilyTable(
      families: BuildFolder.file("families"), headers: BuildFolder.file("names"),
      calls: Array(names.keys),
      declared: names.compactMapValues { HeaderNames.optional[$0] })
  }
}

extension HeaderNames {
  static let own = HeaderNames(
    BuildFolder.headerNames.sorted().filter { $0.hasPrefix("vmem/") }
      .map { ($0, BuildFolder.file($0)) })

  /// The name under which modules include a header that not all names have: its own, or the shortest.
  static let optional: [String: String] = {
    var result: [String: String] = [:]
    for line in lines {
      for header in line.dropFirst() {
        let name = String(line[0])
        let own = String(name.map { $0 == "-" ? "_" : $0 }).hasSuffix("/\(header).h")
        let before = result["vmem/\(header).h"]
        if own || before.map({ $0.utf8.count > name.utf8.count }) ?? true {
          result["vmem/\(header).h"] = name
        }
      }
    }
    return result
  }()

  private static var lines: [[Substring]] {
    String(decoding: BuildFolder.file("names"), as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: "\t") }
  }
}

/// What modules may include and call.
package enum ModuleCalls {
  /// Headers and functions that begin with a text, and for each of these the header that it needs.
  package static func list(_ beginning: String) -> [(name: String, header: String)] {
    let headers = String(decoding: BuildFolder.file("names"), as: UTF8.self).split(separator: "\n")
      .map { String($0.prefix { $0 != "\t" }) }
    let calls = HeaderNames.own.names.map {
      (name: $0.key, header: HeaderNames.optional[$0.value] ?? "linux/module.h")
    }
    let all = headers.map { (name: $0, header: "") } + calls
    return all.filter { $0.name.hasPrefix(beginning) }.sorted { $0.name < $1.name }
  }
}
