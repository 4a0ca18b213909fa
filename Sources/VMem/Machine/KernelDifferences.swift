/// Kernels that stand for others.
extension KernelVersion {
  /// The first whose behaviour is known.
  package static let oldest = v6_1
}

/// Differences that only dumps and oopses show: no call answers by them, so none is one of the
/// `Switches`.
extension Switch.Kernels {
  /// What `vm_insert_page` checks first is not a function of its own.
  static let insertPageChecksItself = Self.before(.v6_12)
  /// A compound page names its destructor, and has its order in a member of its own.
  package static let compoundDestructors = Self.before(.v6_6)
  /// VMCOREINFO names the type of pages that a guest has not accepted yet.
  package static let unacceptedType = Self.since(.v6_18)
  /// kallsyms has the addresses in front of the names.
  package static let symbolsBeginWithOffsets = Self.before(.v6_6)
  /// Functions that allocate have a second name, for the profile of allocations.
  package static let profilesAllocations = Self.since(.v6_12)
  /// Pages have the flag `dropbehind`, and with CONFIG_MEMORY_FAILURE (6.1 was recorded without) `hwpoison`.
  static let dropbehindFlag = Self.since(.v6_18)
  static let hwpoisonFlag = Self.since(.v6_6)
  /// Pages of kmalloc have a type of their own.
  static let largeKmallocType = Self.since(.v6_18)
  /// kallsyms has the distance of each symbol from the place that says it.
  package static let placeRelativeSymbols = Self.since(.v7_0)
}

extension KernelVersion {
  /// What an allocation reads first of a node that does not exist (`NODE_DATA` is null): the function,
  /// and the address, as Debian's builds of 6.12, 6.18 and 7.2 lay the node out. Kernels between them
  /// are taken to have what the older one has.
  var readOfMissingNode: (function: KernelFunction, address: UInt64) {
    let first: [(since: KernelVersion, function: KernelFunction, address: UInt64)] = [
      (.oldest, .alloc_pages_bulk_noprof, 0x1e08), (.v6_18, .alloc_pages_bulk_noprof, 0x1f48),
      (.v7_2, .__alloc_frozen_pages_noprof, 0x1_6458),
    ]
    return first.last { $0.since <= self }.map { ($0.function, $0.address) }!
  }

  /// Whether a work queue also tells of a function that does not leave the read side of RCU; since 6.9.
  package var tellsLeakedRCU: Bool { self >= .v6_12 }

  /// The function that gives pages, which was renamed in 6.10 and in 6.15.
  package var pageAllocator: String {
    self < .v6_12
      ? "__alloc_pages" : self < .v6_18 ? "__alloc_pages_noprof" : "__alloc_frozen_pages_noprof"
  }
}
