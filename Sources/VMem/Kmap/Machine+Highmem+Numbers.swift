/// The calls of `Highmem` with plain numbers, as records and scripts have them.
extension Machine {
  package func pageAddress(_ pfn: UInt64) throws(Refusal) -> UInt64? {
    try highmem.pageAddress(pfn)
  }

  package func kmap(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try highmem.kmap(pfn)
  }

  package func kunmap(_ pfn: UInt64) throws(Refusal) {
    try highmem.kunmap(pfn)
  }

  package func kmapToPage(_ address: UInt64) -> UInt64 {
    highmem.kmapToPage(address)
  }

  package func kmapAtomic(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try highmem.kmapAtomic(pfn)
  }

  package func kunmapAtomic(_ address: UInt64) throws(Refusal) {
    try highmem.kunmapAtomic(address)
  }

  package func kmapLocalPage(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try highmem.kmapLocalPage(pfn)
  }

  package func kmapLocalPFN(_ pfn: UInt64) throws(Refusal) -> UInt64 {
    try highmem.kmapLocalPFN(pfn)
  }

  package func kunmapLocal(_ address: UInt64) throws(Refusal) {
    try highmem.kunmapLocal(address)
  }

  package func protectPages(_ pages: [UInt64], key: UInt64) throws(Refusal) {
    try highmem.protectPages(pages, key: key)
  }
}
