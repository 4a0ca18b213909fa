internal import Glibc

/// A script that comes bit by bit, from a pipe or a terminal: whoever writes it may wait for answers.
package struct ScriptStream: ~Copyable {
  /// Bytes that are read at once.
  private static let chunk = 64 << 10

  private let descriptor: Int32
  private let name: String
  private var bytes: [UInt8] = []
  /// Number of the first line in `bytes`.
  private var line = 1
  /// Whether `bytes` begins with a `repeat` whose `}` has not come.
  private var waitsForBrace = false
  /// Bytes that have been searched for an end of line, or for a `}`.
  private var searched = 0
  /// Whether everything has come.
  package private(set) var isAtEnd = false
  /// The host's error number that ended the input early.
  package private(set) var failure: Int32?

  package init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Whether more input waits, or none will come.
  package var hasMore: Bool {
    if isAtEnd { return true }
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&wait, 1, 0) != 0
  }

  /// Takes the whole lines that have come, nil when there are none.
  mutating func takeLines() -> ScriptSource? {
    let end = endOfLines
    guard end > 0 else { return nil }
    let part = ScriptSource(name: name, bytes: Array(bytes[..<end]), firstLine: line)
    for at in 0..<end where bytes[at] == 0x0a { line += 1 }
    bytes.removeSubrange(..<end)
    (searched, waitsForBrace) = (0, false)
    return part
  }

  private var endOfLines: Int {
    if isAtEnd { return bytes.count }
    if waitsForBrace, !bytes[searched...].contains(UInt8(ascii: "}")) { return 0 }
    if let last = bytes[searched...].lastIndex(of: 0x0a) { return last + 1 }
    // Longer than any line may be.
    return bytes.count > ScriptSource.maximumLine + 1 ? bytes.count : 0
  }

  /// Takes back what could not be used yet: a `repeat` without its `}`, from byte `at` of a part on,
  /// which is in that line.
  mutating func giveBack(_ part: borrowing ScriptSource, from at: Int, line: Int) {
    giveBack(part, from: at)
    self.line = line
    (searched, waitsForBrace) = (bytes.count, true)
  }

  private mutating func giveBack(_ part: borrowing ScriptSource, from at: Int) {
    let text = part.text
    bytes.insert(contentsOf: (at..<text.count).lazy.map { text[$0] }, at: 0)
    line = part.firstLine
  }

  /// The first statement, which waits to be taken all the same.
  package mutating func first(_ table: VerbTable) -> Program {
    var parser = Parser(table)
    while true {
      guard let part = takeLines() else {
        if isAtEnd { return parser.root }
        read()
        continue
      }
      let program = parser.begin(part)
      switch parser.statement(program, isLast: isAtEnd) {
      case .whole:
        giveBack(program.source, from: 0)
        return program
      case .unfinished(let at, let line): giveBack(program.source, from: at, line: line)
      case .end: continue
      }
    }
  }

  /// Waits for more and reads it.
  mutating func read() {
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    // Safe: the buffer is as long as it says.
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    if count > 0 {
      bytes += buffer[..<count]
    } else if count == 0 || errno != EINTR {
      if count < 0 { failure = errno }
      isAtEnd = true
    }
  }
}
