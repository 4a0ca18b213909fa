import TestSupport
import VMem

/// What kernels said when they died, as it is compared with a log: the lines that say why, without a
/// compiler's offsets, the words of a build behind the number of the oops, and addresses of areas.
enum RecordedConsole {
  /// Functions that the recorded kernels' compilers have kept apart, and what the log calls them.
  private static let callers = [
    "vmap_small_pages_range_noflush": "__vmap_pages_range_noflush",
    "vmap_range_noflush": "ioremap_page_range",
  ]

  static func lines(_ title: String, _ kernel: KernelVersion) throws -> [String] {
    let sections = try Fixture.text("kernels/consoles.txt").split(separator: "== ")
    let section = sections.first { $0.hasPrefix(title + "\n") } ?? ""
    let prefix = kernel.text + " "
    return reduced(
      section.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
        String($0.dropFirst(prefix.count))
      })
  }

  /// The same of any log; a BUG is in the function where the processor stopped.
  static func reduced(_ lines: [String]) -> [String] {
    let stopped = lines.lazy.compactMap(instruction).first
    var result: [String] = []
    for line in lines where isReason(line) {
      if line.hasPrefix("kernel BUG at ") {
        let place = line.dropFirst(14).dropLast()
        let function = place.contains(".c:") ? stopped ?? "?" : String(place)
        result.append("kernel BUG at \(callers[function] ?? function)")
      } else if let at = line.firstRange(of: "[#1]") {
        result.append(String(line[..<at.upperBound]))
      } else if let at = line.firstRange(of: "address: ffffc9") {
        result.append(String(line[..<at.upperBound]))
      } else {
        result.append(line)
      }
    }
    let isBug = result.first?.hasPrefix("kernel BUG") == true
    return result + (isBug ? [] : stopped.map { ["RIP \($0)"] } ?? [])
  }

  /// Complaints of DEBUG_ATOMIC_SLEEP, which those kernels are built without, are none.
  private static func isReason(_ line: String) -> Bool {
    if line.hasPrefix("BUG: sleeping function") { return false }
    return ["BUG: ", "#PF: ", "Oops: ", "invalid opcode", "kernel BUG at "].contains {
      line.hasPrefix($0)
    }
  }

  private static func instruction(_ line: String) -> String? {
    guard line.hasPrefix("RIP: 0010:") else { return nil }
    return String(line.dropFirst(10).prefix { $0 != "+" })
  }
}
