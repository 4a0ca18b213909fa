internal import VMem
internal import VMemViews

extension VerbGroup {
  static let audits = VerbGroup("map_audit") { Verb.audits }
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
