/// The kinds of DWARF entries that describe a kernel, as `.debug_abbrev` lists them.
enum Abbreviation: UInt8, CaseIterable {
  case unit = 1
  case base, structure, anonymousStructure, union, anonymousUnion, incomplete, member
  case anonymousMember, bitField, pointer, voidPointer, array, count, noCount, enumeration
  case anonymousEnumeration, enumerator, alias, variable, function

  /// `DW_TAG_*`, whether entries have children, and pairs of `DW_AT_*` and `DW_FORM_*`.
  private var form: (tag: UInt8, hasChildren: Bool, attributes: [(UInt8, UInt8)]) {
    let name: (UInt8, UInt8) = (0x03, 0x08)
    let type: (UInt8, UInt8) = (0x49, 0x13)
    let size: (UInt8, UInt8) = (0x0b, 0x0f)
    let smallSize: (UInt8, UInt8) = (0x0b, 0x0b)
    let place: (UInt8, UInt8) = (0x38, 0x0f)
    let isExternal: (UInt8, UInt8) = (0x3f, 0x19)
    switch self {
    // Producer, name, language, low_pc, high_pc as a length.
    case .unit:
      return (0x11, true, [(0x25, 0x08), name, (0x13, 0x0b), (0x11, 0x01), (0x12, 0x07)])
    case .base: return (0x24, false, [name, smallSize, (0x3e, 0x0b)])
    case .structure: return (0x13, true, [name, size])
    case .anonymousStructure: return (0x13, true, [size])
    case .union: return (0x17, true, [name, size])
    case .anonymousUnion: return (0x17, true, [size])
    // A declaration.
    case .incomplete: return (0x13, false, [name, (0x3c, 0x19)])
    case .member: return (0x0d, false, [name, type, place])
    case .anonymousMember: return (0x0d, false, [type, place])
    // Bits, and the first of them from the start of the structure.
    case .bitField: return (0x0d, false, [name, type, (0x0d, 0x0b), (0x6b, 0x0f)])
    case .pointer: return (0x0f, false, [type])
    case .voidPointer: return (0x0f, false, [])
    case .array: return (0x01, true, [type])
    case .count: return (0x21, false, [(0x37, 0x0f)])
    case .noCount: return (0x21, false, [])
    case .enumeration: return (0x04, true, [name, smallSize, type])
    case .anonymousEnumeration: return (0x04, true, [smallSize, type])
    case .enumerator: return (0x28, false, [name, (0x1c, 0x0d)])
    case .alias: return (0x16, false, [name, type])
    case .variable: return (0x34, false, [name, type, isExternal, (0x02, 0x18)])
    case .function: return (0x2e, false, [name, isExternal, (0x11, 0x01), (0x12, 0x07)])
    }
  }

  static let table: [UInt8] = {
    var bytes: [UInt8] = []
    for kind in allCases {
      let form = kind.form
      bytes += [kind.rawValue, form.tag, form.hasChildren ? 1 : 0]
      for (attribute, form) in form.attributes { bytes += [attribute, form] }
      bytes += [0, 0]
    }
    return bytes + [0]
  }()
}
