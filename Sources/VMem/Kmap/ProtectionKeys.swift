/// Supervisor protection keys (PKS): which key a page has stands in bits 59 to 62 of its entry,
/// what a key allows in a register of each CPU, so that rights change without a flush.
public enum ProtectionKeys {
  package static let count = 16
  /// PKRS as a task begins with it: only key 0 is open.
  package static let initial: UInt32 = 0x5555_5554

  /// The key of every page that has no other.
  package static let `default`: UInt64 = 0
  /// The key of pages that only kmap_local opens (`PKS_KEY_PGMAP_PROTECTION`).
  package static let protected: UInt64 = 2

  /// What a key allows.
  public enum Access: UInt32, CaseIterable, Sendable {
    case readWrite = 0
    /// AD: neither reading nor writing.
    case none = 1
    /// WD: no writing.
    case read = 2

    /// The word that `pks_set` takes.
    package var name: StaticString {
      switch self {
      case .readWrite: "rw"
      case .none: "none"
      case .read: "r"
      }
    }
  }

  /// What a register says of a key. AD forbids everything, whatever WD says.
  package static func access(_ register: UInt32, _ key: UInt64) -> Access {
    let bits = register >> UInt32(2 * key) & 3
    return bits & 1 != 0 ? .none : bits & 2 != 0 ? .read : .readWrite
  }

  static func set(_ register: UInt32, _ key: UInt64, _ access: Access) -> UInt32 {
    register & ~(3 << UInt32(2 * key)) | access.rawValue << UInt32(2 * key)
  }

  /// Error code of a page fault by a key: present, write where it is one, and the PK bit.
  package static func errorCode(writing: Bool) -> UInt64 { writing ? 0x23 : 0x21 }
}
