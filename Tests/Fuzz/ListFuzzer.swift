import Glibc
import VMem
import VMemScript

/// Bytes are the two files that prime a machine, with a line of dashes between them: it boots from them
/// and is sound, or says what is wrong with them.
enum ListFuzzer {
  static func run(_ bytes: [UInt8]) -> Int32 {
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.components(around: "\n---\n")
    write(parts.0, to: "lists")
    write(parts.1, to: "rows")
    let boot = "boot --memory 64M --kernel 6.1 --with sparse --lists lists"
    let rows = parts.1.isEmpty ? "" : " --rows rows"
    let script = boot + rows + "\nvmap_state --lists\nvmallocinfo\nget_vm_area 64K\ncheck\n"
    ScriptFuzzer.run(Array(script.utf8), memory: 16 << 20, allowed: [0, 1, 3, 65])
    return 0
  }

  private static func write(_ text: String, to name: String) {
    let file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    defer { close(file) }
    let bytes = Array(text.utf8)
    _ = Glibc.write(file, bytes, bytes.count)
  }
}

extension String {
  /// What stands before and behind the first `separator`.
  fileprivate func components(around separator: String) -> (String, String) {
    guard let found = firstRange(of: separator) else { return (self, "") }
    return (String(self[..<found.lowerBound]), String(self[found.upperBound...]))
  }
}
