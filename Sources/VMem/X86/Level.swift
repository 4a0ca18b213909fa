/// A level of the page tables by its kernel name. A machine with 4 levels has no `p4d`: its `pgd`
/// stands directly above `pud`.
public enum Level: UInt8, CaseIterable, Sendable {
  case pte = 1
  case pmd, pud, p4d, pgd

  /// The name of the level `depth` steps above the pages (1 is `pte`) when there are `levels`.
  @inlinable @inline(__always)
  package init(depth: Int, levels: Int) {
    self = depth >= levels ? .pgd : Level(rawValue: UInt8(truncatingIfNeeded: depth)) ?? .pgd
  }

  /// Steps above the pages (1 is `pte`) when there are `levels`.
  @inlinable @inline(__always)
  package func depth(levels: Int) -> Int { self == .pgd ? levels : Int(rawValue) }

  /// log2 of the entries of a table, which are as many at every level (`PTRS_PER_PTE`).
  @inlinable @inline(__always)
  package static var indexBits: Int { 9 }
  @inlinable @inline(__always)
  package static var entries: Int { 1 << indexBits }
  /// Entries of a top-level table that translate the addresses of users; the others are the kernel's.
  @inlinable @inline(__always)
  package static var userEntries: Int { entries / 2 }

  /// log2 of the bytes that one entry `depth` steps above the pages covers.
  @inlinable @inline(__always)
  package static func shift(depth: Int) -> UInt64 { UInt64(12 + indexBits * (depth - 1)) }

  /// Pages that one entry `depth` steps above the pages covers.
  @inlinable @inline(__always)
  package static func pages(depth: Int) -> UInt64 { 1 << UInt64(indexBits * (depth - 1)) }

  /// Bytes that one entry `depth` steps above the pages covers.
  @inlinable @inline(__always)
  package static func size(depth: Int) -> UInt64 { 1 << shift(depth: depth) }

  /// Whether one entry `depth` steps above the pages covers all of [start, end).
  @inlinable @inline(__always)
  package static func isOneEntry(_ start: UInt64, _ end: UInt64, depth: Int) -> Bool {
    start >> shift(depth: depth) == (end &- 1) >> shift(depth: depth)
  }

  /// Index into the table `depth` steps above the pages that translates `address`.
  @inlinable @inline(__always)
  package static func index(of address: UInt64, depth: Int) -> Int {
    Int(truncatingIfNeeded: address >> shift(depth: depth)) & (entries - 1)
  }
}
