internal import VMem

/// A page table that is used, as the picture of the tables shows it.
struct TableNode {
  let level: Level
  let depth: Int
  /// Frame it lies in.
  let frame: UInt64
  /// Address that its first entry translates.
  let base: UInt64
  /// Entries that translate addresses of the range.
  let entries: ClosedRange<Int>
  /// The tables its entries lead to, by their places among all.
  var children: [Int] = []
  /// Entries that map memory themselves.
  var leaves = 0
  /// Bytes that it and all tables below map.
  var mapped: UInt64 = 0
  /// Tables below.
  var tables = 0

  /// Whether no entry of the range says anything.
  var isUnused: Bool { children.isEmpty && leaves == 0 }

  var empty: Int { entries.count - children.count - leaves }
}

/// Entries of a table that follow each other and are of one kind.
struct EntryRun {
  /// Entries `from ..< to`.
  let from: Int
  let to: Int
  /// What the first one says.
  let first: Entry
  let isTable: Bool
}
