internal import VMem
internal import VMemViews

extension Subsystem {
  static let audits = Subsystem(
    "map_audit",
    verbs: Verb.audits, counters: Counter.audits)
}

/// What nobody notices in a kernel.
extension Verb {
  static let audits: [Verb] = [
    Verb(
      "map_audit", .views, .nothing, .reader,
      summary: "show every page-table entry that leads to a frame its maker has no right to",
      returns: """
        text: a line an entry that leads to a free frame, to one that somebody else has by now, or \
        to no memory; nothing when there is none
        """, example: "map_audit",
      .call(mapAudit))
  ]

  private static func mapAudit(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.mapAudit(machine, to: &output) }
  }
}

extension Counter {
  static let audits: [Counter] = [
    Counter("pagetables", "stale", "entries that map_audit lists") { m, _ in
      stale(m) { _ in true }
    },
    Counter("pagetables", "stale_free", "those of them that lead to free frames") { m, _ in
      stale(m) { if case .free = $0 { true } else { false } }
    },
    Counter("pagetables", "stale_reused", "those whose frames others have by now") { m, _ in
      stale(m) { if case .reused = $0 { true } else { false } }
    },
  ]

  private static func stale(
    _ machine: borrowing Machine, _ isCounted: (StaleMapping.Now) -> Bool
  ) -> UInt64 {
    var count: UInt64 = 0
    machine.mmu.forEachStaleMapping { if isCounted($0.now) { count += 1 } }
    return count
  }
}
