/// The hugetlb vmemmap optimisation (HVO): struct pages of a huge page that all say the same share one
/// page. The corresponding kernel file is `mm/hugetlb_vmemmap.c`.
///
/// The addresses of all 512 struct pages stay valid: those of the first 64 lead to the page that is
/// kept, and the others to the same page, read-only. The frames that a kernel frees are kept here.
extension Files {
  /// Pages of 64 struct pages that a huge page has.
  private static let structPages: UInt64 = 8

  /// Makes the struct pages of a huge page share one page. Without memory for the table that a large
  /// leaf is split into they stay as they are, as in a kernel.
  func optimizeStructPages(of pfn: UInt32) {
    let start = map.vmemmap + UInt64(pfn) * 64
    var (table, depth) = tables.entryPlace(start, depth: 1)
    if depth == 2 {
      let index = Level.index(of: start, depth: 2)
      guard tables.split(table, index: index, depth: 2, isDirectMap: false) else { return }
      (table, depth) = tables.entryPlace(start, depth: 1)
    }
    guard depth == 1 else { return }
    let first = Level.index(of: start, depth: 1)
    let kept = ram[table: table, first].pfn
    for step in 1..<Int(Self.structPages) {
      ram[table: table, first + step] = Entry(pfn: kept, .kernelReadOnly)
    }
    FlushObligation(ram, start + 4096, start + Self.structPages << 12).flush()
  }

  /// Gives the struct pages of a huge page that is going to be freed memory of their own again.
  func restoreStructPages(of pfn: UInt32) {
    let start = map.vmemmap + UInt64(pfn) * 64
    let (table, depth) = tables.entryPlace(start, depth: 1)
    let first = Level.index(of: start, depth: 1)
    guard depth == 1, !ram[table: table, first + 1].isWritable else { return }
    let own = ram[table: table, first].pfn
    for step in 1..<Int(Self.structPages) {
      ram[table: table, first + step] = Entry(pfn: own + UInt64(step), .kernel)
    }
    FlushObligation(ram, start + 4096, start + Self.structPages << 12).flush()
  }

  /// Huge pages whose struct pages share one page, of those in files.
  package var optimizedHugePages: UInt64 {
    var count: UInt64 = 0
    forEachFile { file in
      guard ram[file].isOptimized else { return }
      forEachCachedPage(of: file) { index, pfn in
        if index % File.hugePages == 0, isOptimized(pfn) { count += 1 }
      }
    }
    return count
  }

  private func isOptimized(_ pfn: UInt32) -> Bool { hasSharedStructPage(pfn + 64) }

  /// Whether the struct page of a frame is that of another, read-only.
  package func hasSharedStructPage(_ pfn: UInt32) -> Bool {
    let address = map.vmemmap + UInt64(pfn) * 64
    guard case .leaf(_, let entry, let depth) = tables.look(up: address) else { return false }
    return depth == 1 && !entry.isWritable
  }
}
