/// The rules of accesses through the tables.
extension Rule {
  package static let paging: [Rule] = [
    .pageFaultsOff, .notUserPage, .notMapped, .notImported, .readOnly,
  ]

  package static let pageFaultsOff = Rule(
    "pageFaultsOff", "address", "isAtomic",
    unbound: "no fault is served at {address:hex}: page faults are off, or nothing may sleep",
    says: {
      "no fault is served at \($0.hexadecimal("address")): "
        + ($0["isAtomic"] == 1 ? "page faults are off" : "nothing may sleep here")
    },
    hint: "touch user addresses outside of kmap_atomic and interrupts")
  package static let notUserPage = Rule(
    "notUserPage", "address",
    says: "an entry for {address:hex} lets no user pass")
  package static let notMapped = Rule(
    "notMapped", "address", "level",
    unbound: "no entry for {address:hex}, or one of the tables is missing",
    says: {
      $0["level"] == 0
        ? "address \($0.hexadecimal("address")) is not canonical"
        : "no \($0.level("level")) entry for \($0.hexadecimal("address"))"
    })
  package static let notImported = Rule(
    "notImported", "address",
    says: "the contents of {address:hex} were not imported",
    hint: "a row of vmallocinfo tells where an area is, not what is in it")
  package static let readOnly = Rule(
    "readOnly", "address",
    says: "{address:hex} is mapped read-only")
}
