import TestSupport
import Testing

@testable import VMem

/// A scenario recorded on a 32-bit kernel: operations with their answers, the warnings between two
/// looks at the log, and the constants of the kernel.
struct KmapRecording {
  struct Operation {
    let line: Int
    let words: [String]
    let answer: String
  }

  let name: String
  let operations: [Operation]
  /// Warnings and BUGs by the tag they were saved under.
  let messages: [String: [String]]
  let constants: [String: String]

  init(_ name: String) throws {
    self.name = name
    var operations: [Operation] = []
    var constants: [String: String] = [:]
    for text in try Fixture.lines("kmap-i386/\(name)/returned") {
      if text.hasPrefix("# ") {
        for word in text.dropFirst(2).split(separator: " ") {
          let parts = word.split(separator: "=")
          constants[String(parts[0])] = String(parts[1])
        }
      } else if text.hasPrefix("\t\t"), let last = operations.last {
        operations[operations.count - 1] = Operation(
          line: last.line, words: last.words, answer: last.answer + "\n" + text.dropFirst(2))
      } else {
        let fields = text.split(separator: "\t", omittingEmptySubsequences: false)
        operations.append(
          Operation(
            line: try #require(Int(fields[0])),
            words: fields[1].split(separator: " ").map(String.init),
            answer: fields.count > 2 ? String(fields[2]) : ""))
      }
    }
    self.operations = operations
    self.constants = constants
    var messages: [String: [String]] = [:]
    for line in try Fixture.lines("kmap-i386/\(name)/kmsg") {
      let fields = line.split(separator: "\t")
      messages[String(fields[0]), default: []].append(String(fields[1]))
    }
    self.messages = messages
  }

  /// The machine that a variant is: PAE or not, with guards, with slots for all pages.
  var configuration: Configuration {
    let variant = name.prefix { $0 != "." }
    var c = Configuration()
    c.kernel = .v6_1
    c.switches = KernelVersion.v6_1.switches
    if variant != "dbg" { c.switches.remove(.preemptCount) }
    if variant == "dbg" || variant == "force" { c.switches.insert(.debugKmapLocal) }
    if variant == "force" { c.switches.insert(.kmapForceMap) }
    c.window = variant == "4g" ? .i386 : .i386PAE
    c.cpus = 2
    c.memory = 16 << 20
    c.highmem = 8 << 20
    return c
  }

  func constant(_ name: String) throws -> UInt64 {
    let text = try #require(constants[name], "\(name)")
    return try #require(
      text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text))
  }

  /// An address of the recorded kernel above its direct map, with its sign.
  static func extended(_ address: UInt64) -> UInt64 { address | 0xffff_ffff_0000_0000 }
}
