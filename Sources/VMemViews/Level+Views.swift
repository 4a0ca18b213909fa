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
