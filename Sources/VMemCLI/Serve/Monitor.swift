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

  /// Answers a line.
  func answer(
    _ line: String, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> String {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
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
      guard words.count == 2, let address = Self.number(words[1]) else {
        return "\(name): expected one address\n"
      }
      return name == "gva2gpa"
        ? physical(address, target, interpreter) : host(address, target, interpreter)
    default: return verb(line, target, &interpreter)
    }
  }

  private var help: String {
    let width = Self.commands.map(\.name.count).max() ?? 0
    let rows = Self.commands.map { name, meaning in
      name + String(repeating: " ", count: width - name.count) + "  \(meaning)\n"
    }
    let verbs = rights.isWritable ? "every verb of the language" : "every verb that only looks"
    return rows.joined() + "and \(verbs): vmallocinfo, walk ADDR, help VERB, …\n"
  }

  /// A line of the language.
  private func verb(
    _ line: String, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> String {
    let onlyLooks = interpreter.onlyLooks(line)
    guard onlyLooks || rights.isWritable && rights.isLocal else {
      let word = line.split(separator: " ").first.map(String.init) ?? ""
      guard VerbTable().find(word) != nil || line.contains("=") else {
        return "unknown command: '\(word.printable)'\n"
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
  ) -> String {
    guard rights.isLocal else { return "only clients of a socket read this process's memory\n" }
    guard let place = target.hostAddress(address, interpreter.machine) else {
      return "No memory is mapped at address 0x\(Hex.number(address))\n"
    }
    let memory = target.memory(interpreter.machine)
    let name = memory.kernelRange.contains(address) ? "kernel" : "ram"
    return "Host virtual address for 0x\(Hex.number(address)) (\(name)) "
      + "is 0x\(Hex.number(UInt64(place)))\n"
  }
}
