/// A C type of the kernel, as debug information describes it. Types refer to each other by their
/// place in a `TypeTable`.
struct KernelType {
  /// A member of a structure or a union; an anonymous one has no name.
  struct Member {
    var name: String
    var type: Int
    /// Bytes from the start of the structure.
    var offset: Int
    /// Of a bit field: its first bit in `type`, and bits.
    var bits: Range<Int>?
  }

  enum Kind {
    /// An arithmetic type; `encoding` is DWARF's (`DW_ATE_*`).
    case base(encoding: UInt8)
    /// A structure or union; one that is only named has no size.
    case structure(isUnion: Bool, members: [Member], isComplete: Bool)
    case enumeration([(name: String, value: Int)])
    case alias(Int)
    /// nil points at void.
    case pointer(Int?)
    /// nil has no number of elements (a flexible array).
    case array(Int, count: Int?)
  }

  /// Without `struct`, `union` or `enum`; empty for a type without a name.
  var name: String
  var kind: Kind
  /// Bytes.
  var size: Int
  var alignment: Int
}

/// A variable or function of the kernel's image.
struct KernelSymbol {
  enum Section: CaseIterable { case text, initText, readOnly, data }

  let name: String
  let section: Section
  /// The type of a variable; nil for a function.
  let type: Int?
  /// Bytes.
  let size: Int
  let alignment: Int
}
