public import VMem

extension Views {
  /// What the machine is: its configuration, where the current CPU runs, the registers that the
  /// page tables are found by, and the parts of the address space. One `key: value` line each.
  ///
  /// - Parameters:
  ///   - machine: what is shown.
  ///   - hash: whether the last line is the hash of all memory in use.
  ///   - output: where the lines go.
  public static func info(
    _ machine: borrowing Machine, hash: Bool, to output: inout ViewOutput
  ) {
    let c = machine.configuration
    let map = machine.map
    line("kernel", c.kernel.text, to: &output)
    line("memory", "\(c.memory) bytes", to: &output)
    line("frames", "\(machine.ram.frameCount)", to: &output)
    line("cpus", "\(c.cpus)", to: &output)
    line("nodes", "\(c.nodes)", to: &output)
    line("levels", "\(c.levels)", to: &output)
    line("switches", names(c.switches), to: &output)
    let options = BuildOption.all.filter { c.switches.contains($0.value) }.map { "\($0.name)" }
    if !options.isEmpty { line("config", options.joined(separator: ","), to: &output) }
    line("tlb", "\(c.tlbEntries) entries a CPU", to: &output)
    line("seed", "\(c.seed)", to: &output)
    line("clock", "\(machine.clock)", to: &output)
    line("cpu", "\(machine.cpu)", to: &output)
    let task = machine.taskName(machine.task).map {
      String(decoding: $0, as: UTF8.self).printable
    }
    line("task", "\(task ?? "vmemctl"), pid \(machine.task + 1)", to: &output)
    line("context", "\(machine.context.name)", to: &output)
    line("CR3", address((machine.mmu.walk(0).first?.table ?? 0) << 12), to: &output)
    let registers = ControlRegisters(c)
    line("CR4", "\(address(registers.cr4)) \(registers.cr4Names)", to: &output)
    line(
      "EFER", "\(address(ControlRegisters.efer)) \(ControlRegisters.eferNames)", to: &output)
    line("direct map", range(map.pageOffset, c.memory - c.highmem), to: &output)
    if let window = machine.highmem.kmapWindow {
      line("high memory", "\(c.highmem) bytes", to: &output)
      line(
        "pkmap",
        "\(range(window.base, window.end - window.base)), \(window.kind.name), "
          + "\(window.slots) slots", to: &output)
      let slots = machine.highmem.localSlots * c.cpus
      let lowest = window.localTop - UInt64(slots - 1) << 12
      line("kmap_local", "\(range(lowest, UInt64(slots) << 12)), \(slots) slots", to: &output)
    }
    line("vmalloc", range(map.vmallocStart, map.vmallocEnd - map.vmallocStart + 1), to: &output)
    line("vmemmap", range(map.vmemmap, c.memory / 4096 * 64), to: &output)
    line(
      "modules", range(map.modulesStart, AddressMap.modulesEnd - map.modulesStart), to: &output)
    if hash { line("hash", digits(machine.hash()), to: &output) }
  }

  private static func line(_ key: StaticString, _ value: String, to output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      output.field("key", literal: key)
      output.field("value", text: value)
      return output.endObject()
    }
    output.writer.write(key)
    output.writer.write(": ")
    output.writer.write(value)
    output.endLine()
  }

  private static func names(_ switches: Switches) -> String {
    let set = Switch.all.filter { switches.contains($0.value) }
    return set.map { "\($0.name)" }.joined(separator: ",")
  }

  private static func digits(_ value: UInt64) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  private static func address(_ value: UInt64) -> String { "0x" + digits(value) }

  private static func range(_ start: UInt64, _ size: UInt64) -> String {
    address(start) + ".." + address(start &+ size)
  }
}
