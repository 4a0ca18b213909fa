/// The pages of files that are in memory.
///
/// A folio of order K is 2^K frames in a row, naturally aligned in the file and in memory. References
/// are counted page by page: a folio has no struct page that counts for all of it.
extension Files {
  /// The frame of a page of a file, or nil when it is not in memory.
  func cachedPage(_ file: Ref<File>, _ index: UInt64) -> UInt32? {
    let word = ram[file].pages.value(index, ram)
    return word == 0 || word & File.swapped != 0 ? nil : word
  }

  /// The folio that holds a page: its first page's index, its frame, and its order.
  func folio(_ file: Ref<File>, _ index: UInt64) -> (index: UInt64, pfn: UInt32, order: UInt32)? {
    guard let pfn = cachedPage(file, index) else { return nil }
    let order = ram[frames.frame(pfn)].order
    let mask = UInt32(1) << order - 1
    return (index & ~UInt64(mask), pfn & ~mask, order)
  }

  /// The order a new folio gets that holds page `index`: as large as the file wants and as fits below
  /// page `end` between the folios there are. Huge pages are whole, even behind the end.
  func folioOrder(_ file: Ref<File>, _ index: UInt64, end: UInt64) -> UInt32 {
    if ram[file].kind == .hugetlb { return 9 }
    var order = UInt32(ram[file].folioOrder)
    while order > 0 {
      let count = UInt64(1) << order
      let first = index & ~(count - 1)
      let isFree =
        first + count <= end
        && (first..<first + count).allSatisfy { cachedPage(file, $0) == nil }
      if isFree { return order }
      order -= 1
    }
    return 0
  }

  /// Puts a new folio of zeroes into a file. Returns its first frame, or nil when there is no memory.
  /// The corresponding kernel function is `filemap_add_folio`.
  func addFolio(_ file: Ref<File>, _ index: UInt64, order: UInt32) -> UInt32? {
    let count = UInt32(1) << order
    let first = index & ~(UInt64(count) - 1)
    mightSleep(.filemap_add_folio)
    guard let pfn = frames.allocatePage(order: Int(order)) else { return nil }
    var stored: UInt32 = 0
    var replaced: UInt32 = 0
    while stored < count {
      if ram[file].pages.value(first + UInt64(stored), ram) != 0 { replaced += 1 }
      guard ram[file].pages.store(first + UInt64(stored), pfn + stored, ram) else { break }
      stored += 1
    }
    guard stored == count else {
      for step in 0..<stored { _ = ram[file].pages.remove(first + UInt64(step), ram) }
      for step in 0..<count { frames.free(pfn + step, isZero: true) }
      return nil
    }
    for step in 0..<count {
      ram[frames.frame(pfn + step)].mapping = address(of: file)
      ram[frames.frame(pfn + step)].index = first + UInt64(step)
      ram[frames.frame(pfn + step)].flags |= ram.pageFlags.uptodate
    }
    ram[file].pageCount += count
    if ram[file].isOptimized { optimizeStructPages(of: pfn) }
    return pfn
  }

  /// Takes a page out of its file, which drops the file's reference. Whoever else has one keeps the
  /// frame. `word` is what stays in the file: 0 or `File.swapped`.
  func removeCachedPage(_ file: Ref<File>, _ index: UInt64, leaving word: UInt32 = 0) {
    guard let pfn = cachedPage(file, index) else {
      // What has been there before goes as well.
      if word == 0 { _ = ram[file].pages.remove(index, ram) }
      return
    }
    if word == 0 {
      _ = ram[file].pages.remove(index, ram)
    } else {
      _ = ram[file].pages.store(index, word, ram)
    }
    ram[file].pageCount -= 1
    let frame = frames.frame(pfn)
    ram[frame].mapping = 0
    ram[frame].index = Frame.orphan
    ram[frame].flags &= ~(ram.pageFlags.uptodate | ram.pageFlags.dirty)
    ram[frame].addReferences(-1)
    if ram[frame].refcount == 0 { pageSets.freePage(pfn) }
  }

  /// The file that a frame holds a page of, and which.
  package func fileAndIndex(ofFrame pfn: UInt64) -> (file: UInt64, index: UInt64)? {
    guard let frame = pageSets.structPage(pfn), frame.isFilePage, frame.refcount > 0 else {
      return nil
    }
    return (frame.mapping, frame.index)
  }

  // MARK: Reading in

  /// Makes page `index` of a file be in memory and returns its frame. The corresponding kernel
  /// functions are `filemap_fault`, `shmem_get_folio` and `hugetlb_fault`.
  ///
  /// Pages of host files are read in by windows of `readahead` pages that lie where the page is: the
  /// same accesses in any order leave the same folios. What is missing around the page is no error.
  /// Refuses with -EIO when the host's file cannot be read there, with -ENOMEM without memory.
  func readIn(_ file: Ref<File>, _ index: UInt64) throws(Refusal) -> UInt32 {
    if let pfn = cachedPage(file, index) { return pfn }
    let end = ram[file].sizeInPages
    guard ram[file].kind == .host else {
      let order = folioOrder(file, index, end: end)
      if addFolio(file, index, order: order) == nil,
        order == 0 || ram[file].kind == .hugetlb
          || addFolio(file, index, order: 0) == nil
      {
        throw Refusal(.errno(.ENOMEM), .noFrames, 1 << UInt64(order))
      }
      return cachedPage(file, index) ?? 0
    }
    let window = UInt64(ram[file].window)
    let first = index & ~(window - 1)
    let last = min(first + window, end)
    // The page that is asked for comes first, so that memory which runs out runs out for the others.
    let failure = readFolio(file, index, order: folioOrder(file, index, end: last))
    if let failure { throw failure }
    var at = first
    while at < last {
      let order = folioOrder(file, at, end: last)
      if cachedPage(file, at) == nil, readFolio(file, at, order: order) != nil { break }
      at += 1
    }
    return cachedPage(file, index) ?? 0
  }

  /// Makes the folio of a page and fills it from the host's file. Without memory for a large one it
  /// is a page.
  private func readFolio(_ file: Ref<File>, _ index: UInt64, order: UInt32) -> Refusal? {
    let count = UInt64(1) << order
    let first = index & ~(count - 1)
    guard let pfn = addFolio(file, first, order: order) else {
      return order == 0
        ? Refusal(.errno(.ENOMEM), .noFrames, 1) : readFolio(file, index, order: 0)
    }
    let known = ram[file].hostSize
    let bytes = first << 12 < known ? Int(min(count << 12, known - first << 12)) : 0
    do throws(HostFile.Failure) {
      let host = hostFile(file)
      var done = 0
      while done < bytes {
        let size = min(4096, bytes - done)
        try unsafe ram.withFrame(pfn + UInt32(done >> 12)) { frame throws(HostFile.Failure) in
          // Safe: part of the frame.
          try unsafe host.read(
            UnsafeMutableRawBufferPointer(rebasing: frame[0..<size]),
            at: first << 12 + UInt64(done))
        }
        done += size
      }
      return nil
    } catch {
      for step in 0..<count { removeCachedPage(file, first + step) }
      return Refusal(.errno(.EIO), .hostFile, first << 12, UInt64(error.code))
    }
  }

  /// The host's file behind a file.
  func hostFile(_ file: Ref<File>) -> HostFile {
    // Safe: the frame ends with a zero, and outlives the value.
    unsafe HostFile(path: UnsafeRawPointer(ram.frame(UInt64(ram[file].path))))
  }
}
