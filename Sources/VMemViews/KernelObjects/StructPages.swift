internal import VMem

/// The `struct page` of every frame of a dump, as a kernel that keeps them for all frames has it. In RAM
/// the records of frames that nobody has used yet are zeroes, and links are frame numbers.
struct StructPages {
  /// Words of a record.
  static let words = 8

  let zones: [ZoneRange]
  private let vmemmap: UInt64
  private let reserved: [Range<UInt64>]
  private let bits: PageFlags
  private let buddy: UInt64
  private let hasOwnOrder: Bool
  /// Heads of free blocks, by zone and order, ascending.
  private var blocks: [[[UInt32]]]
  /// The neighbours of free blocks on their lists.
  private var links: [UInt32: (next: UInt64, previous: UInt64, order: UInt8)] = [:]
  /// The head of each page of a folio of several pages, and the folio's order.
  private var folios: [UInt32: (head: UInt32, order: UInt8, isHuge: Bool)] = [:]
  /// Pages of records that are read-only views of another, with that (HVO).
  private var aliases: [UInt64: UInt64] = [:]
  /// The kernel's number of each kind of zone, which stands in the flags.
  var zoneNumbers: [UInt8: UInt64] = [:]
  /// Addresses of files' `address_space`s and of slab caches.
  var mappings: [UInt64: UInt64] = [:]
  var caches: [UInt64] = []
  /// Pages of records that the dump has, by the number of their first record over 64, ascending.
  private(set) var stored: [UInt64] = []
  /// The place in `stored` of each page of records.
  private var places: [UInt32] = []

  init(_ machine: borrowing Machine) {
    zones = machine.pageSets.zoneRanges
    vmemmap = machine.map.vmemmap
    reserved = machine.reservedRanges.map { $0.lowerBound >> 12..<$0.upperBound >> 12 }
    bits = machine.ram.pageFlags
    buddy = UInt64(machine.pageTypeWord(.buddy))
    hasOwnOrder = Switch.Kernels.compoundDestructors.contains(machine.configuration.kernel)
    blocks = zones.map { [reserved] in Self.freeBlocks($0, reserved, machine) }
    links.reserveCapacity(blocks.joined().reduce(0) { $0 + $1.count })
  }

  /// Those that have been handed out say it themselves; behind them all is free in the largest blocks
  /// there can be.
  ///
  /// - Parameter reserved: frames of boot's structures, ascending and apart.
  private static func freeBlocks(
    _ zone: ZoneRange, _ reserved: [Range<UInt64>], _ machine: borrowing Machine
  ) -> [[UInt32]] {
    var blocks = [[UInt32]](repeating: [], count: 11)
    var pfn = zone.frames.lowerBound
    var taken = reserved[...]
    while pfn < min(zone.frontier, zone.frames.upperBound) {
      // Boot's structures, struct pages above all, have more frames than all else.
      if let range = taken.first, pfn >= range.lowerBound {
        pfn = max(pfn, range.upperBound)
        taken.removeFirst()
        continue
      }
      guard let record = machine.pageSets.structPage(pfn), record.type == .buddy,
        record.private <= 10
      else {
        pfn += 1
        continue
      }
      blocks[Int(record.private)].append(UInt32(pfn))
      pfn += 1 << record.private
    }
    pfn = zone.frontier
    while pfn < zone.frames.upperBound {
      var order = pfn == 0 ? 10 : min(10, pfn.trailingZeroBitCount)
      while pfn + 1 << UInt64(order) > zone.frames.upperBound { order -= 1 }
      blocks[order].append(UInt32(pfn))
      pfn += 1 << UInt64(order)
    }
    return blocks
  }

  /// Heads of the free blocks of an order in a zone, ascending.
  func blocks(zone: Int, order: Int) -> [UInt32] { blocks[zone][order] }

  /// The address of a frame's `lru`.
  func lru(_ pfn: UInt32) -> UInt64 { vmemmap + UInt64(pfn) * 64 + 8 }

  /// Links the free blocks of an order in a zone behind the head of their list.
  mutating func link(zone: Int, order: Int, _ head: UInt64) {
    let list = blocks[zone][order]
    for (index, pfn) in list.enumerated() {
      links[pfn] = (
        next: index + 1 < list.count ? lru(list[index + 1]) : head,
        previous: index > 0 ? lru(list[index - 1]) : head, order: UInt8(order)
      )
    }
  }

  /// - Parameters:
  ///   - isHuge: whether it is a page of hugetlbfs.
  ///   - sharesRecords: whether its struct pages share one page.
  mutating func add(folio head: UInt32, order: UInt32, isHuge: Bool, sharesRecords: Bool) {
    for pfn in head..<head + 1 << order { folios[pfn] = (head, UInt8(order), isHuge) }
    guard sharesRecords else { return }
    let page = UInt64(head) / 64
    for alias in page + 1..<page + UInt64(1 << order) / 64 { aliases[alias] = page }
  }

  // MARK: Pages of records

  /// Decides which pages of records the dump has. Those of frames that nobody has used and at which no
  /// free block begins are all the same in a zone: the first stands for them all, as one page does for the
  /// tails of a huge page may. So does one for all frames behind RAM.
  ///
  /// - Parameter frameCount: frames of RAM.
  mutating func share(frameCount: Int) {
    var isHead = [Bool](repeating: false, count: frameCount / 64 + 1)
    for zone in blocks { for list in zone { for pfn in list { isHead[Int(pfn) / 64] = true } } }
    places.reserveCapacity(frameCount / 64 + 2)
    for free in zones.map(Self.untouched) {
      while UInt64(places.count) < free.lowerBound { store() }
      var own = [UInt32](repeating: 0, count: free.count)
      var common: UInt32?
      for (index, number) in free.enumerated() {
        if !isHead[Int(number)] {
          if let common {
            own[index] = common
            continue
          }
          common = UInt32(stored.count)
        }
        own[index] = UInt32(stored.count)
        stored.append(number)
      }
      places += own
    }
    while places.count <= (frameCount + 63) / 64 { store() }
  }

  private mutating func store() {
    if let page = alias(UInt64(places.count)) { return places.append(places[Int(page)]) }
    stored.append(UInt64(places.count))
    places.append(UInt32(stored.count - 1))
  }

  /// Pages of records of free frames that have never been handed out, all of one zone.
  private static func untouched(_ zone: ZoneRange) -> Range<UInt64> {
    let start = (max(zone.frontier, zone.frames.lowerBound) + 63) / 64
    return start..<max(start, zone.frames.upperBound / 64)
  }

  /// Whether a page of records is a read-only view of another.
  func isAlias(_ page: UInt64) -> Bool { alias(page) != nil }

  /// The page that a page of records is a view of. Most dumps have none, and looking in an empty dictionary
  /// takes time.
  private func alias(_ page: UInt64) -> UInt64? { aliases.isEmpty ? nil : aliases[page] }

  /// The place in `stored` of a page of records, which may be behind RAM.
  func place(ofPage page: UInt64) -> UInt64 {
    UInt64(places[Int(min(page, UInt64(places.count - 1)))])
  }

  /// Stores the records of consecutive frames, which may lie behind RAM.
  func render(_ frames: Range<UInt64>, _ machine: borrowing Machine, into words: inout [UInt64]) {
    words.removeAll(keepingCapacity: true)
    words += repeatElement(0, count: frames.count * Self.words)
    var zone = zones.first { $0.frames.upperBound > frames.lowerBound }
    for pfn in frames {
      if let now = zone, pfn >= now.frames.upperBound {
        zone = zones.first { $0.frames.upperBound > pfn }
      }
      let at = Int(pfn - frames.lowerBound) * Self.words
      render(pfn, zone, machine, &words, at)
    }
  }

  private static let nobody: UInt64 = 0xffff_ffff

  private func render(
    _ pfn: UInt64, _ zone: ZoneRange?, _ machine: borrowing Machine, _ words: inout [UInt64],
    _ at: Int
  ) {
    let own = zone ?? zones.last
    let place =
      UInt64(own?.node ?? 0) << 58 | (own.flatMap { zoneNumbers[$0.kind.rawValue] } ?? 0) << 56
    let isOfZone = zone.map { $0.frames.contains(pfn) } ?? false
    let record = machine.pageSets.structPage(pfn)
    if let free = links[UInt32(pfn)] {
      words[at] = place
      words[at + 1] = free.next
      words[at + 2] = free.previous
      words[at + 5] = UInt64(free.order)
      words[at + 6] = buddy
      return
    }
    guard let record, !record.isUntouched else {
      // What the allocator has never handed out is free; all else is the boot's.
      let isFree = record != nil && isOfZone && pfn >= zone!.frontier
      words[at] = place | (isFree ? 0 : bits.reserved)
      words[at + 6] = Self.nobody | (isFree ? 0 : 1 << 32)
      return
    }
    words[at] = place | record.flags & (1 << 56 - 1)
    var count = UInt64(record.mapcount)
    if record.type == .perCPU || record.type == .array || record.type == .buddy {
      count = Self.nobody
    }
    let references =
      record.type == .buddy || record.type == .perCPU
      ? 0 : UInt64(UInt32(bitPattern: record.refcount))
    words[at + 6] = count | references << 32
    if record.type == .slab, caches.indices.contains(Int(record.private)) {
      words[at + 1] = caches[Int(record.private)]
    }
    guard record.mapping >> 32 != 0, record.refcount > 0 else { return }
    words[at + 3] = mappings[record.mapping] ?? 0
    words[at + 4] = record.index
    guard let folio = folios[UInt32(pfn)] else { return }
    if folio.head == UInt32(pfn) {
      words[at] |= bits.head
    } else {
      fillTail(folio, isSecond: UInt32(pfn) == folio.head + 1, &words, at)
    }
  }

  /// A page of a folio behind its head. The second says what the folio is: before 6.6 in members of
  /// its own, then in its flags.
  private func fillTail(
    _ folio: (head: UInt32, order: UInt8, isHuge: Bool), isSecond: Bool, _ words: inout [UInt64],
    _ at: Int
  ) {
    words[at + 1] = vmemmap + UInt64(folio.head) * 64 | 1
    words[at + 3] = Self.tailMapping
    words[at + 4] = 0
    // References are the head's.
    words[at + 6] &= 0xffff_ffff
    guard isSecond else { return }
    guard hasOwnOrder else { return words[at] |= UInt64(folio.order) }
    // The destructor (COMPOUND_PAGE_DTOR or HUGETLB_PAGE_DTOR), the order, no mapping of the whole;
    // then the number of pages.
    words[at + 2] = (folio.isHuge ? 2 : 1) | UInt64(folio.order) << 8 | 0xffff_ffff << 32
    words[at + 3] = 1 << (32 + UInt64(folio.order))
  }

  /// `TAIL_MAPPING`.
  private static let tailMapping: UInt64 = 0xdead_0000_0000_0400
}
