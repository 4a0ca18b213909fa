import Glibc
import VMem
import VMemScript

/// Bytes are a script on a small machine: it ends with a code of the table, and the machine is sound.
enum ScriptFuzzer {
  static func run(_ script: [UInt8]) -> Int32 {
    guard isHarmless(script) else { return -1 }
    run(script, memory: 16 << 20, allowed: [0, 1, 2, 3, 65, 66, 73, 74, 130])
    return 0
  }

  static func run(_ script: [UInt8], memory: UInt64, allowed: [UInt8]) {
    var configuration = Configuration()
    configuration.memory = memory
    guard let machine = try? Machine(configuration) else { return }
    var options = Options()
    options.keepGoing = true
    var interpreter = Interpreter(machine: machine, options: options, output: nil, messages: nil)
    _ = interpreter.run(ScriptSource(name: "input", bytes: script))
    let code = interpreter.finish().rawValue
    guard !allowed.contains(where: { $0 == code }) else { return }
    fail("exit \(code)\n\(interpreter.takeMessages())")
  }

  /// Ends as libFuzzer takes for a defect.
  static func fail(_ text: String) -> Never {
    let bytes = Array("\(text)\n".utf8)
    _ = write(2, bytes, bytes.count)
    abort()
  }

  /// Whether a script keeps to the folder it runs in, and to sizes and loops that end soon.
  private static func isHarmless(_ script: [UInt8]) -> Bool {
    let text = String(decoding: script, as: UTF8.self)
    if text.contains("../") || text.contains("//") { return false }
    for line in text.split(separator: "\n") {
      let words = line.split { " \t'\"@=".contains($0) }
      if words.contains(where: { $0.hasPrefix("/") }) { return false }
      // Many turns are no defect, only slow; a large machine takes long to look through.
      if let at = words.firstIndex(of: "repeat"), at + 1 < words.count, words[at + 1].count > 2 {
        return false
      }
      if words.contains("--memory") || words.contains("test_vmalloc") || words.contains("sleep") {
        return false
      }
    }
    return true
  }
}
