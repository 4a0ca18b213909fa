internal import VMem
internal import VMemScript
internal import VMemViews

/// The commands of QEMU's monitor that look at memory, and beside them the verbs of the language.
struct Monitor {
  let rights: Rights
  /// The CPU that commands mean.
  let cpu: Int

  /// The commands that are no verbs.
  static let commands: [(name: String, meaning: String)] = [
    ("info mem", "what is mapped, by rights"), ("info tlb", "every page that is mapped"),
    ("info registers", "the registers of the CPU"), ("info cpus", "the CPUs"),
    ("info mtree", "what physical memory there is"), ("info status", "whether a script runs"),
    ("info version", "the program's version"), ("x /FMT ADDR", "memory at an address"),
    ("xp /FMT ADDR", "memory at a physical address"),
    ("gva2gpa ADDR", "the physical address behind an address"),
    ("gpa2hva ADDR", "the address in this process of a physical one"),
  ]

  /// What a line is answered with.
  struct Answer: Equatable {
    var text: String
    /// Whether it says where in this process's memory something is.
    var namesHostMemory = false
  }

  /// Answers a line.
  func answer(
    _ line: String, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Answer {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard words.count == 2, words[0] == "gpa2hva", let address = Self.number(words[1]) else {
      return Answer(text: text(words, line, target, &interpreter))
    }
    return host(address, target, interpreter)
  }

  private func text(
    _ words: [String], _ line: String, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> String {
    guard let first = words.first else { return "" }
    // xp/8xb, without a blank.
    let name = first.split(separator: "/").first.map(String.init) ?? first
    switch name {
    case "help" where words.count == 1, "?": return help
    case "info" where words.count > 1 && !words[1].hasPrefix("-"):
      return info(words, target, interpreter)
    case "x", "xp":
      let rest = line.drop { $0 == " " || $0 == "\t" }.dropFirst(name.count)
      return examine(String(rest), isPhysical: name == "xp", target, interpreter)
    case "gva2gpa", "gpa2hva":
      guard name == "gva2gpa", words.count == 2, let address = Self.number(words[1]) else {
        return "\(name): expected one address\n"
      }
      return physical(address, target, interpreter)
    default: return verb(line, target, &interpreter)
    }
  }

  private var help: String {
    let width = Self.commands.map(\.name.count).max() ?? 0
    let rows = Self.commands.map { name, meaning in
      name + String(repeating: " ", count: width - name.count) + "  \(meaning)\n"
    }
    return rows.joined()
      + (mayChange
        ? "and every verb of the language: vmallocinfo, walk ADDR, help VERB, …\n"
        : """
        and every verb that only looks: vmallocinfo, walk ADDR, help VERB, …; not \
        \(Self.touching.joined(separator: " and ")), which fill TLBs

        """)
  }

  /// Verbs that would be readers but for the TLBs that their accesses fill.
  private static let touching = ["read", "compare"]

  private var mayChange: Bool { rights.isWritable && rights.isLocal }

  /// A line of the language.
  private func verb(
    _ line: String, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> String {
    let onlyLooks = interpreter.onlyLooks(line)
    guard onlyLooks || mayChange else {
      let word = line.split(separator: " ").first.map(String.init) ?? ""
      guard interpreter.table.find(word) != nil || line.contains("=") else {
        return "unknown command: '\(word.printable)'\n"
      }
      if Self.touching.contains(word) {
        return "\(word) fills TLBs: x /FMT ADDR and kcore --read ADDR LEN look without\n"
      }
      return rights.isWritable
        ? "a client of a port may only look, and name no files\n"
        : "`\(line.printable)` changes the machine or names files: serve --writable lets it\n"
    }
    let answer = interpreter.answer(line)
    if !onlyLooks { target.change() }
    return answer.output + answer.messages
  }

  // MARK: Addresses

  static func number(_ text: String) -> UInt64? {
    text.hasPrefix("0x") || text.hasPrefix("0X")
      ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
  }

  private func physical(
    _ address: UInt64, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> String {
    let memory = target.memory(interpreter.machine)
    guard let physical = memory.translate(address, cpu: cpu, interpreter.machine) else {
      return "Unmapped\n"
    }
    return "gpa: 0x\(Hex.number(physical))\n"
  }

  private func host(
    _ address: UInt64, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> Answer {
    guard rights.isLocal else {
      return Answer(text: "only clients of a socket read this process's memory\n")
    }
    guard let place = target.hostAddress(address, interpreter.machine) else {
      return Answer(text: "No memory is mapped at address 0x\(Hex.number(address))\n")
    }
    let memory = target.memory(interpreter.machine)
    let name = memory.kernelRange.contains(address) ? "kernel" : "ram"
    let text = "Host virtual address for 0x\(Hex.number(address)) (\(name)) "
    return Answer(text: text + "is 0x\(Hex.number(UInt64(place)))\n", namesHostMemory: true)
  }
}
