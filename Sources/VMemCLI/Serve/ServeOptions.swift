internal import VMemScript
internal import VMemViews

/// Where debuggers may attach, and what they may do.
struct ServeOptions: Equatable {
  /// Where one kind of them connects.
  enum Place: Equatable {
    /// A socket of this user's, by its path.
    case socket(String)
    /// A port of the loopback address.
    case port(UInt16)
  }

  var gdb: Place?
  var qmp: Place?
  var isWritable = false

  var hasPlace: Bool { gdb != nil || qmp != nil }

  /// What means nothing to debuggers.
  static let refused = ["--json", "--force"]

  static let options: [CommandOption<ServeOptions>] = [
    CommandOption(
      "--gdb", "SOCKET|:PORT",
      "let gdb attach (`target remote`) at a socket, or a port of this host"
    ) { (options, word) throws(Misuse) in options.gdb = try Self.place(word) },
    CommandOption(
      "--qmp", "SOCKET", "let drgn attach (`drgn --qemu`) at a socket, as to QEMU"
    ) { (options, word) throws(Misuse) in
      guard case .socket = try Self.place(word) else {
        throw Misuse("--qmp takes a SOCKET: whoever reads this process's memory runs on its host")
      }
      options.qmp = .socket(word)
    },
    CommandOption("--writable", "let them change the machine too") { $0.isWritable = true },
  ]

  /// A path, or behind a colon a port.
  private static func place(_ word: String) throws(Misuse) -> Place {
    guard word.hasPrefix(":") else {
      try checkSocket(word)
      return .socket(word)
    }
    let digits = word.dropFirst()
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let port = UInt16(digits), port > 0
    else {
      throw Misuse("no port `\(word)`: they go from :1 to :65535, all on this host")
    }
    return .port(port)
  }

  /// A path: what elsewhere is a port would be the name of a file.
  private static func checkSocket(_ word: String) throws(Misuse) {
    if word.isEmpty { throw Misuse("a SOCKET is the path of a file") }
    let isNumber = word.allSatisfy { $0.isASCII && $0.isNumber }
    guard !word.contains("/"), word.contains(":") || isNumber else { return }
    let digits = String(word.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
    let port = digits.isEmpty ? ":PORT" : ":\(digits)"
    throw Misuse(
      "no place `\(word)`: a port is on the loopback address only",
      details: "  \(port) is a port, ./\(word.printable) a socket of that name")
  }

  /// What the words after `serve` ask for.
  init(_ words: ArraySlice<String>) throws(Misuse) {
    var rest = words
    while let word = rest.popFirst() {
      if try Self.options.take(word, &rest, &self) { continue }
      guard word.hasPrefix("-") else { throw Self.wrong("serve takes no `\(word)`") }
      let names = (Self.options.map(\.name) + LineOptions.options.map(\.name))
        .filter { !Self.refused.contains($0) }
      throw Misuse(unknown: word, of: "serve", known: names, details: CommandHelp.serve.hint)
    }
    guard hasPlace else { throw Self.wrong("nowhere to attach: name a SOCKET, or a port for gdb") }
  }

  init() {}

  private static func wrong(_ text: String) -> Misuse {
    Misuse(text, details: CommandHelp.serve.hint)
  }
}
