/// The calls of `PageSets`.
extension Machine {
  /// Allocates `count` blocks of 2^`order` pages, split into single pages with one reference each and
  /// zeroed contents. The corresponding kernel functions are `alloc_pages` and `split_page`; `order` is
  /// an `unsigned int`.
  ///
  /// Refuses with -EINVAL for no pages, an order above 10 or a node the machine lacks, and with NULL
  /// when there are not enough frames; then nothing stays allocated. What a kernel logs of that is in the
  /// log, unless `gfp` has `.noWarn`. What may not fail is refused with -EDEADLK: a kernel would try for
  /// ever.
  public func allocatePages(
    count: UInt64, order: UInt64 = 0, node: UInt64? = nil, gfp: GFP = .kernel
  ) throws(Refusal) -> Ref<PageSet> {
    try pageSets.allocatePages(count: count, order: order, node: node, gfp: gfp)
  }

  /// Frame number of page `index` of a set; nil past its end.
  public func page(_ index: UInt64, of set: Ref<PageSet>) -> FrameNumber? {
    pageSets.page(index, of: set).map { FrameNumber(UInt64($0)) }
  }

  /// Kernel address of a frame's struct page.
  public func structPageAddress(_ pfn: FrameNumber) -> VirtualAddress {
    VirtualAddress(pageSets.structPageAddress(pfn.number))
  }

  /// Takes a reference on each page. The corresponding kernel function is `get_page`.
  public func getPages(_ pages: [FrameNumber]) throws(Refusal) {
    try pageSets.getPages(pages.map(\.number))
  }

  /// Drops a reference on each page and frees those that had no other. The corresponding kernel
  /// function is `put_page`.
  public func putPages(_ pages: [FrameNumber]) throws(Refusal) {
    try pageSets.putPages(pages.map(\.number))
  }

  /// Frees each page, dropping the reference its owner has. The corresponding kernel function is
  /// `__free_pages`.
  public func freePages(_ pages: [FrameNumber]) throws(Refusal) {
    try pageSets.freePages(pages.map(\.number))
  }
}
