import TestSupport
import Testing
import VMemScript

/// Operations recorded from the kernel's own arena code: every answer must be equal, address for
/// address.
@Suite struct ArenaTruthTests {
  @Test(arguments: ["arena1", "arena2"])
  func everyAnswerIsTheKernels(_ name: String) throws {
    let operations = try Fixture.lines("arena/\(name).ops").filter { !$0.hasPrefix("#") }
    let expected = try Fixture.lines("arena/\(name).expected")
    try #require(operations.count > 1900 && expected.count > operations.count)
    let script = operations.map { Self.convert($0) }.joined(separator: "\n")
    let result = run("boot --kernel 7.0 --cpus 4 --memory 2G\n@m = mm_create\n\(script)\ncheck\n") {
      $0.keepGoing = true
    }
    var printed = result.lines[...]
    #expect(printed.popLast() == "0", "check")
    var wanted = expected[...]
    for (number, operation) in operations.enumerated() {
      for answer in Self.answer(operation, &printed) {
        let kernel = wanted.popFirst() ?? "(nothing)"
        try #require(
          Self.isSame(answer, kernel),
          "\(name), operation \(number + 1): \(operation): \(answer), kernel \(kernel)")
      }
    }
    #expect(printed.isEmpty && wanted.isEmpty, "\(printed.count) and \(wanted.count) left")
  }

  /// The lines for an operation; one of them prints its answer, `end` ends that of a dump.
  static func convert(_ operation: String) -> String {
    let words = operation.split(separator: " ")
    func option(_ name: String) -> Substring? {
      words.first { $0.hasPrefix(name + "=") }.map { $0.dropFirst(name.utf8.count + 1) }
    }
    let rest = words.dropFirst().joined(separator: " ")
    var line: String
    switch words[0] {
    case "arena":
      line = "\(words[1]) = arena_create \(words[2])"
      if let extra = option("map_extra") { line += " --map-extra \(extra)" }
      if words.contains("segv") { line += " --flags segv_on_fault" }
    case "ammap":
      // An address space maps it, which decides where the arena is, and leaves it again.
      return "arena_mmap \(words[1]) \(words[3]) --at \(words[2]) --mm m\n"
        + "@arena_munmap \(words[1]) --mm m"
    case "aunmapped": line = "arena_unmapped_area \(rest)"
    case "aalloc":
      line = "arena_alloc_pages \(words[1]) \(words[2])"
      if let place = option("addr") { line += " --at \(place)" }
    case "afree": line = "arena_free_pages \(words[1]) \(words[2]) \(words[3])"
    case "areserve": line = "arena_reserve_pages \(rest)"
    case "afault": line = "arena_fault \(rest) --as user"
    case "adestroy": line = "arena_free \(words[1])"
    case "adump": return "arena_info \(words[1])\necho end"
    case "alloc": line = "\(words[1]) = get_vm_area \(words[2])"
    case "free": line = "free_vm_area \(words[1])"
    case "purge": line = "vm_unmap_aliases"
    case "sum": line = "vmap_state --sum"
    default: line = operation
    }
    return words.contains("nosleep") ? "@context atomic\n\(line)\n@context process" : line
  }

  /// The lines of the recording that the printed ones of an operation stand for.
  private static func answer(
    _ operation: String, _ printed: inout ArraySlice<String>
  ) -> [String] {
    let first = printed.popFirst() ?? "(nothing)"
    if operation.hasPrefix("ammap"), first.hasPrefix("0x") { return ["0"] }
    guard operation.hasPrefix("adump") else { return [first] }
    let fields = Fixture.fields(first + " " + (printed.popFirst() ?? ""))
    var lines: [String] = []
    while let line = printed.popFirst(), line != "end" { lines.append(line) }
    let keys = ["slots", "ranges", "user_vm_start", "user_vm_end", "kern_vm"]
    lines.append(keys.map { "\($0)=\(fields[$0] ?? "")" }.joined(separator: " "))
    return lines + ["end"]
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    guard a.hasPrefix("0x"), b.hasPrefix("0x") else { return a == b }
    return UInt64(a.dropFirst(2), radix: 16) == UInt64(b.dropFirst(2), radix: 16)
  }
}

extension Fixture {
  /// `name=value` words by name.
  static func fields(_ text: String) -> [String: String] {
    var fields: [String: String] = [:]
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
    }
    return fields
  }
}
