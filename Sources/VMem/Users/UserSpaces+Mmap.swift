/// What mmap is asked for.
public struct MmapRequest: Sendable {
  /// Bytes; rounded up to pages.
  public var length: UInt64
  /// Where it should be, rounded down to pages; another place is taken where that is not free. Null
  /// for no wish.
  public var place: VirtualAddress {
    get { VirtualAddress(hint) }
    set { hint = newValue.bits }
  }
  package var hint: UInt64 = 0
  /// Whether it must be exactly there, and replaces what is (`MAP_FIXED`).
  public var isFixed = false
  /// read, write, exec: `PROT_*`.
  public var rights: UserMappingFlags = [.read, .write]
  /// `MAP_SHARED` instead of `MAP_PRIVATE`.
  public var isShared = false
  /// Shared anonymous memory gets a file of its own behind it.
  public var kind: UserMappingKind
  /// Granule of the object behind it, and its page that comes first.
  var object: UInt32 = 0
  var offset: UInt64 = 0
  /// What the object's `f_op->mmap` adds to the flags, and takes from them.
  var added: UserMappingFlags = []
  var removed: UserMappingFlags = []

  public init(_ kind: UserMappingKind, length: UInt64) {
    self.kind = kind
    self.length = length
  }
}

/// Making user mappings.
extension UserSpaces {
  /// Carries out `Machine.mmap`.
  package func mmap(_ mm: UInt64, _ request: MmapRequest) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let space = try userSpace(at: mm)
    mightSleep(.do_mmap)
    var request = request
    let isZero = request.kind == .anonymous && request.isShared
    if isZero { request.kind = .file }
    guard request.length > 0 else { throw Refusal(.errno(.EINVAL), .zeroLength) }
    let size = (request.length &+ 4095) & ~4095
    guard size != 0 else { throw Refusal(.errno(.ENOMEM), .noUserRoom, request.length) }
    guard ram[space].count <= UserSpace.maximumCount else {
      throw Refusal(.errno(.ENOMEM), .tooManyMappings, UInt64(ram[space].count))
    }
    var mapping = UserMapping(request.kind)
    mapping.start = try unmappedAreaOrFixed(space, request, size)
    mapping.end = mapping.start + size
    mapping.flags = Self.flags(of: request)
    mapping.object = request.object
    mapping.offset = request.kind == .anonymous ? mapping.start >> 12 : request.offset
    if mapping.flags.contains(.account) { try promise(size >> 12) }
    if request.isFixed { try cutOut(space, mapping.start, mapping.end) }
    let zero = isZero ? try files.makeZeroFile(size: size) : nil
    if let zero { mapping.object = zero.granule }
    // The mapping alone keeps it.
    defer { if let zero { files.drop(zero) } }
    guard add(mapping, to: space) != nil else { throw Refusal(.errno(.ENOMEM), .noDescriptor) }
    return mapping.start
  }

  private static func flags(of request: MmapRequest) -> UserMappingFlags {
    var flags = request.rights.union(.mayAccess).union(request.added)
    if request.isShared { flags.formUnion([.shared, .mayShare]) }
    if !flags.contains(.shared), flags.contains(.write) { flags.insert(.account) }
    return flags.subtracting(request.removed)
  }

  /// Memory may be promised that is no more than RAM (`__vm_enough_memory`, the heuristic).
  func promise(_ pages: UInt64) throws(Refusal) {
    let most = UInt64(ram[Superblock.ref].managedFrames)
    guard pages <= most else { throw Refusal(.errno(.ENOMEM), .morePagesThanRAM, pages, most) }
  }

  // MARK: Places

  /// `__get_unmapped_area`.
  private func unmappedAreaOrFixed(
    _ space: Ref<UserSpace>, _ request: MmapRequest, _ size: UInt64
  ) throws(Refusal) -> UInt64 {
    guard size <= map.taskSize else {
      throw Refusal(.errno(.ENOMEM), .noUserRoom, request.length)
    }
    let start =
      request.isFixed ? request.hint : try unmappedArea(space, request, size)
    try checkPlace(start, size)
    return start
  }

  /// Whether a mapping may be there.
  func checkPlace(_ start: UInt64, _ size: UInt64) throws(Refusal) {
    guard start <= map.taskSize &- size else {
      throw Refusal(.errno(.ENOMEM), .notUserRange, size, start, map.taskSize)
    }
    guard start & 4095 == 0 else { throw Refusal(.errno(.EINVAL), .addressNotAligned, start) }
    guard start >= AddressMap.mmapMinimum else {
      throw Refusal(.errno(.EPERM), .belowMinimum, start, AddressMap.mmapMinimum)
    }
  }

  /// A hint as the search gets it (`round_hint_to_min`).
  static func rounded(hint: UInt64) -> UInt64 {
    hint & ~4095 == 0 ? 0 : max(hint & ~4095, AddressMap.mmapMinimum)
  }

  /// Where a mapping goes: at its hint, else in the highest hole below `mmap_base`, else in the lowest
  /// above a third of the addresses (`arch_get_unmapped_area_topdown`).
  func place(_ space: Ref<UserSpace>, _ size: UInt64, _ hint: UInt64) -> UInt64? {
    let hint = Self.rounded(hint: hint)
    if hint != 0, hint <= map.taskSize - size, !isMapped(space, hint, hint + size) { return hint }
    let beyond = hint > AddressMap.mapWindow ? map.taskSize - AddressMap.mapWindow : 0
    let third = (AddressMap.mapWindow / 3 + 4095) & ~4095
    let tree = mappings(of: space)
    return tree.place(
      .init(
        size: size, from: AddressMap.mmapMinimum, to: AddressMap.mmapBase + beyond, highest: true))
      ?? tree.place(
        .init(size: size, from: third, to: AddressMap.mapWindow + beyond, highest: false))
  }
}
