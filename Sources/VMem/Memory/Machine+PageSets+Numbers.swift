/// The calls of `PageSets` with plain numbers, as records and scripts have them.
extension Machine {
  package func page(_ index: UInt64, of set: Ref<PageSet>) -> UInt32? {
    pageSets.page(index, of: set)
  }

  package func structPageAddress(_ pfn: UInt64) -> UInt64 {
    pageSets.structPageAddress(pfn)
  }

  package func getPages(_ pages: [UInt64]) throws(Refusal) {
    try pageSets.getPages(pages)
  }

  package func putPages(_ pages: [UInt64]) throws(Refusal) {
    try pageSets.putPages(pages)
  }

  package func freePages(_ pages: [UInt64]) throws(Refusal) {
    try pageSets.freePages(pages)
  }
}
