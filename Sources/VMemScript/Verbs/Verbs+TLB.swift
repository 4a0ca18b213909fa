internal import VMem
internal import VMemViews

extension Subsystem {
  static let tlb = Subsystem(
    "tlb tlb_audit",
    verbs: Verb.tlb, counters: Counter.tlb)
}

/// What CPUs remember of the page tables.
extension Verb {
  static let tlb: [Verb] = [
    Verb(
      "tlb", .views, .nothing, .reader, [], options: [.ofCPU],
      summary: "show what the CPUs' TLBs hold",
      returns: "text: for each CPU its number of entries, then a line an entry",
      example: "tlb --cpu 0", answers: [[.errno(.EINVAL, .noSuchCPU)]], .call(tlb)),
    Verb(
      "tlb_audit", .views, .nothing, .reader,
      summary: "show every TLB entry that the tables no longer bear out, and what removes it",
      returns: "text: three lines an entry; nothing when there is none", example: "tlb_audit",
      .call(audit)),
  ]

  private static func tlb(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let cpu = call.arguments.has(.ofCPU) ? call.arguments[.ofCPU] : nil
    if let cpu, cpu >= UInt64(machine.cpuCount) {
      throw Refusal(.errno(.EINVAL), .noSuchCPU, cpu, UInt64(machine.cpuCount))
    }
    return call.view { output in Views.tlb(machine, cpu: cpu.map { Int($0) }, to: &output) }
  }

  private static func audit(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.tlbAudit(machine, to: &output) }
  }
}

extension Counter {
  static let tlb: [Counter] = [
    Counter("tlb", "flushes", "flushes: page by page, and of everything") { _, c in
      c.flushes.ranges + c.flushes.full
    },
    Counter("tlb", "full", "flushes of everything") { _, c in c.flushes.full },
    Counter("tlb", "pages", "pages flushed one by one") { _, c in c.flushes.pages },
    Counter("tlb", "hits", "accesses that an entry of the TLB served") { m, _ in
      m.tlbHits
    },
    Counter("tlb", "fills", "translations taken from the tables") { m, _ in
      m.tlbFills
    },
    Counter("tlb", "stale", "accesses by entries the tables no longer have") { m, _ in
      m.mmu.staleHits
    },
  ]
}

extension Parameter {
  static let ofCPU = Parameter(
    id: 52, option: "--cpu", .number, "N", "only this CPU's")
}
