import VMem
import VMemViews

/// Kernel messages as they are compared: level, and text without numbers; a WARN is its function.
enum RecordedLog {
  /// Messages of a saved log, whose lines are `<4> text`.
  static func messages(_ saved: String) -> [String] {
    saved.split(separator: "\n").compactMap { line in
      let level = line.dropFirst().prefix { $0 != ">" }
      return reduced(String(level), String(line.drop { $0 != " " }.dropFirst()))
    }
  }

  /// Messages of a machine from a record on.
  static func messages(_ machine: borrowing Machine, from first: UInt64) -> [String] {
    var output = ViewOutput(descriptor: nil, format: .json)
    Views.dmesg(machine, to: &output)
    let lines = output.writer.takeString().split(separator: "\n")
    var result: [String] = []
    for line in lines.dropFirst(Int(first)) {
      let level = field("\"level\":", line, until: ",")
      for text in field("\"text\":\"", line, until: "\"").replacing("\\n", with: "\n")
        .split(separator: "\n")
      {
        if let message = reduced(level, String(text)) { result.append(message) }
      }
    }
    return result
  }

  private static func field(_ key: String, _ line: Substring, until end: Character) -> String {
    guard let at = line.ranges(of: key).first else { return "" }
    return String(line[at.upperBound...].prefix { $0 != end })
  }

  private static func reduced(_ level: String, _ text: String) -> String? {
    // The frame of a WARN carries nothing of its own.
    if text.hasPrefix("------------[") || text.hasPrefix("---[") { return nil }
    if text.hasPrefix("WARNING: "), let function = text.split(separator: " ").last {
      // Inlining and cold parts are the compiler's.
      let name = function.prefix { $0 != "+" && $0 != "." }
      return name.hasSuffix("pages_range_noflush")
        ? "4 WARNING while mapping pages" : "4 WARNING \(name)"
    }
    var words = text.split(separator: " ")
    // The name of the task that called.
    if words.count > 1, words[0] == "vmtrun:" || words[0] == "vmemctl:" { words[0] = "task:" }
    let plain = words.map { word in word.contains { $0.isNumber } ? "#" : word }
    return "\(level) " + plain.joined(separator: " ")
  }
}
