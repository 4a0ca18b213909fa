/// Kernels that stand for others.
extension KernelVersion {
  /// The first whose behaviour is known.
  package static let oldest = v6_1
}

/// Differences that dumps alone show: no call answers by them, so none is one of the `Switches`.
extension Switch.Kernels {
  /// A compound page names its destructor, and has its order in a member of its own.
  package static let compoundDestructors = Self.before(.v6_6)
  /// Pages of hugetlb say so by a bit of their type, not by a byte.
  package static let hugetlbTypeBits = Self.from(.v6_6, before: .v6_12)
  /// VMCOREINFO names the type of pages that a guest has not accepted yet.
  package static let unacceptedType = Self.since(.v6_18)
  /// kallsyms has the distance of each symbol from the place that says it.
  package static let placeRelativeSymbols = Self.since(.v7_0)
}
