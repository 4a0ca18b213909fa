/// What an answer is reduced to before comparing: how both sides write the same thing.
enum RecordedAnswer {
  private static let errnos: [Substring: String] = [
    "1": "EPERM", "2": "ENOENT", "7": "E2BIG", "12": "ENOMEM", "14": "EFAULT", "16": "EBUSY",
    "17": "EEXIST", "22": "EINVAL", "28": "ENOSPC", "34": "ERANGE",
  ]
  private static let frees: Set<Substring> = [
    "vfree", "vunmap", "iounmap", "free_vm_area", "vm_unmap_ram",
  ]

  static func normal(_ operation: RecordedOperation, _ lines: [String]) -> [String] {
    if operation.name.hasPrefix("@"), operation.words.count > 1 {
      let inner = RecordedOperation(
        line: operation.line, words: Array(operation.words.dropFirst()),
        isNewer: operation.isNewer)
      return normal(inner, lines)
    }
    switch operation.name {
    case "!info", "!dump": return lines.compactMap(row)
    case "pages": return Array(lines.prefix(1))
    case "pools":
      return lines.filter { $0.hasPrefix("pool ") || $0.hasPrefix("node=") }.map(pool)
    case "blocks":
      return section("blocks", lines).map {
        $0.split(separator: " ").prefix(5).joined(separator: " ")
      }.sorted()
    case "shrink": return []
    case "pt":
      return lines.map(trimmed).filter { !$0.isEmpty && !$0.contains("tables and present") }
    case "lazy_list" where operation.isNewer:
      return section("lazy_list", lines).map { String($0.prefix { $0 != " " }) }.sorted()
    case "free_list" where operation.isNewer:
      return section("free_list", lines).map { String($0.prefix { $0 != " " }) }
    case "state", "busy_list", "lazy_list", "free_list", "free_tree":
      return section(operation.name, lines)
    case "!usermap" where lines.count > 1:
      let bytes = lines.dropFirst().dropLast().joined(separator: " ")
      return [lines[0] == "0" ? "ok first byte of each page: \(bytes)" : "\(lines[0].dropFirst())"]
    case "refs" where lines.first?.hasPrefix("pfn=") == true:
      return [
        lines.compactMap { line in
          line.split(separator: " ").first { $0.hasPrefix("refcount=") }?.dropFirst(9)
        }.joined(separator: " ")
      ]
    case "peek" where operation.isNewer, "vread" where operation.isNewer:
      return lines.map { expanded(word(trimmed($0), operation.name)) }
    default: return lines.map { word(trimmed($0), operation.name) }
    }
  }

  private static func pool(_ line: String) -> String {
    line.split(separator: " ").filter { $0 != "pool" }
      .map { $0.hasPrefix("0x") ? String($0.dropFirst(2)) : String($0) }.joined(separator: " ")
  }

  /// Bytes one by one: `00*4` is `00 00 00 00`.
  private static func expanded(_ line: String) -> String {
    line.split(separator: " ").flatMap { word -> [Substring] in
      let parts = word.split(separator: "*")
      guard parts.count == 2, let count = Int(parts[1]) else { return [word] }
      return Array(repeating: parts[0], count: count)
    }.joined(separator: " ")
  }

  private static func word(_ line: String, _ name: Substring) -> String {
    var line = line
    if line.hasPrefix("-"), let text = errnos[line.dropFirst()] { line = "-" + text }
    if ["void", "ok", "done"].contains(line) { line = "0" }
    if name == "area2", let at = line.range(of: " requested_size=") {
      line = String(line[..<at.lowerBound])
    }
    if name == "vread", line.hasPrefix("ret=") {
      line = line.split(separator: " ").dropFirst().joined(separator: " ")
    }
    let isRefused = line == "bad" || line == "NULL" || line.hasPrefix("-E")
    return frees.contains(name) && isRefused ? "bad" : line
  }

  /// A row of vmallocinfo without its caller and counts of nodes; none for the modules' window.
  private static func row(_ line: String) -> String? {
    guard !line.hasPrefix("0xffffffffa") else { return nil }
    var words = line.split(separator: " ").filter { !$0.hasPrefix("N0=") && !$0.hasPrefix("N1=") }
    if words.count > 2, words[2].contains("+0x") { words[2] = "-" }
    words.removeAll { $0.hasPrefix("[") }
    return words.joined(separator: " ")
  }

  /// A section of the lists, where the answer has all of them.
  private static func section(_ name: Substring, _ lines: [String]) -> [String] {
    guard lines.contains("[state]") else { return lines.filter { !$0.isEmpty } }
    let after = lines.drop { $0 != "[\(name)]" }.dropFirst()
    return after.prefix { !$0.hasPrefix("[") }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
