package import VMem

/// What is known of a single area besides its addresses.
package struct SegmentDetails: Sendable {
  /// The name that it is bound to; empty for none.
  var name = ""
  /// Base pages that it owns.
  var pages: UInt64 = 0
  /// What an ioremap maps, or 0.
  var physicalAddress: UInt64 = 0
  /// Whether its last page is its guard page.
  var hasGuard = false
}

/// Where the areas of an address space come from.
package protocol AddressSource: ~Copyable {
  /// What it knows of an area; nil for what is none.
  func details(of segment: Segment) -> SegmentDetails?

  /// How much of the areas of each row is mapped; nil where there is none, or nobody knows.
  func mappedShares(of rows: [MapRow]) -> [MappedShare?]

  /// First bytes of blocks of vm_map_ram in which nothing is mapped any more, which a purge of
  /// everything gives back.
  var idleBlocks: Set<UInt64> { get }
}

extension Machine: AddressSource {
  package func details(of segment: Segment) -> SegmentDetails? {
    guard segment.kind.isArea, let area = vmAreas.neighbours(of: segment.start).below,
      area.start == segment.start
    else { return nil }
    var details = SegmentDetails(
      pages: UInt64(area.pageCount), physicalAddress: area.physicalAddress,
      hasGuard: area.isVMStruct && area.size < area.reserved)
    if let bound = pageSets.nameOfArea(area) { details.name = Views.text(names.name(bound)) }
    return details
  }

  package var idleBlocks: Set<UInt64> {
    var starts: Set<UInt64> = []
    vmAreas.forEachMapBlock { block in
      let pages = Int((block.end &- block.start) >> 12)
      if block.free + block.dirty == pages, block.dirty != pages { starts.insert(block.start) }
    }
    return starts
  }
}

extension VmallocinfoFile: AddressSource {
  package func details(of segment: Segment) -> SegmentDetails? {
    guard segment.kind.isArea else { return nil }
    let row = rows[Int(segment.row)]
    // All areas have a guard page but those of vm_map_ram and of per-CPU memory.
    let hasGuard = row.kind == .area && segment.kind != .perCPU
    return SegmentDetails(
      pages: row.pages, physicalAddress: row.physicalAddress, hasGuard: hasGuard)
  }

  /// A file says nothing of tables.
  package func mappedShares(of rows: [MapRow]) -> [MappedShare?] { rows.map { _ in nil } }

  package var idleBlocks: Set<UInt64> { [] }
}
