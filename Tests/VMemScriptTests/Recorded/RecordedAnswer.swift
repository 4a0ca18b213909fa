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
    switch operation.name {
    case "!info", "!dump": return lines.compactMap(row)
    case "pages": return Array(lines.prefix(1))
    case "pt":
      return lines.map(trimmed).filter { !$0.isEmpty && !$0.contains("tables and present") }
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
    default: return lines.map { word(trimmed($0), operation.name) }
    }
  }

  private static func word(_ line: String, _ name: Substring) -> String {
    var line = line
    if line.hasPrefix("-"), let text = errnos[line.dropFirst()] { line = "-" + text }
    if ["void", "ok", "done"].contains(line) { line = "0" }
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
