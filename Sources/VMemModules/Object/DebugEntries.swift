/// What a unit of `.debug_info` says of itself.
struct DebugUnit {
  let version: UInt64
  let offsetSize: Int
  /// Where its line table begins in `.debug_line`.
  var lines: UInt64?
  /// Address that its ranges count from.
  var base: UInt64 = 0
  /// Where its part of `.debug_addr` and of `.debug_rnglists` begins.
  var addresses: UInt64 = 8
  var rangeLists: UInt64 = 12
}

/// Attributes of an entry that matter for where its code is, and what called it.
struct DebugEntry {
  var tag: UInt64 = 0
  var hasChildren = false
  var lowest: DebugValue?
  var highest: DebugValue?
  var ranges: DebugValue?
  var callFile: UInt64?
  var callLine: UInt64?

  static let inlinedSubroutine: UInt64 = 0x1d
}

/// A number, and how it was written: its meaning can depend on that.
struct DebugValue {
  let number: UInt64
  let form: UInt64

  /// An index into `.debug_addr` (`DW_FORM_addrx` and its kind).
  var isAddressIndex: Bool { form == 0x1b || (0x29...0x2c).contains(form) }
  var isAddress: Bool { form == 0x01 || isAddressIndex }
}

/// The shapes that entries of a unit have (`.debug_abbrev`).
struct DebugShapes {
  struct Shape {
    let tag: UInt64
    let hasChildren: Bool
    let fields: [(attribute: UInt64, form: UInt64, constant: Int64)]
  }

  private(set) var shapes: [UInt64: Shape] = [:]

  /// - Parameter bytes: the section from the unit's shapes on.
  init(_ bytes: ObjectBytes) throws(ObjectError) {
    var bytes = bytes
    while case let code = try bytes.unsigned(), code != 0 {
      let tag = try bytes.unsigned()
      let hasChildren = try bytes.number(1) != 0
      var fields: [(attribute: UInt64, form: UInt64, constant: Int64)] = []
      while true {
        let (attribute, form) = (try bytes.unsigned(), try bytes.unsigned())
        // An implicit constant stands here.
        let constant = form == 0x21 ? try bytes.signed() : 0
        if attribute == 0, form == 0 { break }
        fields.append((attribute, form, constant))
      }
      shapes[code] = Shape(tag: tag, hasChildren: hasChildren, fields: fields)
    }
  }
}

extension ObjectBytes {
  /// The value of an attribute: 0 for one that is not a number.
  mutating func value(
    _ form: UInt64, _ constant: Int64, _ unit: DebugUnit
  ) throws(ObjectError) -> UInt64 {
    switch form {
    case 0x0b, 0x0c, 0x11, 0x25, 0x29: return try number(1)
    case 0x05, 0x12, 0x26, 0x2a: return try number(2)
    case 0x27, 0x2b:
      let low = try number(2)
      return low | (try number(1) << 16)
    case 0x06, 0x13, 0x1c, 0x28, 0x2c: return try number(4)
    case 0x01, 0x07, 0x14, 0x20, 0x24: return try number(8)
    case 0x0d: return UInt64(bitPattern: try signed())
    case 0x0f, 0x15, 0x1a, 0x1b, 0x22, 0x23: return try unsigned()
    case 0x0e, 0x10, 0x17, 0x1d, 0x1f, 0x1f20, 0x1f21: return try number(unit.offsetSize)
    case 0x19: return 1
    case 0x21: return UInt64(bitPattern: constant)
    case 0x08: _ = try text()
    case 0x1e: try skip(16)
    case 0x0a: try skip(try number(1))
    case 0x03: try skip(try number(2))
    case 0x04: try skip(try number(4))
    case 0x09, 0x18: try skip(try unsigned())
    case 0x16: return try value(try unsigned(), 0, unit)
    default: throw ObjectError(.lineForm, form)
    }
    return 0
  }

  /// The next entry; nil for the end of a list of entries. The unit's own entry fills in what the unit is.
  mutating func entry(
    _ shapes: DebugShapes, _ unit: inout DebugUnit
  ) throws(ObjectError) -> DebugEntry? {
    let code = try unsigned()
    guard code != 0 else { return nil }
    guard let shape = shapes.shapes[code] else { throw ObjectError(.lineHeader, code) }
    var entry = DebugEntry(tag: shape.tag, hasChildren: shape.hasChildren)
    for (attribute, form, constant) in shape.fields {
      let number = try value(form, constant, unit)
      switch attribute {
      case 0x10: unit.lines = number
      case 0x11: entry.lowest = DebugValue(number: number, form: form)
      case 0x12: entry.highest = DebugValue(number: number, form: form)
      case 0x55: entry.ranges = DebugValue(number: number, form: form)
      case 0x58: entry.callFile = number
      case 0x59: entry.callLine = number
      case 0x73: unit.addresses = number
      case 0x74: unit.rangeLists = number
      default: break
      }
    }
    return entry
  }
}
