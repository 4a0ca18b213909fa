/// Files and dma-bufs in user address spaces.
extension Files {
  /// Carries out `Machine.mmapFile`.
  package func mmapFile(
    _ mm: UInt64, _ object: UInt64, offset: UInt64, _ request: MmapRequest
  ) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    var request = request
    guard offset & 4095 == 0 else { throw Refusal(.errno(.EINVAL), .offsetNotAligned, offset) }
    request.offset = offset >> 12
    let size = (request.length &+ 4095) & ~4095
    if let buffer = findBuffer(object), ram[buffer].isOpen {
      guard request.length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
      let pages = UInt64(ram[buffer].pageCount)
      guard request.offset <= pages, size >> 12 <= pages - request.offset else {
        throw Refusal(.errno(.EINVAL), .behindFileEnd, request.offset + size >> 12, pages << 12)
      }
      guard request.isShared else { throw Refusal(.errno(.EINVAL), .bufferNotShared) }
      request.kind = .buffer
      if has(.udmabufPFNMap) { request.added = [.pfnMap, .dontExpand, .dontDump] }
      request.object = buffer.granule
      return try users.mmap(mm, request)
    }
    let file = try file(at: object)
    request.kind = .file
    request.object = file.granule
    if ram[file].kind == .hugetlb, (size | offset) % (File.hugePages << 12) != 0 {
      throw Refusal(.errno(.EINVAL), .notWholeHugePages, size | offset)
    }
    if request.isShared, !ram[file].seals.isDisjoint(with: [.write, .futureWrite]) {
      guard !request.rights.contains(.write) else {
        throw Refusal(.errno(.EPERM), .sealed, UInt64(ram[file].seals.rawValue))
      }
      request.removed.insert(.mayWrite)
    }
    return try users.mmap(mm, request)
  }

  /// What `/proc/PID/maps` says of a file.
  func mappedFile(_ file: Ref<File>) -> MappedFile {
    let inode = UInt64(ram[file].number)
    switch ram[file].kind {
    case .host:
      return MappedFile(device: "08:01", inode: inode, path: "/", hostPath: hostPath(file))
    case .anonymous: return MappedFile(device: "00:02", inode: inode, path: "/file (deleted)")
    case .memfd: return MappedFile(device: "00:01", inode: inode, path: "/memfd: (deleted)")
    case .hugetlb: return MappedFile(device: "00:0f", inode: inode, path: "/memfd: (deleted)")
    case .zero: return MappedFile(device: "00:01", inode: inode, path: "/dev/zero (deleted)")
    }
  }

  /// The page of a file or a buffer behind an address, with a reference for the user's entry. Behind
  /// the end, and where the host's file cannot be read, it is SIGBUS.
  func filePage(_ mapping: UserMapping, _ address: UInt64) throws(Refusal) -> UInt32 {
    let index = mapping.offset &+ (address - mapping.start) >> 12
    let pfn: UInt32
    if mapping.kind == .buffer {
      let buffer = Ref<DmaBuf>(granule: mapping.object)
      guard index < UInt64(ram[buffer].pageCount) else {
        throw Refusal(
          .signal(.SIGBUS), .behindFileEnd, index, UInt64(ram[buffer].pageCount) << 12)
      }
      pfn = ram[buffer].pages.value(index, ram)
      // These kernels count the mapping in the struct page of the page itself.
      if !has(.udmabufFolios), hasSharedStructPage(pfn) {
        // The page's _mapcount.
        let address = pageSets.structPageAddress(UInt64(pfn)) &+ 48
        logPageFault(.page_add_file_rmap, address, [.present, .write])
        throw Refusal(.bug, .sharedStructPage, UInt64(pfn))
      }
    } else {
      let file = Ref<File>(granule: mapping.object)
      guard index < ram[file].sizeInPages else {
        throw Refusal(.signal(.SIGBUS), .behindFileEnd, index, ram[file].size)
      }
      do throws(Refusal) {
        pfn = try readIn(file, index)
      } catch {
        guard error.outcome == .errno(.EIO) else { throw error }
        throw Refusal(.signal(.SIGBUS), as: error)
      }
    }
    ram[frames.frame(pfn)].addReferences(1)
    return pfn
  }

  /// Maps a buffer's frame at an address, without a reference, and with `udmabufPrefault` those of all
  /// the mapping that are not mapped yet, until one cannot be. The corresponding kernel function is
  /// `udmabuf_vm_fault`.
  func mapFrames(
    _ space: Ref<UserSpace>, _ mapping: UserMapping, _ address: UInt64
  ) throws(Refusal) {
    let buffer = Ref<DmaBuf>(granule: mapping.object)
    let tables = users.tables(of: space)
    let count = UInt64(ram[buffer].pageCount)
    let index = mapping.offset &+ (address - mapping.start) >> 12
    guard index < count else {
      throw Refusal(.signal(.SIGBUS), .behindFileEnd, index, count << 12)
    }
    func map(_ at: UInt64) throws(Refusal) {
      let slot = try users.userSlot(tables, at)
      guard slot.entry.isNone else { return }
      let index = mapping.offset &+ (at - mapping.start) >> 12
      slot.entry = Entry(
        pfn: UInt64(ram[buffer].pages.value(index, ram)),
        Protection(bits: mapping.protection.bits | Entry.special))
    }
    try map(address)
    guard has(.udmabufPrefault) else { return }
    do throws(Refusal) {
      for at in stride(from: mapping.start, to: mapping.end, by: 4096) { try map(at) }
    } catch {}
  }

  func openedFile(_ mapping: UserMapping) {
    if mapping.kind == .buffer {
      ram[Ref<DmaBuf>(granule: mapping.object)].references += 1
    } else {
      let file = Ref<File>(granule: mapping.object)
      ram[file].references += 1
      if mapping.flags.isSuperset(of: [.shared, .mayWrite]) { ram[file].writers += 1 }
    }
  }

  func closedFile(_ mapping: UserMapping) {
    if mapping.kind == .buffer {
      drop(Ref<DmaBuf>(granule: mapping.object))
    } else {
      let file = Ref<File>(granule: mapping.object)
      if mapping.flags.isSuperset(of: [.shared, .mayWrite]) { ram[file].writers -= 1 }
      drop(file)
    }
  }

  /// Takes pages of a file out of all user address spaces, with the copies that programs have made of
  /// them. The corresponding kernel function is `unmap_mapping_range`.
  func zapFile(_ file: Ref<File>, from first: UInt64, to end: UInt64) {
    users.zap(.file, object: file.granule, pages: first..<max(first, end))
  }

  /// User mappings of a file, and those among them that are shared and may write.
  func users(of file: Ref<File>) -> (writers: UInt32, mappings: UInt32) {
    var found: (writers: UInt32, mappings: UInt32) = (0, 0)
    users.forEachSpace { space in
      users.forEachMapping(of: space) { mapping in
        guard ram[mapping].kind == .file, ram[mapping].object == file.granule else { return }
        found.mappings += 1
        if ram[mapping].flags.isSuperset(of: [.shared, .mayWrite]) { found.writers += 1 }
      }
    }
    return found
  }

  func users(of buffer: Ref<DmaBuf>) -> UInt32 {
    var found: UInt32 = 0
    users.forEachSpace { space in
      users.forEachMapping(of: space) { mapping in
        if ram[mapping].kind == .buffer, ram[mapping].object == buffer.granule { found += 1 }
      }
    }
    return found
  }

  /// Notes in its frame what programs have written to a page of a file, so that it is written back
  /// (`folio_mkclean`).
  func gatherDirty(_ file: Ref<File>) {
    users.forEachSpace { space in
      users.forEachMapping(of: space) { mapping in
        let range = ram[mapping]
        guard range.kind == .file, range.object == file.granule, range.flags.contains(.shared)
        else { return }
        for address in stride(from: range.start, to: range.end, by: 4096) {
          guard let slot = users.slot(users.tables(of: space), address), slot.entry.isPresent,
            slot.entry.isDirty
          else { continue }
          ram[frames.frame(UInt32(truncatingIfNeeded: slot.entry.pfn))].flags |= ram.pageFlags.dirty
          slot.entry = Entry(bits: slot.entry.bits & ~Entry.dirty)
          FlushObligation(ram, address, address + 4096).flush(space)
        }
      }
    }
  }
}
