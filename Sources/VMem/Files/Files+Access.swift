/// Reading, writing and resizing files.
extension Files {
  /// Carries out `Machine.pread`.
  package func pread(
    _ address: UInt64, offset: UInt64, count: UInt64, _ body: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard offset <= File.maximumSize else {
      throw Refusal(.errno(.EINVAL), .offsetTooLarge, offset)
    }
    guard offset < ram[file].size else { return }
    let end = offset + min(count, ram[file].size - offset)
    guard offset < end else { return }
    let keepsHoles = ram[file].isMemfd
    if !keepsHoles {
      for index in offset >> 12...(end - 1) >> 12 { _ = try readIn(file, index) }
    }
    let zeroes = InlineArray<4096, UInt8>(repeating: 0)
    var at = offset
    while at < end {
      let size = Int(min(4096 - at & 4095, end - at))
      if let pfn = cachedPage(file, at >> 12) {
        unsafe ram.withFrame(pfn) { bytes in
          let from = Int(at & 4095)
          // Safe: the part lies inside the frame.
          unsafe body(
            Span(_unsafeElements: UnsafeBufferPointer(bytes.bindMemory(to: UInt8.self)))
              .extracting(from..<from + size))
        }
      } else {
        body(zeroes.span.extracting(first: size))
      }
      at += UInt64(size)
    }
  }

  /// Carries out `Machine.pwrite`.
  package func pwrite(
    _ address: UInt64, offset: UInt64, _ bytes: Span<UInt8>
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard ram[file].kind != .hugetlb else { throw Refusal(.errno(.EINVAL), .hugetlbWrite) }
    guard offset <= File.maximumSize - UInt64(bytes.count) else {
      throw Refusal(.errno(.EFBIG), .fileTooLarge, offset)
    }
    let end = offset + UInt64(bytes.count)
    guard ram[file].seals.isDisjoint(with: [.write, .futureWrite]),
      end <= ram[file].size || !ram[file].seals.contains(.grow)
    else { throw Refusal(.errno(.EPERM), .sealed, UInt64(ram[file].seals.rawValue)) }
    var done = 0
    while done < bytes.count {
      let at = offset + UInt64(done)
      let size = min(Int(4096 - at & 4095), bytes.count - done)
      let before = ram[file].size
      // The page has to be inside the file when it is read in.
      ram[file].size = max(before, at + UInt64(size))
      let pfn: UInt32
      do throws(Refusal) {
        pfn = try pageToWrite(file, at >> 12)
      } catch {
        ram[file].size = before
        if done > 0 { break }
        throw error
      }
      unsafe ram.withFrame(pfn) { frame in
        for step in 0..<size { unsafe frame[Int(at & 4095) + step] = bytes[done + step] }
      }
      ram[frames.frame(pfn)].flags |= ram.pageFlags.dirty
      if ram[file].kind == .host, ram[file].size > before { ram[file].isResized = true }
      done += size
    }
    return UInt64(done)
  }

  /// The frame of a page that is going to be written; pages that the host has not need no reading.
  private func pageToWrite(_ file: Ref<File>, _ index: UInt64) throws(Refusal) -> UInt32 {
    if let pfn = cachedPage(file, index) { return pfn }
    guard ram[file].kind == .host, index << 12 >= ram[file].hostSize else {
      return try readIn(file, index)
    }
    guard let pfn = addFolio(file, index, order: 0) else {
      throw Refusal(.errno(.ENOMEM), .noFrames, 1)
    }
    return pfn
  }

  /// Carries out `Machine.ftruncate`.
  package func ftruncate(_ address: UInt64, size: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard size <= File.maximumSize else { throw Refusal(.errno(.EINVAL), .fileTooLarge, size) }
    let isHuge = ram[file].kind == .hugetlb
    guard !isHuge || size % (File.hugePages << 12) == 0 else {
      throw Refusal(.errno(.EINVAL), .notWholeHugePages, size)
    }
    let before = ram[file].size
    let seal: Seals = size < before ? .shrink : size > before ? .grow : []
    guard seal.isEmpty || !ram[file].seals.contains(seal) else {
      throw Refusal(.errno(.EPERM), .sealed, UInt64(ram[file].seals.rawValue))
    }
    ram[file].size = size
    if ram[file].kind == .host, size != before {
      ram[file].isResized = true
      ram[file].hostSize = min(ram[file].hostSize, size)
    }
    guard size < before else { return }
    forgetPages(file, from: ram[file].sizeInPages, to: .max)
    if size % 4096 != 0, let pfn = cachedPage(file, size >> 12) {
      unsafe ram.withFrame(pfn) { bytes in
        for at in Int(size % 4096)..<4096 { unsafe bytes[at] = 0 }
      }
    }
  }

  /// Takes pages out of a file and out of users' mappings.
  func forgetPages(_ file: Ref<File>, from first: UInt64, to end: UInt64) {
    zapFile(file, from: first, to: end)
    removePages(file, from: first, to: end)
  }

  /// Carries out `Machine.fallocate`.
  package func fallocate(
    _ address: UInt64, start: UInt64, end: UInt64, punchesHole: Bool
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard start < end else { throw Refusal(.errno(.EINVAL), .emptyRange, start, end) }
    let isHuge = ram[file].kind == .hugetlb
    guard ram[file].kind != .host else { throw Refusal(.errno(.EOPNOTSUPP), .hostFileHoles) }
    guard end <= File.maximumSize else { throw Refusal(.errno(.EFBIG), .fileTooLarge, end) }
    let seals = ram[file].seals
    if punchesHole {
      guard seals.isDisjoint(with: [.write, .futureWrite]) else {
        throw Refusal(.errno(.EPERM), .sealed, UInt64(seals.rawValue))
      }
      let unit: UInt64 = isHuge ? File.hugePages << 12 : 4096
      let (first, last) = ((start + unit - 1) / unit * unit, end / unit * unit)
      if !isHuge { zero(file, start, min(end, first)) }
      if first < last { forgetPages(file, from: first >> 12, to: last >> 12) }
      if !isHuge, last >= first { zero(file, max(start, last), end) }
      return
    }
    guard end <= ram[file].size || !seals.contains(.grow) else {
      throw Refusal(.errno(.EPERM), .sealed, UInt64(seals.rawValue))
    }
    let before = ram[file].size
    ram[file].size = max(before, end)
    var added: [UInt64] = []
    for index in start >> 12...(end - 1) >> 12 where cachedPage(file, index) == nil {
      do throws(Refusal) {
        _ = try readIn(file, index)
        added.append(index)
      } catch {
        ram[file].size = before
        guard !isHuge else { throw Refusal(.errno(.ENOSPC), .noHugePage) }
        for index in added.reversed() {
          guard let folio = folio(file, index) else { continue }
          removePages(file, from: folio.index, to: folio.index + 1 << UInt64(folio.order))
        }
        throw error
      }
    }
  }

  /// Writes zeroes into part of a page, if that is in memory.
  private func zero(_ file: Ref<File>, _ start: UInt64, _ end: UInt64) {
    guard start < end, let pfn = cachedPage(file, start >> 12) else { return }
    unsafe ram.withFrame(pfn) { bytes in
      for at in Int(start & 4095)..<Int(start & 4095 + end - start) { unsafe bytes[at] = 0 }
    }
  }

  /// Carries out `Machine.readAhead`.
  package func readAhead(_ address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard start < end else { throw Refusal(.errno(.EINVAL), .emptyRange, start, end) }
    let last = min(end, ram[file].size)
    guard start < last else { return }
    for index in start >> 12...(last - 1) >> 12 { _ = try readIn(file, index) }
  }

  /// Carries out `Machine.shrinkFolios`.
  package func shrinkFolios(
    _ address: UInt64, start: UInt64, end: UInt64
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    guard start < end else { throw Refusal(.errno(.EINVAL), .emptyRange, start, end) }
    guard ram[file].kind == .host else { return 0 }
    let last = min(end, ram[file].sizeInPages << 12)
    var gone: UInt64 = 0
    var at = start >> 12
    while let (index, _) = ram[file].pages.next(from: at, ram), index << 12 < last {
      at = index + 1
      guard let folio = folio(file, index) else { continue }
      let pages = (0..<UInt64(1) << UInt64(folio.order)).filter {
        cachedPage(file, folio.index + $0) == folio.pfn + UInt32($0)
      }
      at = max(at, folio.index + 1 << UInt64(folio.order))
      let isIdle = pages.allSatisfy {
        let frame = ram[frames.frame(folio.pfn + UInt32($0))]
        return frame.refcount == 1 && frame.flags & ram.pageFlags.dirty == 0
      }
      guard isIdle else { continue }
      for step in pages { removeCachedPage(file, folio.index + step, leaving: File.swapped) }
      gone += UInt64(pages.count)
    }
    return gone
  }

  /// Carries out `Machine.fsync`.
  package func fsync(_ address: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let file = try file(at: address)
    gatherDirty(file)
    var written: UInt64 = 0
    let isHost = ram[file].kind == .host
    let size = ram[file].size
    do throws(HostFile.Failure) {
      if isHost, ram[file].isResized {
        // What a file was cut by must not come back when it has become longer again.
        try hostFile(file).resize(ram[file].hostSize)
        try hostFile(file).resize(size)
        ram[file].hostSize = size
        ram[file].isResized = false
      }
      var at: UInt64 = 0
      while let (index, _) = ram[file].pages.next(from: at, ram) {
        at = index + 1
        guard let pfn = cachedPage(file, index), index << 12 < size,
          ram[frames.frame(pfn)].flags & ram.pageFlags.dirty != 0
        else { continue }
        if isHost { try writeBack(file, index, pfn) }
        ram[frames.frame(pfn)].flags &= ~ram.pageFlags.dirty
        written += 1
      }
    } catch {
      throw Refusal(.errno(.EIO), .hostFile, 0, UInt64(error.code))
    }
    return written
  }

  private func writeBack(
    _ file: Ref<File>, _ index: UInt64, _ pfn: UInt32
  ) throws(HostFile.Failure) {
    let count = Int(min(4096, ram[file].size - index << 12))
    try unsafe ram.withFrame(pfn) { bytes throws(HostFile.Failure) in
      // Safe: part of the frame.
      try unsafe hostFile(file).write(
        UnsafeRawBufferPointer(rebasing: bytes[0..<count]), at: index << 12)
    }
  }
}
