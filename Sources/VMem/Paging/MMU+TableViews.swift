extension MMU {
  /// Frame of the top-level page table (CR3).
  package var topTable: UInt64 { tables.top }

  /// Frame of the top-level page table that a CPU has: that of its task's address space, or the
  /// kernel's.
  package func table(ofCPU cpu: Int) -> UInt64 { users.tables(ofCPU: cpu).top }

  /// The byte that a device, or nothing, answers with at a physical address where no RAM is.
  package func deviceByte(_ physical: UInt64) -> UInt8 { Bus.read(physical) }
}
