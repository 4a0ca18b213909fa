/// The types and symbols that a kernel's debug information names.
struct TypeTable {
  private(set) var types: [KernelType] = []
  private(set) var symbols: [KernelSymbol] = []
  /// Places by name: "struct page", "unsigned long", "atomic_t".
  private var names: [String: Int] = [:]
  private var pointers: [Int: Int] = [:]

  init() {
    let base: [(name: String, size: Int, encoding: UInt8)] = [
      ("unsigned long", 8, 7), ("long", 8, 5), ("unsigned long long", 8, 7), ("long long", 8, 5),
      ("unsigned int", 4, 7), ("int", 4, 5), ("unsigned short", 2, 7), ("short", 2, 5),
      ("unsigned char", 1, 8), ("char", 1, 6), ("signed char", 1, 6), ("_Bool", 1, 2),
    ]
    for (name, size, encoding) in base {
      names[name] = append(
        KernelType(name: name, kind: .base(encoding: encoding), size: size, alignment: size))
    }
  }

  private mutating func append(_ type: KernelType) -> Int {
    types.append(type)
    return types.count - 1
  }

  /// The place of a type that has been declared.
  func named(_ name: String) -> Int {
    guard let place = names[name] else { preconditionFailure("no type \(name)") }
    return place
  }

  mutating func structure(_ name: String, isUnion: Bool) -> Int {
    let key = (isUnion ? "union " : "struct ") + name
    if !name.isEmpty, let place = names[key] { return place }
    let place = append(
      KernelType(
        name: name, kind: .structure(isUnion: isUnion, members: [], isComplete: false), size: 0,
        alignment: 1))
    if !name.isEmpty { names[key] = place }
    return place
  }

  mutating func complete(
    _ place: Int, _ members: [KernelType.Member], size: Int, alignment: Int
  ) {
    guard case .structure(let isUnion, _, let isComplete) = types[place].kind else {
      preconditionFailure("no structure")
    }
    precondition(!isComplete, "struct \(types[place].name) is declared twice")
    types[place].kind = .structure(isUnion: isUnion, members: members, isComplete: true)
    types[place].size = size
    types[place].alignment = alignment
  }

  mutating func define(enumeration name: String, _ values: [(name: String, value: Int)]) -> Int {
    let place = append(KernelType(name: name, kind: .enumeration(values), size: 4, alignment: 4))
    if !name.isEmpty { names["enum \(name)"] = place }
    return place
  }

  mutating func define(alias name: String, _ type: Int) {
    names[name] = append(
      KernelType(
        name: name, kind: .alias(type), size: types[type].size, alignment: types[type].alignment))
  }

  mutating func pointer(to type: Int?) -> Int {
    if let known = pointers[type ?? -1] { return known }
    let place = append(KernelType(name: "", kind: .pointer(type), size: 8, alignment: 8))
    pointers[type ?? -1] = place
    return place
  }

  mutating func array(of type: Int, _ count: Int?) -> Int {
    append(
      KernelType(
        name: "", kind: .array(type, count: count), size: types[type].size * (count ?? 0),
        alignment: types[type].alignment))
  }

  mutating func add(_ symbol: KernelSymbol) { symbols.append(symbol) }

  // MARK: Look-up

  /// A place in a structure.
  struct Field {
    /// Bytes from its start, and bytes.
    let offset: Int
    let size: Int
    let type: Int
  }

  /// Elements of a variable that is an array.
  func arrayCount(_ variable: String) -> Int {
    guard let type = symbols.first(where: { $0.name == variable })?.type,
      case .array(_, let count?) = types[type].kind
    else { preconditionFailure("no array \(variable)") }
    return count
  }

  /// Bytes of a type.
  func size(_ name: String) -> Int { types[named(name)].size }

  /// The value of an enumeration's constant; nil where there is none.
  func constant(_ name: String) -> Int? {
    for type in types {
      guard case .enumeration(let values) = type.kind else { continue }
      if let found = values.first(where: { $0.name == name }) { return found.value }
    }
    return nil
  }

  /// The field that a path names: "busy.head" of "struct vmap_node", "node_zones[2].name". Traps for
  /// one there is none of.
  func field(_ structure: String, _ path: String) -> Field {
    guard let field = findField(in: named(structure), path) else {
      preconditionFailure("no \(path) in \(structure)")
    }
    return field
  }

  func has(_ structure: String, _ path: String) -> Bool {
    names[structure].map { findField(in: $0, path) != nil } ?? false
  }

  func findField(in type: Int, _ path: String) -> Field? {
    var field = Field(offset: 0, size: types[type].size, type: type)
    for part in path.split(separator: ".") {
      let pieces = part.split(separator: "[")
      guard let member = member(of: field.type, pieces[0]) else { return nil }
      field = Field(
        offset: field.offset + member.offset, size: types[member.type].size, type: member.type)
      for piece in pieces.dropFirst() {
        guard case .array(let element, _) = types[resolved(field.type)].kind,
          let index = Int(piece.dropLast())
        else { return nil }
        field = Field(
          offset: field.offset + index * types[element].size, size: types[element].size,
          type: element)
      }
    }
    return field
  }

  /// The type behind its aliases.
  func resolved(_ type: Int) -> Int {
    var type = type
    while case .alias(let target) = types[type].kind { type = target }
    return type
  }

  /// A member, also one of an anonymous member.
  private func member(of type: Int, _ name: Substring) -> KernelType.Member? {
    guard case .structure(_, let members, _) = types[resolved(type)].kind else { return nil }
    for member in members {
      if member.name == name { return member }
      guard member.name.isEmpty, var found = self.member(of: member.type, name) else { continue }
      found.offset += member.offset
      return found
    }
    return nil
  }
}
