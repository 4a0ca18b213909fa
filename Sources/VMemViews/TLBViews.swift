public import VMem

extension Views {
  /// The TLBs of all CPUs or of one: a line each, then a line an entry.
  public static func tlb(_ machine: borrowing Machine, cpu: Int?, to output: inout ViewOutput) {
    let last = cpu ?? machine.cpuCount - 1
    guard (cpu ?? 0) <= last else { return }
    for cpu in (cpu ?? 0)...last {
      if !output.isJSON {
        output.writer.write(
          "cpu \(cpu): \(machine.mmu.tlbCount(cpu)) of \(machine.tlbSlots) entries")
        output.endLine()
      }
      machine.mmu.forEachTLBEntry(cpu) { row($0, &output) }
    }
  }

  private static func row(_ entry: TLBEntry, _ output: inout ViewOutput) {
    if output.isJSON {
      output.beginObject()
      fields(entry, &output)
      return output.endObject()
    }
    output.writer.address(entry.address)
    output.writer.write(" \(size(entry)) ")
    output.writer.address(entry.physical)
    output.writer.write(entry.isWritable ? " RW" : " ro")
    output.writer.write(entry.isGlobal ? " GLB" : "    ")
    output.writer.write(entry.isExecutable ? " x " : " NX")
    if entry.key != 0 { output.writer.write(" pkey=\(entry.key)") }
    output.writer.write(" filled by call \(entry.filledAt)")
    if let staleness = entry.staleness { output.writer.write(", \(text(staleness))") }
    output.endLine()
  }

  private static func fields(_ entry: TLBEntry, _ output: inout ViewOutput) {
    output.field("cpu", count: UInt64(entry.cpu))
    output.field("address", address: entry.address)
    output.field("size", count: entry.size)
    output.field("physical", address: entry.physical)
    output.field("writable", flag: entry.isWritable)
    output.field("global", flag: entry.isGlobal)
    output.field("executable", flag: entry.isExecutable)
    if entry.key != 0 { output.field("pkey", count: entry.key) }
    output.field("filled", count: UInt64(entry.filledAt))
    output.field("stale", flag: entry.staleness != nil)
    guard let staleness = entry.staleness else { return }
    output.field("changed", count: UInt64(staleness.since))
    output.field("freed", count: UInt64(staleness.freedAt))
    output.field("reused", flag: staleness.isReused)
  }

  static func size(_ entry: TLBEntry) -> String {
    entry.size == 4096 ? "4K" : entry.size == 2 << 20 ? "2M" : "1G"
  }

  /// How an entry came to be stale. `call` names a call by its clock.
  package static func text(
    _ staleness: Staleness, call: (UInt32) -> String = { "call \($0)" }
  ) -> String {
    if staleness.freedAt > 0 {
      return "page freed by \(call(staleness.freedAt))"
        + (staleness.isReused ? ", in use again" : "")
    }
    return (staleness.isRemapped ? "remapped by " : "unmapped by ") + call(staleness.since)
  }

  /// Every stale entry of every CPU: what it leads to, why it may be there, and what removes it.
  public static func tlbAudit(_ machine: borrowing Machine, to output: inout ViewOutput) {
    for cpu in 0..<machine.cpuCount {
      var stale: [TLBEntry] = []
      machine.mmu.forEachTLBEntry(cpu) { if $0.staleness != nil { stale.append($0) } }
      for entry in stale { audit(machine, entry, &output) }
    }
  }

  private static func audit(
    _ machine: borrowing Machine, _ entry: TLBEntry, _ output: inout ViewOutput
  ) {
    let (why, remedy) = explanation(machine, entry)
    if output.isJSON {
      output.beginObject()
      fields(entry, &output)
      output.field("why", text: why)
      output.field("removed_by", text: remedy)
      return output.endObject()
    }
    output.writer.write("cpu \(entry.cpu): ")
    output.writer.address(entry.address)
    output.writer.write(" \(size(entry)) leads to ")
    output.writer.address(entry.physical)
    output.writer.write(", \(entry.staleness.map { text($0) } ?? "")")
    output.endLine()
    output.writer.write("  why: \(why)\n  removed by: \(remedy)\n")
  }

  private static func explanation(
    _ machine: borrowing Machine, _ entry: TLBEntry
  ) -> (why: String, remedy: String) {
    let counters = machine.counters
    switch machine.mmu.flushOwed(at: entry.address) {
    case .purge(let start, let end):
      return (
        "the area \(digits(start))-\(digits(end)) waits for a purge, which flushes for all at once",
        "vm_unmap_aliases, an allocation that finds no place, or the drain above "
          + "\(counters.lazyMaximumPages) lazy pages (now \(counters.lazyPages))"
      )
    case .block(let start, let end):
      return (
        "vm_unmap_ram leaves it to the next flush of its block \(digits(start))-\(digits(end))",
        "vm_unmap_aliases, or the purge of the block"
      )
    case .kmapLocal:
      return (
        "kunmap_local flushes the page it was told, and only on the CPU it runs on",
        "a kunmap_local of this address on CPU \(entry.cpu), or a flush of everything"
      )
    case .nobody:
      return ("nobody owes a flush", "a flush of everything")
    }
  }

  private static func digits(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}
