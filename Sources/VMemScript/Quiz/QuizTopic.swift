/// What an exercise is about.
package enum QuizTopic: String, CaseIterable, Sendable {
  /// Where an address leads.
  case walk
  /// How many tables a range needs.
  case levels
  /// What a sparse area has mapped.
  case sparse
  /// Which hole an area gets.
  case fit
  /// Which reads a TLB serves.
  case tlb
  /// Which accesses of a program fault.
  case faults
  /// Which slot kmap takes.
  case kmap
  /// Where an arena puts pages.
  case arena
}

extension QuizTopic {
  /// Names that the lines of an exercise can bind.
  var names: [StaticString] {
    switch self {
    case .walk, .sparse: ["P", "s"]
    case .levels: []
    case .fit: ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]
    case .tlb: ["v"]
    case .faults: ["m", "u"]
    case .kmap: ["H", "P"]
    case .arena: ["a", "p0", "p1", "p2", "p3", "p4", "p5"]
    }
  }
}
