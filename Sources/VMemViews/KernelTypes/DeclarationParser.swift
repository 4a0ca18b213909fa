internal import VMem

/// Reads C declarations of types, variables and functions into a `TypeTable`, and lays structures out
/// as the x86-64 ABI does, but for members whose place was read from a real kernel's VMCOREINFO.
///
/// Understood are: `typedef`, `struct`, `union` and `enum` with their bodies, pointers, arrays,
/// `__aligned(N)` behind a member, variables, functions without their parameters, and lines that begin with
/// `#if`, `#else` and `#endif`: behind `#if` stand comparisons with a kernel version, or a switch.
struct DeclarationParser {
  private var tokens: [String] = []
  private var at = 0
  private(set) var table = TypeTable()
  private var section = KernelSymbol.Section.data
  private let constants: [String: Int]
  private let measured: [String: Int]

  /// - Parameters:
  ///   - constants: what names in the length of an array and in enumerations stand for.
  ///   - measured: bytes by "structure.member", and sizes by "structure".
  init(constants: [String: Int], measured: [String: Int]) {
    self.constants = constants
    self.measured = measured
  }

  /// Adds what `text` declares for a machine. The text is the program's own: a mistake in it traps.
  mutating func read(_ text: String, _ c: Configuration) {
    tokens = Self.tokens(of: text, c)
    at = 0
    while at < tokens.count { declaration() }
  }

  // MARK: Tokens

  private static func tokens(of text: String, _ c: Configuration) -> [String] {
    var tokens: [String] = []
    var conditions: [Bool] = []
    for line in Array(text.utf8).split(separator: 0x0a) {
      guard line.first == UInt8(ascii: "#") else {
        if !conditions.contains(false) { split(line, into: &tokens) }
        continue
      }
      let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      switch words[0] {
      case "#if": conditions.append(holds(words.dropFirst(), c))
      case "#else": conditions.append(!conditions.removeLast())
      case "#endif": conditions.removeLast()
      default: preconditionFailure("no such line: \(words[0])")
      }
    }
    precondition(conditions.isEmpty, "#if without #endif")
    return tokens
  }

  private static func holds(_ words: ArraySlice<String>, _ c: Configuration) -> Bool {
    let words = Array(words)
    if words.count == 1 {
      guard let known = Switch.all.first(where: { "\($0.name)" == words[0] }) else {
        preconditionFailure("no such switch: \(words[0])")
      }
      return c.switches.contains(known.value)
    }
    return stride(from: 0, to: words.count, by: 2).allSatisfy { index in
      guard let version = KernelVersion(text: words[index + 1]) else {
        preconditionFailure("no such kernel: \(words[index + 1])")
      }
      return words[index] == "<" ? c.kernel < version : c.kernel >= version
    }
  }

  private static func split(_ line: ArraySlice<UInt8>, into tokens: inout [String]) {
    var at = line.startIndex
    while at < line.endIndex {
      let from = at
      while at < line.endIndex, isWord(line[at]) { at += 1 }
      if at == from { at += 1 }
      guard line[from] != 0x20 else { continue }
      tokens.append(String(decoding: line[from..<at], as: UTF8.self))
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == 0x5f || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || byte >= 0x30 && byte <= 0x39
  }

  private var token: String { at < tokens.count ? tokens[at] : "" }

  private mutating func take() -> String {
    defer { at += 1 }
    return tokens[at]
  }

  private mutating func accept(_ wanted: String) -> Bool {
    guard token == wanted else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ wanted: String) {
    precondition(accept(wanted), "\(wanted) expected, not \(tokens[max(0, at - 4)...].prefix(8))")
  }

  // MARK: Declarations

  private static let arithmetic = ["unsigned", "signed", "char", "short", "int", "long"]

  private mutating func declaration() {
    if accept("section") {
      section = KernelSymbol.Section.named(take())
      return expect(";")
    }
    if accept("typedef") {
      let base = specifier()
      let (name, type) = declarator(base)
      table.define(alias: name, type)
      return expect(";")
    }
    guard token != "void" || tokens[at + 1] == "*" else {
      at += 1
      let name = take()
      expect("(")
      expect(")")
      table.add(
        KernelSymbol(
          name: name, section: section == .initText ? .initText : .text, type: nil, size: 16,
          alignment: 16))
      return expect(";")
    }
    let base = specifier()
    guard !accept(";") else { return }
    repeat {
      let (name, type) = declarator(base)
      let alignment = aligned() ?? table.types[type].alignment
      table.add(
        KernelSymbol(
          name: name, section: section, type: type, size: table.types[type].size,
          alignment: alignment))
    } while accept(",")
    expect(";")
  }

  /// What stands in front of a declarator; nil is void.
  private mutating func specifier() -> Int? {
    _ = accept("const")
    switch token {
    case "struct", "union": return structure()
    case "enum": return enumeration()
    case "void":
      at += 1
      return nil
    default: break
    }
    var name = ""
    while Self.arithmetic.contains(token) { name += (name.isEmpty ? "" : " ") + take() }
    return table.named(name.isEmpty ? take() : name)
  }

  private mutating func structure() -> Int {
    let isUnion = take() == "union"
    let name = token == "{" ? "" : take()
    guard accept("{") else { return table.structure(name, isUnion: isUnion) }
    // A structure may point at itself.
    let place = table.structure(name, isUnion: isUnion)
    var room = StructureRoom(name: name, isUnion: isUnion, measured: measured)
    while !accept("}") {
      let base = specifier()
      // An anonymous member has no declarator.
      if accept(";") {
        room.append("", base!, table)
        continue
      }
      repeat {
        let (member, type) = declarator(base)
        let bits = accept(":") ? number() : nil
        room.append(member, type, table, alignment: aligned(), bits: bits)
      } while accept(",")
      expect(";")
    }
    if let wanted = aligned() { room.alignment = max(room.alignment, wanted) }
    table.complete(place, room.members, size: room.size, alignment: room.alignment)
    return place
  }

  /// `__aligned(N)`.
  private mutating func aligned() -> Int? {
    guard accept("__aligned") else { return nil }
    expect("(")
    let value = number()
    expect(")")
    return value
  }

  private mutating func enumeration() -> Int {
    at += 1
    let name = token == "{" ? "" : take()
    guard accept("{") else { return table.named("enum \(name)") }
    var values: [(name: String, value: Int)] = []
    var next = 0
    while !accept("}") {
      let word = take()
      if accept("=") { next = number() }
      values.append((word, next))
      next += 1
      _ = accept(",")
    }
    return table.define(enumeration: name, values)
  }

  private mutating func number() -> Int {
    let isNegative = accept("-")
    let word = take()
    guard let value = Int(word) ?? constants[word] else {
      preconditionFailure("no number: \(word)")
    }
    return isNegative ? -value : value
  }

  /// A name with its stars and lengths, and its type.
  private mutating func declarator(_ base: Int?) -> (name: String, type: Int) {
    var type = base
    while accept("*") {
      _ = accept("const")
      type = table.pointer(to: type)
    }
    let name = take()
    precondition(type != nil, "\(name) is void")
    var counts: [Int?] = []
    while accept("[") {
      counts.append(token == "]" ? nil : number())
      expect("]")
    }
    for count in counts.reversed() { type = table.array(of: type!, count) }
    return (name, type!)
  }
}

extension KernelSymbol.Section {
  fileprivate static func named(_ word: String) -> Self {
    switch word {
    case "text": .text
    case "init_text": .initText
    case "rodata": .readOnly
    case "data": .data
    default: preconditionFailure("no section \(word)")
    }
  }
}
