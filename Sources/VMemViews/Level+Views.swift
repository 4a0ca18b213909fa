internal import VMem

extension Level {
  /// The level's name as the kernel prints it.
  var name: StaticString {
    switch self {
    case .pte: "pte"
    case .pmd: "pmd"
    case .pud: "pud"
    case .p4d: "p4d"
    case .pgd: "pgd"
    }
  }
}

extension Entry {
  /// Whether the entry maps memory: the processor has no leaves above `pud`.
  @inline(__always)
  func mapsMemory(at level: Level) -> Bool {
    level.rawValue <= Level.pud.rawValue && isLeaf(at: level)
  }

  /// Whether the entry leads to another table.
  @inline(__always)
  func leadsToTable(at level: Level) -> Bool {
    level != .pte && isPresent && !mapsMemory(at: level)
  }
}
