import TestSupport
import Testing

/// What must not grow, or spread, without somebody meaning it: read from the sources themselves.
@Suite struct HouseTests {
  private struct Source {
    let path: String
    let lines: [Substring]
  }

  private static let sources: [Source] = {
    var (sources, paths): ([Source], [String]) = ([], ["/Sources"])
    while let path = paths.popLast() {
      let whole = TestFiles.root + path
      if let names = TestFiles.names(in: whole) {
        paths += names.map { path + "/" + $0 }
      } else if path.hasSuffix(".swift"), let text = try? TestFiles.read(whole) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        sources.append(Source(path: String(path.dropFirst("/Sources/".count)), lines: lines))
      }
    }
    return sources
  }()

  private static func sources(under folder: String) -> [Source] {
    sources.filter { $0.path.hasPrefix(folder) }
  }

  /// The word that a line declares something with, behind attributes and modifiers; nil for a line that
  /// declares nothing.
  private static func declaration(_ line: Substring) -> (keyword: String, modifiers: Set<String>)? {
    let keywords: Set<String> = [
      "func", "var", "let", "init", "subscript", "struct", "enum", "class", "protocol", "typealias",
    ]
    var modifiers = Set<String>()
    for word in line.split(separator: " ") {
      let name = String(word.prefix { $0 != "(" && $0 != "?" && $0 != "<" })
      if keywords.contains(name) { return (name, modifiers) }
      guard word.hasPrefix("@") || word.allSatisfy(\.isLetter) || word.hasSuffix("(set)") else {
        return nil
      }
      modifiers.insert(name)
    }
    return nil
  }

  private static func indentation(_ line: Substring) -> Int { line.prefix { $0 == " " }.count }

  /// What a client sees: declarations, cases of enumerations, and the `init(rawValue:)` of those that
  /// have raw values; as many as a symbol graph of the module has.
  private static var publicSymbols: Int {
    var count = 0
    for source in sources(under: "VMem/") {
      var enumeration: Int?
      for line in source.lines {
        let depth = indentation(line)
        let text = line.drop { $0 == " " }
        if let open = enumeration {
          if text == "}", depth == open { enumeration = nil }
          if text.hasPrefix("case "), depth == open + 2 {
            count += text.replacing(/\([^)]*\)/, with: "").split(separator: ",").count
          }
        }
        guard let (keyword, modifiers) = declaration(text), modifiers.contains("public") else {
          continue
        }
        count += 1
        if keyword == "enum" {
          enumeration = depth
          if text.contains(/: U?Int/) { count += 1 }
        }
      }
    }
    return count
  }

  @Test func theLibraryHasNoMoreThanAClientUses() {
    let count = Self.publicSymbols
    #expect(count <= 500, "\(count) symbols are public")
    // Whoever can no longer count them should not pass.
    #expect(count > 400)
  }

  @Test func theMachineHasNoMoreMembersThanItsCalls() {
    var members = 0
    let head = /^(public )?(extension|struct) Machine\b/
    for source in Self.sources where source.path.hasPrefix("VMem") {
      var isInside = false
      for line in source.lines {
        if Self.indentation(line) == 0, !line.isEmpty {
          isInside = line.utf8.contains(UInt8(ascii: "M")) && line.contains(head)
        }
        guard isInside, Self.indentation(line) == 2 else { continue }
        if Self.declaration(line.drop { $0 == " " }) != nil { members += 1 }
      }
    }
    #expect(members <= 350, "Machine has \(members) members")
    #expect(members > 100)
  }

  /// A version is a column of the switches, and a row of what was measured.
  @Test func kernelsAreNamedInTheirTables() {
    let tables = [
      "VMem/Machine/KernelVersion.swift", "VMem/Machine/KernelDifferences.swift",
      "VMem/Machine/Switch.swift", "VMemViews/KernelTypes/MeasuredLayout.swift",
    ]
    let name = /\.v[67]_\d/
    for source in Self.sources where !tables.contains(source.path) {
      for line in source.lines where line.utf8.contains(UInt8(ascii: "_")) && line.contains(name) {
        Issue.record("\(source.path): \(line)")
      }
    }
  }

  /// The shape of tables is that of the processor's folder.
  @Test func onlyTheProcessorsFolderKnowsHowTablesLook() {
    let folders = ["Paging", "Mapping", "Users", "Areas", "Kmap", "Native"].map { "VMem/\($0)/" }
    let (shape, marks) = (/\.\.<512\b|& 511\b|[<>]{2} (9|21|30|39)\b/, "<>&".utf8)
    for source in Self.sources where folders.contains(where: source.path.hasPrefix) {
      for line in source.lines
      where line.utf8.contains(where: marks.contains) && line.contains(shape) {
        Issue.record("\(source.path): \(line)")
      }
    }
  }
}
