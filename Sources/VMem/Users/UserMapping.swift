/// A range of user addresses: the kernel's `vm_area_struct`.
package struct UserMapping: SlabObject, Sendable {
  static var cache: Int { 8 }

  package internal(set) var start: UInt64 = 0
  package internal(set) var end: UInt64 = 0
  /// Page of the object behind it at `start`; of anonymous memory the number of the page where it
  /// was first mapped (`vm_pgoff`).
  package internal(set) var offset: UInt64 = 0
  package internal(set) var flags = UserMappingFlags(rawValue: 0)
  /// Its children in the tree of mappings.
  var left = Ref<UserMapping>.none
  /// Granule of the object behind it, of a type that follows from the kind; 0 for none.
  var object: UInt32 = 0
  /// Number of its `anon_vma`; 0 as long as it has no pages of its own. Of an arena, the number of
  /// the entry that mmap has made in the arena's list (`vm_private_data`).
  var anonymous: UInt32 = 0
  private var rawKind: UInt8 = 0
  /// Whether a fork has made it, so that pages may be its parent's (`anon_vma_chain` of several). Of
  /// an arena, whether the entry names the mapping that this one was copied or cut from.
  var isInherited: UInt8 = 0
  var unused: UInt16 = 0
  var right = Ref<UserMapping>.none
  /// Bytes of the widest hole between those from here downwards in the tree.
  var widest: UInt64 = 0

  /// What stands behind it; nil in a damaged machine.
  package var kind: UserMappingKind? { UserMappingKind(rawValue: rawKind) }

  init(_ kind: UserMappingKind) { rawKind = kind.rawValue }

  var pages: UInt64 { (end &- start) >> 12 }

  /// Attributes of its pages as long as none is its own (`vm_page_prot`): private ones are not
  /// writable. Written pages get the dirty bit from the CPU.
  var protection: Protection {
    guard !flags.isDisjoint(with: .access) else { return .userNone }
    var bits = Entry.present | Entry.user | Entry.accessed
    if flags.isSuperset(of: [.write, .shared]) { bits |= Entry.writable }
    if !flags.contains(.exec) { bits |= Entry.noExecute }
    return Protection(bits: bits)
  }

  /// Whether those who look for the users of its object find it.
  var isListed: Bool { kind != .arena || isInherited == 0 }

  /// Whether a write makes a copy of what is behind it (`is_cow_mapping`).
  var copiesOnWrite: Bool { flags.isDisjoint(with: .shared) && flags.contains(.mayWrite) }

  /// Where a page of its object is mapped; nil when it is not.
  func address(ofPage page: UInt64) -> UInt64? {
    page >= offset && page - offset < pages ? start + (page - offset) << 12 : nil
  }
}

/// Flags of a user mapping, with the kernel's values.
public struct UserMappingFlags: OptionSet, BitwiseCopyable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let read = UserMappingFlags(rawValue: 0x1)
  public static let write = UserMappingFlags(rawValue: 0x2)
  public static let exec = UserMappingFlags(rawValue: 0x4)
  package static let shared = UserMappingFlags(rawValue: 0x8)
  /// What mprotect may give.
  package static let mayRead = UserMappingFlags(rawValue: 0x10)
  package static let mayWrite = UserMappingFlags(rawValue: 0x20)
  package static let mayExec = UserMappingFlags(rawValue: 0x40)
  package static let mayShare = UserMappingFlags(rawValue: 0x80)
  /// A fork does not copy it.
  package static let dontCopy = UserMappingFlags(rawValue: 0x2_0000)
  /// mremap does not let it grow.
  package static let dontExpand = UserMappingFlags(rawValue: 0x4_0000)
  /// Counts as memory that is promised (`VM_ACCOUNT`).
  package static let account = UserMappingFlags(rawValue: 0x10_0000)
  package static let dontDump = UserMappingFlags(rawValue: 0x400_0000)
  /// Frames without regard to their struct pages (`VM_PFNMAP`).
  package static let pfnMap = UserMappingFlags(rawValue: 0x400)
  package static let mixedMap = UserMappingFlags(rawValue: 0x1000_0000)

  /// What programs may do.
  static let access: UserMappingFlags = [.read, .write, .exec]
  static let mayAccess: UserMappingFlags = [.mayRead, .mayWrite, .mayExec]
  /// Mappings with one of them never merge (`VM_SPECIAL`).
  static let special: UserMappingFlags = [.dontExpand, .mixedMap, .pfnMap]
  static let known: UserMappingFlags = [
    .access, .mayAccess, .shared, .mayShare, .dontCopy, .dontExpand, .account, .dontDump,
    .mixedMap, .pfnMap,
  ]
}
