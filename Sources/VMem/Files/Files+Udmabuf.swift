/// Making buffers of pages of memfds.
extension Files {
  /// Carries out `Machine.udmabufLimits`.
  var udmabufLimits: (list: UInt32, sizeMB: UInt32) {
    get { (ram[ram.files].udmabuf.list, ram[ram.files].udmabuf.sizeMB) }
    nonmutating set {
      ram[ram.files].udmabuf.list = newValue.list
      ram[ram.files].udmabuf.sizeMB = newValue.sizeMB
    }
  }

  /// Carries out `Machine.createUdmabuf`.
  package func createUdmabuf(
    _ item: UdmabufItem, closesOnExec: Bool = false
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    return try createUdmabuf(checked: [item], closesOnExec)
  }

  /// Carries out `Machine.createUdmabuf`.
  package func createUdmabuf(
    list items: [UdmabufItem], closesOnExec: Bool = false
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let limit = ram[ram.files].udmabuf.list
    guard items.count <= limit else {
      throw Refusal(.errno(.EINVAL), .tooManyItems, UInt64(items.count), UInt64(limit))
    }
    return try createUdmabuf(checked: items, closesOnExec)
  }

  private func createUdmabuf(
    checked items: [UdmabufItem], _ closesOnExec: Bool
  ) throws(Refusal) -> UInt64 {
    mightSleep(.udmabuf_create)
    try checkSizes(items)
    guard !ram.fails(.kmalloc), let buffer = caches.allocate(DmaBuf.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    ram[buffer] = DmaBuf()
    do throws(Refusal) {
      for item in items { try pin(item, buffer) }
    } catch {
      unpin(buffer)
      caches.free(buffer)
      throw error
    }
    ram[buffer].closesOnExec = closesOnExec
    ram[ram.files].buffersMade += 1
    ram[buffer].number = ram[ram.files].buffersMade
    ram[ram.files].buffers.insert(buffer, ram)
    return address(of: buffer)
  }

  private func checkSizes(_ items: [UdmabufItem]) throws(Refusal) {
    let limit = UInt64(ram[ram.files].udmabuf.sizeMB) << 8
    var pages: UInt64 = 0
    for item in items {
      guard (item.offset | item.size) & 4095 == 0 else {
        throw Refusal(.errno(.EINVAL), .itemNotAligned, item.offset, item.size)
      }
      pages += item.size >> 12
      guard pages <= limit else {
        throw Refusal(.errno(.EINVAL), .bufferTooLarge, pages, limit)
      }
    }
    guard pages > 0 else { throw Refusal(.errno(.EINVAL), .zeroPages) }
  }

  /// Takes a reference on each page of an item and lists it.
  private func pin(_ item: UdmabufItem, _ buffer: Ref<DmaBuf>) throws(Refusal) {
    guard let file = findFile(item.memfd), ram[file].isOpen, ram[file].isMemfd else {
      throw Refusal(.errno(.EBADFD), .noMemfd, item.memfd)
    }
    guard !has(.udmabufNoHugetlb) || ram[file].kind != .hugetlb else {
      throw Refusal(.errno(.EBADFD), .hugeMemfd, item.memfd)
    }
    let seals = ram[file].seals
    guard seals.contains(.shrink), seals.isDisjoint(with: [.write, .futureWrite]) else {
      throw Refusal(.errno(.EINVAL), .sealsForbid, UInt64(seals.rawValue))
    }
    let pinsFolios = has(.udmabufFolios)
    guard item.size > 0 || !pinsFolios else {
      throw Refusal(.errno(.EINVAL), .zeroLength)
    }
    guard item.offset <= File.maximumSize || pinsFolios else {
      throw Refusal(.errno(.EFBIG), .fileTooLarge, item.offset)
    }
    let last = item.offset &+ item.size &- 1
    guard !pinsFolios || item.offset <= last && last < ram[file].size else {
      throw Refusal(.errno(.EINVAL), .behindFileEnd, last >> 12, ram[file].size)
    }
    let first = item.offset >> 12
    for index in first..<first + item.size >> 12 {
      guard index < ram[file].sizeInPages else {
        throw Refusal(.errno(.EINVAL), .behindFileEnd, index, ram[file].size)
      }
      if ram[file].kind == .hugetlb, !pinsFolios, cachedPage(file, index) == nil {
        throw Refusal(.errno(.EINVAL), .pageNotResident, index)
      }
      let pfn = try readIn(file, index)
      let position = UInt64(ram[buffer].pageCount)
      guard ram[buffer].pages.store(position, pfn, ram) else {
        throw Refusal(.errno(.ENOMEM), .noFrames, 1)
      }
      ram[frames.frame(pfn)].addReferences(1)
      ram[buffer].pageCount += 1
    }
  }

  /// How often buffers list a frame.
  func pins(_ pfn: UInt32) -> Int64 {
    var count: Int64 = 0
    forEachBuffer { buffer in
      for position in 0..<UInt64(ram[buffer].pageCount)
      where ram[buffer].pages.value(position, ram) == pfn { count += 1 }
    }
    return count
  }

  private func unpin(_ buffer: Ref<DmaBuf>) {
    for position in 0..<UInt64(ram[buffer].pageCount) {
      users.dropReference(ram[buffer].pages.value(position, ram))
    }
    ram[buffer].pages.removeAll(ram)
    ram[buffer].pageCount = 0
  }

  // MARK: Buffers

  func address(of buffer: Ref<DmaBuf>) -> UInt64 { map.pageOffset + buffer.physicalAddress }

  func forEachBuffer(_ body: (Ref<DmaBuf>) -> Void) { ram[ram.files].buffers.forEach(ram, body) }

  func findBuffer(_ address: UInt64) -> Ref<DmaBuf>? {
    ram[ram.files].buffers.object(at: address &- map.pageOffset, ram)
  }

  /// The buffer at an address; refuses with -EINVAL where there is none (`dma_buf_get`).
  func buffer(at address: UInt64) throws(Refusal) -> Ref<DmaBuf> {
    if let buffer = findBuffer(address), ram[buffer].isOpen { return buffer }
    throw Refusal(.errno(.EINVAL), .noBuffer, address)
  }

  /// Whether an address stands for a buffer.
  package func isBuffer(_ address: UInt64) -> Bool { (try? buffer(at: address)) != nil }

  /// Calls `body` for every buffer, the newest first.
  package func forEachBuffer(_ body: (_ address: UInt64, DmaBuf) -> Void) {
    forEachBuffer { body(address(of: $0), ram[$0]) }
  }

  /// The frames of a buffer's pages, in its order.
  package func pages(ofBuffer address: UInt64) throws(Refusal) -> [UInt64] {
    guard let buffer = findBuffer(address) else {
      throw Refusal(.errno(.EINVAL), .noBuffer, address)
    }
    return (0..<UInt64(ram[buffer].pageCount)).map { UInt64(ram[buffer].pages.value($0, ram)) }
  }

  /// Carries out `Machine.closeBuffer`.
  package func closeBuffer(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let buffer = try buffer(at: address)
    guard ram[buffer].references > 1 || ram[buffer].mapCount == 0 else {
      throw bug(.dma_buf_release, .bufferMapped, address, ram[buffer].address)
    }
    ram[buffer].isOpen = false
    drop(buffer)
  }

  func drop(_ buffer: Ref<DmaBuf>) {
    ram[buffer].references -= 1
    guard ram[buffer].references == 0 else { return }
    if ram[buffer].mapCount > 0 {
      // The last user mapping has gone already.
      _ = bug(.dma_buf_release, .bufferMapped, address(of: buffer), ram[buffer].address)
      ram[buffer].mapCount = 1
      try? unmapBuffer(buffer)
    }
    ram[ram.files].buffers.remove(buffer, ram)
    unpin(buffer)
    caches.free(buffer)
  }

  // MARK: Into the kernel

  /// Carries out `Machine.mapBuffer`.
  package func mapBuffer(_ address: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let buffer = try buffer(at: address)
    mightSleep(.dma_buf_vmap)
    guard has(.udmabufVmap) else { throw Refusal(.errno(.EINVAL), .noBufferMap) }
    if ram[buffer].mapCount > 0 {
      ram[buffer].mapCount += 1
      return ram[buffer].address
    }
    var pages = try pages(ofBuffer: address)
    if has(.udmabufHeadPage) {
      pages = pages.map {
        $0 & ~(UInt64(1) << UInt64(ram[frames.frame(UInt32($0))].order) - 1)
      }
    }
    do throws(Refusal) {
      if has(.udmabufVmapPFN) {
        ram[buffer].address = try mappings.vmapPFN(pages[0], count: UInt64(pages.count))
      } else {
        ram[buffer].address = try mappings.vmMapRAM(pages)
      }
    } catch {
      throw Refusal(.errno(.EINVAL), as: error)
    }
    ram[buffer].mapCount = 1
    return ram[buffer].address
  }

  /// Carries out `Machine.unmapBuffer`.
  package func unmapBuffer(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let buffer = try buffer(at: address)
    guard ram[buffer].mapCount > 0 else { throw bug(.dma_buf_vunmap, .bufferNotMapped, address) }
    try unmapBuffer(buffer)
  }

  private func unmapBuffer(_ buffer: Ref<DmaBuf>) throws(Refusal) {
    ram[buffer].mapCount -= 1
    guard ram[buffer].mapCount == 0 else { return }
    let address = ram[buffer].address
    ram[buffer].address = 0
    try mappings.vmUnmapRAM(address, count: UInt64(ram[buffer].pageCount))
  }

  /// Carries out `Machine.syncBuffer`.
  package func syncBuffer(_ address: UInt64, flags: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let buffer = try buffer(at: address)
    guard flags & ~7 == 0, flags & 3 != 0 else {
      throw Refusal(.errno(.EINVAL), .syncFlags, flags)
    }
    if flags & 4 == 0 {
      ram[buffer].hasTable = true
    } else if !ram[buffer].hasTable {
      throw Refusal(.errno(.EINVAL), .noSyncTable)
    }
  }
}
