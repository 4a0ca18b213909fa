/// Where functions were called that the compiler has expanded into their callers, by `.debug_info` (DWARF 4
/// and 5).
struct InlinedCalls {
  struct Call {
    let addresses: [Range<UInt64>]
    /// The unit's line table, and the file's number in it.
    let lines: UInt64
    let file: UInt64
    let line: UInt64
  }

  /// A caller comes before what it calls.
  private var calls: [Call] = []
  private let sections: Sections

  private struct Sections {
    let addresses: ObjectBytes?
    let ranges: ObjectBytes?
    let rangeLists: ObjectBytes?
  }

  init(_ object: ObjectFile) throws(ObjectError) {
    func contents(_ name: String) throws(ObjectError) -> ObjectBytes? {
      guard let section = object.section(name), section.flags & 0x800 == 0 else { return nil }
      return try ObjectBytes(object.bytes).part(section.offset, section.size)
    }
    sections = Sections(
      addresses: try contents(".debug_addr"), ranges: try contents(".debug_ranges"),
      rangeLists: try contents(".debug_rnglists"))
    guard var units = try contents(".debug_info"), let shapes = try contents(".debug_abbrev") else {
      return
    }
    while !units.isAtEnd { try readUnit(&units, shapes) }
  }

  /// The calls around an address, the innermost first.
  func calls(at address: UInt64) -> [Call] {
    calls.filter { $0.addresses.contains { $0.contains(address) } }.reversed()
  }

  private mutating func readUnit(
    _ units: inout ObjectBytes, _ shapes: ObjectBytes
  ) throws(ObjectError) {
    var length = try units.number(4)
    let isLong = length == 0xffff_ffff
    if isLong { length = try units.number(8) }
    var bytes = try units.take(length)
    var unit = DebugUnit(version: try bytes.number(2), offsetSize: isLong ? 8 : 4)
    guard (4...5).contains(unit.version) else { return }
    let isNew = unit.version >= 5
    // Types have units of another kind.
    let kind = isNew ? try bytes.number(1) : 1
    if isNew { try bytes.skip(1) }
    let start = try bytes.number(unit.offsetSize)
    if !isNew { try bytes.skip(1) }
    guard kind == 1, start <= UInt64(shapes.count) else { return }
    let table = try DebugShapes(try shapes.part(start, UInt64(shapes.count) - start))
    if let first = try bytes.entry(table, &unit) {
      unit.base = first.lowest.flatMap { try? address($0, unit) } ?? 0
    }
    while !bytes.isAtEnd {
      guard let entry = try bytes.entry(table, &unit) else { continue }
      guard entry.tag == DebugEntry.inlinedSubroutine, let lines = unit.lines,
        let file = entry.callFile, let line = entry.callLine
      else { continue }
      calls.append(
        Call(addresses: try addresses(entry, unit), lines: lines, file: file, line: line))
    }
  }

  // MARK: Addresses

  private func address(_ value: DebugValue, _ unit: DebugUnit) throws(ObjectError) -> UInt64 {
    value.isAddressIndex ? try address(at: value.number, unit) : value.number
  }

  private func address(at index: UInt64, _ unit: DebugUnit) throws(ObjectError) -> UInt64 {
    guard let addresses = sections.addresses else { throw ObjectError(.beyondFile, index) }
    var word = try addresses.part(unit.addresses &+ index &* 8, 8)
    return try word.number(8)
  }

  private func addresses(
    _ entry: DebugEntry, _ unit: DebugUnit
  ) throws(ObjectError) -> [Range<UInt64>] {
    if let ranges = entry.ranges {
      return unit.version >= 5 ? try list(ranges, unit) : try oldList(ranges.number, unit)
    }
    guard let low = entry.lowest, let high = entry.highest else { return [] }
    let start = try address(low, unit)
    let end = high.isAddress ? try address(high, unit) : start &+ high.number
    return Self.range(start, end)
  }

  private static func range(_ start: UInt64, _ end: UInt64) -> [Range<UInt64>] {
    start < end ? [start..<end] : []
  }

  /// A list of `.debug_ranges`.
  private func oldList(_ offset: UInt64, _ unit: DebugUnit) throws(ObjectError) -> [Range<UInt64>] {
    guard let section = sections.ranges, offset <= UInt64(section.count) else { return [] }
    var bytes = try section.part(offset, UInt64(section.count) - offset)
    var result: [Range<UInt64>] = []
    var base = unit.base
    while true {
      let (start, end) = (try bytes.number(8), try bytes.number(8))
      if start == 0, end == 0 { return result }
      if start == .max { base = end } else { result += Self.range(base &+ start, base &+ end) }
    }
  }

  /// A list of `.debug_rnglists`.
  private func list(_ ranges: DebugValue, _ unit: DebugUnit) throws(ObjectError) -> [Range<UInt64>]
  {
    guard let section = sections.rangeLists else { return [] }
    var offset = ranges.number
    if ranges.form == 0x23 {
      let size = UInt64(unit.offsetSize)
      var word = try section.part(unit.rangeLists &+ offset &* size, size)
      offset = unit.rangeLists &+ (try word.number(unit.offsetSize))
    }
    guard offset <= UInt64(section.count) else { return [] }
    var bytes = try section.part(offset, UInt64(section.count) - offset)
    var result: [Range<UInt64>] = []
    var base = unit.base
    while case let kind = try bytes.number(1), kind != 0 {
      switch kind {
      case 1: base = try address(at: try bytes.unsigned(), unit)
      case 5: base = try bytes.number(8)
      case 4:
        let (start, end) = (try bytes.unsigned(), try bytes.unsigned())
        result += Self.range(base &+ start, base &+ end)
      case 2, 3:
        let start = try address(at: try bytes.unsigned(), unit)
        let rest = try bytes.unsigned()
        result += Self.range(start, kind == 2 ? try address(at: rest, unit) : start &+ rest)
      case 6, 7:
        let start = try bytes.number(8)
        result += Self.range(
          start, kind == 6 ? try bytes.number(8) : start &+ (try bytes.unsigned()))
      default: throw ObjectError(.lineForm, kind)
      }
    }
    return result
  }
}
