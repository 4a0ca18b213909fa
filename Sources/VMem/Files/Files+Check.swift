extension Files {
  /// Files list frames that are theirs, buffers pages that they hold; struct pages are shared by huge
  /// pages of files alone. Claims the frames of files.
  ///
  /// - Parameter users: how often users map each frame.
  func check(_ users: [UInt32: UInt32], _ checker: inout Checker) {
    var held = heldByBuffers(&checker)
    for (pfn, count) in held.sorted(by: { $0.key < $1.key }) where pfn < ram.frameCount {
      let record = ram[frames.frame(pfn)]
      // A page that its file has lost is nobody's.
      let isLost =
        record.mapping == 0 && record.index == Frame.orphan
        && record.type == nil && record.flags & ram.pageFlags.anonymous == 0
      checker.expect(record.isFilePage || isLost, "dma-buf: whose page", UInt64(pfn))
      checker.expect(
        Int64(record.refcount) >= Int64(count) + Int64(users[pfn] ?? 0), "dma-buf: references",
        UInt64(pfn), UInt64(count))
    }
    held.merge(users) { $0 + $1 }
    var shared: Set<UInt64> = []
    var numbers: Set<UInt32> = []
    for file in ram[ram.files].files.check("file", &checker) where !checker.isFull {
      let record = ram[file]
      check(record, file, &checker)
      checker.expect(
        numbers.insert(record.number).inserted && record.number > 0
          && record.number <= ram[ram.files].filesMade, "file: number",
        file.physicalAddress, UInt64(record.number))
      checkPages(file, held, users, &shared, &checker)
    }
    for page in checker.structAliases where !shared.contains(page) {
      checker.expect(false, "struct pages: shared by what is no huge page", page)
    }
  }

  private func check(_ record: File, _ file: Ref<File>, _ checker: inout Checker) {
    let place = file.physicalAddress
    let (writers, mappings) = users(of: file)
    checker.expect(
      record.references == mappings + UInt32(record.descriptors) && record.references > 0
        && (record.kind == .host || record.descriptors <= 1), "file: users", place,
      UInt64(record.references))
    checker.expect(record.writers == writers, "file: writers", place, UInt64(record.writers))
    checker.expect(
      record.isKnown
        && (record.kind == .hugetlb || !record.isOptimized) && record.size <= File.maximumSize
        && record.hostSize <= record.size
        && (record.kind == .host
          ? record.isResized || record.hostSize == record.size
          : record.hostSize == 0 && !record.isResized)
        && (record.kind != .zero || !record.isOpen), "file: what it is", place)
    guard record.kind == .host, checker.claim(UInt64(record.path), "file: path is not RAM") else {
      return
    }
    let frame = ram[frames.frame(record.path)]
    var expected = checker.record(record.path, .array)
    expected.inheritPast(of: frame)
    checker.expect(frame == expected, "file: frame of its path", place)
    unsafe ram.withFrame(record.path) { bytes in
      let end = unsafe bytes.firstIndex(of: 0) ?? 0
      unsafe checker.expect(
        end > 0 && bytes[end...].allSatisfy { $0 == 0 }, "file: path", place)
    }
  }

  private func checkPages(
    _ file: Ref<File>, _ held: [UInt32: UInt32], _ users: [UInt32: UInt32],
    _ shared: inout Set<UInt64>, _ checker: inout Checker
  ) {
    let place = file.physicalAddress
    var count: UInt32 = 0
    for (index, word) in ram[file].pages.check(ram, &checker) {
      if checker.isFull { return }
      guard word & File.swapped == 0 else {
        checker.expect(
          word == File.swapped && ram[file].kind == .host, "file: page that is out", place, index)
        continue
      }
      count += 1
      guard checker.claim(UInt64(word), "file: page is not RAM") else { continue }
      let record = ram[frames.frame(word)]
      var expected = Frame()
      expected.flags =
        checker.flags(word) | ram.pageFlags.uptodate | record.flags & ram.pageFlags.dirty
      expected.mapping = address(of: file)
      expected.index = index
      expected.mapcount = PageType.none &+ (users[word] ?? 0)
      expected.order = min(record.order, UInt32(File.maximumFolioOrder))
      expected.refcount = record.refcount
      expected.inheritPast(of: record)
      checker.expect(record == expected, "file: frame of a page", UInt64(word), index)
      checker.expect(
        record.refcount > 0 && Int64(record.refcount) > Int64(held[word] ?? 0),
        "file: references of a page", UInt64(word), UInt64(held[word] ?? 0))
      let mask = UInt64(1) << UInt64(expected.order) - 1
      checker.expect(
        index & mask == UInt64(word) & mask, "file: folio is not aligned", UInt64(word), index)
      if ram[file].isOptimized {
        for step in 1..<8 as Range<UInt64> { shared.insert((UInt64(word) & ~mask) / 64 + step) }
      }
    }
    checker.expect(
      count == ram[file].pageCount, "file: count of pages", place, UInt64(ram[file].pageCount))
  }

  /// How many entries of buffers hold each frame.
  private func heldByBuffers(_ checker: inout Checker) -> [UInt32: UInt32] {
    var held: [UInt32: UInt32] = [:]
    var numbers: Set<UInt32> = []
    for buffer in ram[ram.files].buffers.check("dma-buf", &checker) where !checker.isFull {
      let record = ram[buffer]
      let place = buffer.physicalAddress
      let mappings = users(of: buffer)
      checker.expect(
        record.references == mappings + (record.isOpen ? 1 : 0) && record.references > 0,
        "dma-buf: users", place, UInt64(record.references))
      checker.expect(
        numbers.insert(record.number).inserted && record.number > 0
          && record.number <= ram[ram.files].buffersMade && record.isKnown, "dma-buf: number",
        place, UInt64(record.number))
      checker.expect(
        (record.mapCount == 0) == (record.address == 0)
          && (record.address == 0 || map.isVmallocAddress(record.address)), "dma-buf: address",
        place, record.address)
      let pages = record.pages.check(ram, &checker)
      checker.expect(
        pages.count == Int(record.pageCount), "dma-buf: count of pages", place,
        UInt64(record.pageCount))
      for (position, (key, pfn)) in pages.enumerated() {
        checker.expect(
          key == UInt64(position) && pfn < ram.frameCount
            && ram[frames.frame(min(pfn, ram.frameCount - 1))].refcount > 0, "dma-buf: page",
          place, UInt64(pfn))
        held[pfn, default: 0] += 1
      }
    }
    return held
  }

  func forEachCachedPage(of file: Ref<File>, _ body: (_ index: UInt64, _ pfn: UInt32) -> Void) {
    var at: UInt64 = 0
    while let (index, word) = ram[file].pages.next(from: at, ram) {
      if word & File.swapped == 0 { body(index, word) }
      at = index + 1
    }
  }
}
