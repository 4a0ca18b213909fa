internal import VMem
internal import VMemScript
internal import VMemViews

extension Monitor {
  /// Most lines of one answer.
  private static let mostLines = 1 << 20

  /// `info WORD`.
  func info(
    _ words: [String], _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> String {
    switch words[1] {
    case "mem": return ranges(target, interpreter.machine)
    case "tlb": return pages(target, interpreter.machine)
    case "registers": return registers(target, interpreter.machine)
    case "mtree": return memoryTree(target, interpreter.machine)
    case "cpus":
      return (0..<interpreter.machine.cpuCount).map {
        "\($0 == cpu ? "*" : " ") CPU #\($0): thread_id=\($0 + 1)\n"
      }.joined()
    case "status": return "VM status: \(rights.isRun ? "paused (debug)" : "paused")\n"
    case "version": return VmemctlCommand.version + "\n"
    default:
      let known = Self.commands.compactMap { $0.name.split(separator: " ").last }
        .prefix(7).joined(separator: ", ")
      return "unknown command: 'info \(words[1].printable)'; known are \(known)\n"
    }
  }

  // MARK: Page tables

  /// What is mapped, as ranges of the same rights.
  private func ranges(_ target: LiveTarget, _ machine: borrowing Machine) -> String {
    var text = ""
    var lines = 0
    var last: (start: UInt64, end: UInt64, rights: UInt64)?
    func end() {
      guard let last else { return }
      text += Hex.number(last.start, digits: 16) + "-" + Hex.number(last.end, digits: 16) + " "
      text += Hex.number(last.end &- last.start, digits: 16)
      text += last.rights & Entry.user != 0 ? " ur" : " -r"
      text += last.rights & Entry.writable != 0 ? "w\n" : "-\n"
      lines += 1
    }
    let isWhole = target.memory(machine).forEachLeaf(cpu: cpu, machine) { leaf in
      if let before = last, before.end == leaf.address, before.rights == leaf.rights {
        last?.end = leaf.address &+ leaf.size
      } else {
        end()
        last = (leaf.address, leaf.address &+ leaf.size, leaf.rights)
      }
      return lines < Self.mostLines
    }
    end()
    return text + Self.remark(isWhole, lines)
  }

  private static func remark(_ isWhole: Bool, _ lines: Int) -> String {
    if !isWhole { return "the page tables lead in a circle: check names the entries\n" }
    return lines < mostLines ? "" : "there are more\n"
  }

  /// Every page that is mapped.
  private func pages(_ target: LiveTarget, _ machine: borrowing Machine) -> String {
    var text = ""
    var lines = 0
    let isWhole = target.memory(machine).forEachLeaf(cpu: cpu, machine) { leaf in
      // In a leaf of 4 KiB the size bit is another.
      let entry = leaf.size == 4096 ? leaf.entry & ~Entry.pageSize : leaf.entry
      text += Hex.number(leaf.address, digits: 16) + ": " + Hex.number(leaf.physical, digits: 16)
      text += " " + String(Entry.letters.map { entry & $0.bit != 0 ? $0.letter : "-" }) + "\n"
      lines += 1
      return lines < Self.mostLines
    }
    return text + Self.remark(isWhole, lines)
  }

  // MARK: The machine

  private func registers(_ target: LiveTarget, _ machine: borrowing Machine) -> String {
    let registers = target.registers(ofCPU: cpu, machine)
    func value(_ name: String, _ digits: Int = 16) -> String {
      let bytes = Register.all.first { $0.name == name }?.bytes(registers) ?? []
      return Hex.number(
        bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }, digits: digits)
    }
    var text = "\nCPU#\(cpu)\n"
    let rows = [
      ["rax", "rbx", "rcx", "rdx"], ["rsi", "rdi", "rbp", "rsp"], ["r8", "r9", "r10", "r11"],
      ["r12", "r13", "r14", "r15"],
    ]
    for row in rows {
      let cells = row.map { name in
        let title = name.uppercased()
        return title + String(repeating: " ", count: 3 - title.count) + "=" + value(name)
      }
      text += cells.joined(separator: " ") + "\n"
    }
    text += "RIP=\(value("rip")) RFL=\(value("eflags", 8)) [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\n"
    for name in ["es", "cs", "ss", "ds", "fs", "gs"] {
      let base = ["fs", "gs"].contains(name) ? value(name + "_base") : Hex.number(0, digits: 16)
      let rest =
        ["cs": "ffffffff 00af9b00", "ss": "ffffffff 00cf9300"][name] ?? "00000000 00000000"
      text += "\(name.uppercased()) =\(value(name, 4)) \(base) \(rest)\n"
    }
    // 256 gates of 16 bytes.
    text += "IDT=     \(Hex.number(registers.idt, digits: 16)) 00000fff\n"
    text +=
      "CR0=\(value("cr0", 8)) CR2=\(value("cr2")) CR3=\(value("cr3")) CR4=\(value("cr4", 8))\n"
    return text + "EFER=\(value("efer"))\n"
  }

  /// Physical memory: RAM, and what the kernel has behind it.
  private func memoryTree(_ target: LiveTarget, _ machine: borrowing Machine) -> String {
    let memory = target.memory(machine)
    var text = "FlatView #0\n AS \"memory\", root: system\n Root memory region: system\n"
    var rows = memory.ramRanges.map { ($0, "ram") }
    rows.append((memory.kernelRange, "kernel"))
    for (range, name) in rows {
      text += "  \(Hex.number(range.lowerBound, digits: 16))-"
      text += "\(Hex.number(range.upperBound - 1, digits: 16)) (prio 0, ram): \(name)\n"
    }
    return text + "\n"
  }
}
