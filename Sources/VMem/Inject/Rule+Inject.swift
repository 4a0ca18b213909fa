/// The rules of injection.
extension Rule {
  package static let inject: [Rule] = [
    .noSuchTable
  ]

  package static let noSuchTable = Rule(
    "noSuchTable", "level", "levels",
    says: "a machine with {levels} levels never allocates a {level:level} table")
}
