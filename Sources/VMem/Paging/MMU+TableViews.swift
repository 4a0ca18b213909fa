extension MMU {
  /// Frame of the top-level page table (CR3).
  package var topTable: UInt64 { tables.top }
}
