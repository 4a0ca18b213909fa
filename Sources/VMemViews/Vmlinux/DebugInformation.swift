/// DWARF 4 of a kernel's types and symbols: one compilation unit.
struct DebugInformation {
  /// Sections `.debug_info`, `.debug_abbrev` and `.debug_aranges`.
  private(set) var info: [UInt8] = []
  let abbreviations = Abbreviation.table
  private(set) var ranges: [UInt8] = []

  /// Offset of each type's entry, and places that wait for one.
  private var offsets: [UInt32]
  private var waiting: [(at: Int, type: Int)] = []

  init(_ image: KernelImage) {
    offsets = [UInt32](repeating: 0, count: image.table.types.count)
    // Length, version, abbreviations, bytes of an address.
    info.append(little: UInt32(0))
    info.append(little: UInt16(4))
    info.append(little: UInt32(0))
    info.append(8)
    unit(image)
    for (number, type) in image.table.types.enumerated() { entry(number, type) }
    for place in image.places { symbol(place) }
    // The end of the unit's children.
    info.append(0)
    for (at, type) in waiting { info.store(little: offsets[type], at: at) }
    info.store(little: UInt32(info.count - 4), at: 0)
    arrange(image)
  }

  private mutating func unit(_ image: KernelImage) {
    begin(.unit)
    text("vmemctl")
    text("vmlinux")
    // DW_LANG_C99.
    info.append(0x0c)
    let range = image.sections[.text]!.lowerBound..<image.sections[.initText]!.upperBound
    info.append(little: range.lowerBound)
    info.append(little: range.upperBound - range.lowerBound)
  }

  private mutating func entry(_ number: Int, _ type: KernelType) {
    offsets[number] = UInt32(info.count)
    switch type.kind {
    case .base(let encoding):
      begin(.base)
      text(type.name)
      info += [UInt8(type.size), encoding]
    case .structure(let isUnion, let members, let isComplete):
      structure(type, isUnion, members, isComplete)
    case .enumeration(let values):
      begin(type.name.isEmpty ? .anonymousEnumeration : .enumeration)
      if !type.name.isEmpty { text(type.name) }
      info.append(UInt8(type.size))
      // Its type: the int or the unsigned int of the table.
      refer(values.contains { $0.value < 0 } ? 5 : 4)
      for (name, value) in values {
        begin(.enumerator)
        text(name)
        info.append(signed: value)
      }
      info.append(0)
    case .alias(let target):
      begin(.alias)
      text(type.name)
      refer(target)
    case .pointer(nil):
      begin(.voidPointer)
    case .pointer(let target?):
      begin(.pointer)
      refer(target)
    case .array(let element, let count):
      begin(.array)
      refer(element)
      if let count {
        begin(.count)
        info.append(unsigned: count)
      } else {
        begin(.noCount)
      }
      info.append(0)
    }
  }

  private mutating func structure(
    _ type: KernelType, _ isUnion: Bool, _ members: [KernelType.Member], _ isComplete: Bool
  ) {
    guard isComplete else {
      begin(.incomplete)
      return text(type.name)
    }
    if type.name.isEmpty {
      begin(isUnion ? .anonymousUnion : .anonymousStructure)
    } else {
      begin(isUnion ? .union : .structure)
      text(type.name)
    }
    info.append(unsigned: type.size)
    for member in members {
      begin(member.name.isEmpty ? .anonymousMember : member.bits == nil ? .member : .bitField)
      if !member.name.isEmpty { text(member.name) }
      refer(member.type)
      if let bits = member.bits {
        info.append(UInt8(bits.count))
        info.append(unsigned: member.offset * 8 + bits.lowerBound)
      } else {
        info.append(unsigned: member.offset)
      }
    }
    info.append(0)
  }

  private mutating func symbol(_ place: KernelImage.Place) {
    guard let type = place.type else {
      begin(.function)
      text(place.name)
      info.append(little: place.address)
      return info.append(little: UInt64(place.size))
    }
    begin(.variable)
    text(place.name)
    refer(type)
    // DW_OP_addr.
    info += [9, 3]
    info.append(little: place.address)
  }

  /// `.debug_aranges`: which addresses the unit describes.
  private mutating func arrange(_ image: KernelImage) {
    ranges.append(little: UInt32(0))
    ranges.append(little: UInt16(2))
    ranges.append(little: UInt32(0))
    // Bytes of an address and of a segment; then up to a multiple of two addresses.
    ranges += [8, 0, 0, 0, 0, 0]
    for section in KernelSymbol.Section.allCases {
      let range = image.sections[section]!
      ranges.append(little: range.lowerBound)
      ranges.append(little: range.upperBound - range.lowerBound)
    }
    ranges.append(little: UInt64(0))
    ranges.append(little: UInt64(0))
    ranges.store(little: UInt32(ranges.count - 4), at: 0)
  }

  private mutating func begin(_ abbreviation: Abbreviation) { info.append(abbreviation.rawValue) }

  private mutating func text(_ text: String) {
    info += Array(text.utf8)
    info.append(0)
  }

  private mutating func refer(_ type: Int) {
    waiting.append((info.count, type))
    info.append(little: UInt32(0))
  }
}

extension [UInt8] {
  mutating func store<T: FixedWidthInteger>(little value: T, at: Int) {
    for byte in 0..<T.bitWidth / 8 {
      self[at + byte] = UInt8(truncatingIfNeeded: value >> T(8 * byte))
    }
  }

  /// ULEB128 of a value that is not negative.
  mutating func append(unsigned value: Int) {
    var rest = UInt(value)
    repeat {
      append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
  }

  /// SLEB128.
  mutating func append(signed value: Int) {
    var rest = value
    while true {
      let byte = UInt8(truncatingIfNeeded: rest & 0x7f)
      rest >>= 7
      let isLast = rest == 0 && byte & 0x40 == 0 || rest == -1 && byte & 0x40 != 0
      append(isLast ? byte : byte | 0x80)
      if isLast { return }
    }
  }
}
