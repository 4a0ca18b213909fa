/// The functions and macros that headers have, read from their text.
///
/// A name counts where a function of it is declared or a macro is defined, also where another macro of
/// the headers makes the function.
struct HeaderNames {
  /// Each name with the first header that has it.
  private(set) var names: [String: String] = [:]
  private var generators: [String: Generator] = [:]
  /// The one that is being read.
  private var header = ""

  private struct Generator {
    let parameters: [[UInt8]]
    let body: [UInt8]
  }

  init(_ headers: [(name: String, text: [UInt8])]) {
    for (name, text) in headers {
      header = name
      var code: [UInt8] = []
      for line in Self.joined(Self.withoutComments(text)).split(separator: UInt8(ascii: "\n")) {
        if line.first == UInt8(ascii: "#") { define(Array(line)) } else { code += line + [0x0a] }
      }
      scan(code)
    }
  }

  private mutating func insert(_ name: [UInt8]) {
    let text = String(decoding: name, as: UTF8.self)
    let own = ["vmem_", "VMEM_", "__vmem", "__VMEM"]
    guard names[text] == nil, !own.contains(where: { text.hasPrefix($0) }) else { return }
    names[text] = header
  }

  // MARK: Macros

  private mutating func define(_ line: [UInt8]) {
    guard line.starts(with: Array("#define ".utf8)) else { return }
    var at = 8
    let name = Self.identifier(line, &at)
    guard !name.isEmpty else { return }
    insert(name)
    let text = String(decoding: name, as: UTF8.self)
    guard at < line.count, line[at] == UInt8(ascii: "("),
      ["__vmem", "INTERVAL_TREE_", "RB_DECLARE_"].contains(where: { text.hasPrefix($0) })
    else { return }
    let parameters = Self.arguments(line, &at)
    generators[text] = Generator(
      parameters: parameters, body: Array(line[at...]))
  }

  /// What a macro of the headers' own becomes.
  private func expanded(_ generator: Generator, _ arguments: [[UInt8]]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < generator.body.count {
      let word = Self.identifier(generator.body, &at)
      if word.isEmpty {
        result.append(generator.body[at])
        at += 1
      } else if let place = generator.parameters.firstIndex(of: word), place < arguments.count {
        result += arguments[place]
      } else {
        result += word
      }
    }
    return Self.pasted(result)
  }

  /// Without `##` and the spaces around it.
  private static func pasted(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < text.count {
      if text[at...].starts(with: [0x23, 0x23]) {
        while result.last == 0x20 { result.removeLast() }
        at += 2
        while at < text.count, text[at] == 0x20 { at += 1 }
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }

  // MARK: Declarations

  private static let attributes: Set<String> = [
    "VK", "__attribute__", "__asm__", "__printf", "__scanf", "__aligned", "_Static_assert",
    "__typeof__", "__VMEM_SPARSE_CALL", "__alloc_size",
  ]

  /// Takes the first name before a parenthesis of each declaration outside of braces.
  private mutating func scan(_ code: [UInt8]) {
    var depth = 0
    var isDone = false
    var at = 0
    while at < code.count {
      let word = Self.identifier(code, &at)
      if !word.isEmpty {
        let text = String(decoding: word, as: UTF8.self)
        if text == "typedef" { isDone = true }
        // A generator may have put a space before the parenthesis.
        if depth == 0, code[at...].starts(with: Array(" (".utf8)),
          !code[at...].starts(with: Array(" (*".utf8))
        {
          at += 1
        }
        guard depth == 0, at < code.count, code[at] == UInt8(ascii: "(") else { continue }
        let arguments = Self.arguments(code, &at)
        if let generator = generators[text] {
          scan(expanded(generator, arguments))
          isDone = false
        } else if !isDone, !Self.attributes.contains(text) {
          insert(word)
          isDone = true
        }
        continue
      }
      switch code[at] {
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if depth == 0 { isDone = false }
      case UInt8(ascii: ";") where depth == 0: isDone = false
      case UInt8(ascii: "(") where depth == 0:
        _ = Self.arguments(code, &at)
        continue
      default: break
      }
      at += 1
    }
  }

  // MARK: Text

  /// The identifier that begins here, which may be none.
  private static func identifier(_ text: [UInt8], _ at: inout Int) -> [UInt8] {
    let start = at
    while at < text.count, isPart(text[at]) { at += 1 }
    return Array(text[start..<at])
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// What stands between the parenthesis here and the one that closes it, parted at its commas.
  private static func arguments(_ text: [UInt8], _ at: inout Int) -> [[UInt8]] {
    var result: [[UInt8]] = [[]]
    var depth = 0
    while at < text.count {
      let byte = text[at]
      at += 1
      if byte == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0, byte == UInt8(ascii: ")") { break }
      if depth == 1, byte == UInt8(ascii: ",") {
        result.append([])
      } else if depth > 0, !(result[result.count - 1].isEmpty && (byte == 0x20 || byte == 0x0a)) {
        result[result.count - 1].append(byte)
      }
      if byte == UInt8(ascii: "(") { depth += 1 }
    }
    return result
  }

  private static func withoutComments(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      let slashes = line.indices.first { line[$0...].starts(with: Array("// ".utf8)) }
      result += line[..<(slashes ?? line.endIndex)] + [0x0a]
    }
    return result
  }

  /// Lines that end in a backslash, and the next, as one.
  private static func joined(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in text {
      if byte == 0x0a, result.last == UInt8(ascii: "\\") {
        result[result.count - 1] = 0x20
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
