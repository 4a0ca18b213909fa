/// What stands behind a user mapping: the kernel's `vm_operations_struct`, case by case.
///
/// A new kind is a new case; the compiler then names every place where kinds differ: who serves a
/// fault, what splitting and moving answer, where the mapping goes, who counts it, its name.
public enum UserMappingKind: UInt8, CaseIterable, Sendable {
  /// Memory of the program alone, zeroed.
  case anonymous
  /// A device file, whose driver inserts pages when it likes.
  case device
  /// A bpf arena: the object is its `Arena`.
  case arena
  /// A file, page by page.
  case file
  /// A dma-buf.
  case buffer
}

/// What a mapping is of, as `/proc/PID/maps` has it.
package struct MappedFile: Sendable {
  package let device: StaticString
  package let inode: UInt64
  /// Empty for memory of the program alone.
  package let path: StaticString
  /// The path of a file of the host.
  package var hostPath: [UInt8] = []
}

extension UserSpaces {
  func file(of mapping: UserMapping) -> MappedFile {
    switch mapping.kind {
    case .anonymous, nil: return MappedFile(device: "00:00", inode: 0, path: "")
    case .device: return MappedFile(device: "00:06", inode: 1, path: "/dev/vmemctl")
    case .arena: return MappedFile(device: "00:0e", inode: 2, path: "anon_inode:bpf-map")
    case .file: return files.mappedFile(Ref(granule: mapping.object))
    case .buffer:
      let inode = UInt64(ram[Ref<DmaBuf>(granule: mapping.object)].number)
      return MappedFile(device: "00:06", inode: inode, path: "/dmabuf:")
    }
  }

  /// The page behind an address where no entry is, with a reference for the entry that is to come; nil
  /// for memory of the program's own. The corresponding kernel function is `vm_ops->fault`.
  func pageBehind(
    _ mapping: UserMapping, _ address: UInt64
  ) throws(Refusal) -> UInt32? {
    switch mapping.kind {
    case .anonymous, nil: return nil
    // A file without that function.
    case .device: throw Refusal(.signal(.SIGBUS), .nothingBehind, address)
    case .arena:
      let page = (address - mapping.start) >> 12 + mapping.offset
      return try arenas.arenaPage(
        Ref(granule: mapping.object), address, page: UInt32(truncatingIfNeeded: page))
    case .file, .buffer: return try files.filePage(mapping, address)
    }
  }

  /// Whether a mapping may become two. The corresponding kernel function is `vm_ops->may_split`.
  func maySplit(_ mapping: UserMapping, at address: UInt64) throws(Refusal) {
    switch mapping.kind {
    case .anonymous, .device, .file, .buffer, nil: break
    case .arena:
      if has(.arenaWhole) { throw Refusal(.errno(.EINVAL), .arenaStaysWhole, address) }
    }
  }

  /// Whether mremap may move a mapping. The corresponding kernel function is `vm_ops->mremap`.
  func mayMove(_ mapping: UserMapping) throws(Refusal) {
    switch mapping.kind {
    case .anonymous, .device, .file, .buffer, nil: break
    case .arena:
      if has(.arenaWhole) { throw Refusal(.errno(.EINVAL), .arenaStaysWhole, mapping.start) }
    }
  }

  /// A mapping begins to exist: a new one, the second part of a split, a fork's copy. The corresponding
  /// kernel functions are `vm_ops->open` and `get_file`.
  func opened(_ mapping: UserMapping) {
    switch mapping.kind {
    case .anonymous, .device, nil: break
    case .arena: arenas.countMapping(Ref(granule: mapping.object), 1)
    case .file, .buffer: files.openedFile(mapping)
    }
  }

  /// A mapping is gone, and so are its pages. The corresponding kernel functions are `vm_ops->close`
  /// and `fput`.
  func closed(_ mapping: UserMapping) {
    switch mapping.kind {
    case .anonymous, .device, nil: break
    case .arena: arenas.countMapping(Ref(granule: mapping.object), -1)
    case .file, .buffer: files.closedFile(mapping)
    }
  }

  /// Where a new mapping goes that is not fixed, in bytes. The corresponding kernel function is
  /// `file->f_op->get_unmapped_area`.
  func unmappedArea(
    _ space: Ref<UserSpace>, _ request: MmapRequest, _ size: UInt64
  ) throws(Refusal) -> UInt64 {
    switch request.kind {
    case .anonymous, .device, .arena, .file, .buffer:
      guard let start = place(space, size, request.hint) else {
        throw Refusal(.errno(.ENOMEM), .noUserRoom, request.length)
      }
      return start
    }
  }

  /// Clears pages of an object in every mapping of it, flushes the TLBs that may know them, and drops
  /// the entries' references. The corresponding kernel functions are `zap_page_range_single` and
  /// `unmap_mapping_range`.
  func zap(_ kind: UserMappingKind, object: UInt32, pages: Range<UInt64>) {
    forEachSpace { zap(kind, object: object, pages: pages, in: $0) }
  }

  /// As above, in one address space.
  func zap(
    _ kind: UserMappingKind, object: UInt32, pages: Range<UInt64>, in space: Ref<UserSpace>
  ) {
    forEachMapping(of: space) { mapping in
      let range = ram[mapping]
      guard range.kind == kind, range.object == object, range.isListed else { return }
      let low = max(pages.lowerBound, range.offset)
      let high = min(pages.upperBound, range.offset &+ range.pages)
      guard low < high else { return }
      zap(
        space, range.start + (low - range.offset) << 12,
        range.start + (high - range.offset) << 12)
    }
  }
}
