/// Flushes of kernel translations on every CPU.
struct TLBFlush {
  /// Pages up to which single entries are flushed (`tlb_single_page_flush_ceiling`).
  static let ceiling: UInt64 = 33

  let ram: RAM

  /// Flushes [start, end): page by page up to the ceiling, everything above it. The corresponding
  /// kernel function is `flush_tlb_kernel_range`.
  func kernelRange(_ start: UInt64, _ end: UInt64) {
    let pages = (end &- start) >> 12
    if pages > Self.ceiling { return all() }
    ram[ram.paging].flushes.ranges += 1
    ram[ram.paging].flushes.pages += (end &- start &+ 4095) >> 12
    guard ram[TLBState.ref].used != 0 else { return }
    for cpu in 0..<Int(ram[Superblock.ref].cpus) { singles(start, end, TLB(ram: ram, cpu: cpu)) }
  }

  /// What one CPU does when it is asked to: of a flush that is counted with CPU 0.
  func kernelRange(_ start: UInt64, _ end: UInt64, on cpu: Int) {
    let isFull = (end &- start) >> 12 > Self.ceiling
    if cpu == 0 {
      if isFull {
        ram[ram.paging].flushes.full += 1
      } else {
        ram[ram.paging].flushes.ranges += 1
        ram[ram.paging].flushes.pages += (end &- start &+ 4095) >> 12
      }
    }
    let tlb = TLB(ram: ram, cpu: cpu)
    if isFull { tlb.flushAll() } else { singles(start, end, tlb) }
  }

  private func singles(_ start: UInt64, _ end: UInt64, _ tlb: TLB) {
    guard tlb.count != 0 else { return }
    var done: UInt64 = 0
    while done < end &- start {
      tlb.flush(page: start &+ done)
      done += 4096
    }
  }

  /// Flushes one page on the current CPU alone (`flush_tlb_one_kernel`).
  func localPage(_ address: UInt64) {
    ram[ram.paging].flushes.ranges += 1
    ram[ram.paging].flushes.pages += 1
    TLB(current: ram).flush(page: address)
  }

  /// Flushes [start, end) on the CPUs that use a user address space: page by page up to the ceiling,
  /// else all entries that are not global. The corresponding kernel function is `flush_tlb_mm_range`.
  func userRange(_ space: Ref<UserSpace>, _ start: UInt64, _ end: UInt64) {
    let isLong = (end &- start) >> 12 > Self.ceiling
    var isFirst = true
    for cpu in 0..<Int(ram[Superblock.ref].cpus) {
      let tlb = TLB(ram: ram, cpu: cpu)
      guard ram[tlb.perCPU].userSpace == space else { continue }
      if isFirst {
        ram[ram.paging].flushes.full += isLong ? 1 : 0
        ram[ram.paging].flushes.ranges += isLong ? 0 : 1
        ram[ram.paging].flushes.pages += isLong ? 0 : (end &- start) >> 12
        isFirst = false
      }
      if isLong {
        tlb.flushUser()
      } else {
        for page in stride(from: start, to: end, by: 4096) { tlb.flush(page: page) }
      }
    }
  }

  /// Flushes everything, global entries included. The corresponding kernel function is
  /// `flush_tlb_all`.
  func all() {
    ram[ram.paging].flushes.full += 1
    guard ram[TLBState.ref].used != 0 else { return }
    for cpu in 0..<Int(ram[Superblock.ref].cpus) { TLB(ram: ram, cpu: cpu).flushAll() }
  }
}
