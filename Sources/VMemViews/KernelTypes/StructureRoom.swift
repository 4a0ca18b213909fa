/// Places members in a structure or union one after the other, as the x86-64 ABI does.
struct StructureRoom {
  let name: String
  let isUnion: Bool
  /// Places and sizes that are known, in bytes, by "structure.member" and "structure".
  let measured: [String: Int]

  private(set) var members: [KernelType.Member] = []
  var alignment = 1
  private var end = 0

  init(name: String, isUnion: Bool, measured: [String: Int]) {
    self.name = name
    self.isUnion = isUnion
    self.measured = measured
  }

  /// Bytes of all.
  var size: Int {
    let size = measured[name] ?? (end + alignment - 1) / alignment * alignment
    precondition(size >= end, "struct \(name) has no room for its members")
    return size
  }

  /// - Parameters:
  ///   - alignment: bytes, where it is more than the type's own.
  ///   - bits: of a bit field.
  mutating func append(
    _ member: String, _ type: Int, _ table: TypeTable, alignment wanted: Int? = nil,
    bits: Int? = nil
  ) {
    let type = (number: type, size: table.types[type].size, alignment: table.types[type].alignment)
    if let bits, let last = members.last, last.type == type.number, let used = last.bits,
      used.upperBound + bits <= type.size * 8
    {
      members.append(
        KernelType.Member(
          name: member, type: type.number, offset: last.offset,
          bits: used.upperBound..<used.upperBound + bits))
      return
    }
    let place = max(type.alignment, wanted ?? 1)
    var offset = isUnion ? 0 : (end + place - 1) / place * place
    if let known = measured["\(name).\(member)"] {
      precondition(known >= offset, "\(name).\(member) overlaps what is in front of it")
      offset = known
    }
    members.append(
      KernelType.Member(
        name: member, type: type.number, offset: offset, bits: bits.map { 0..<$0 }))
    end = max(end, offset + type.size)
    alignment = max(alignment, place)
  }
}
