/// The lines of a script as they run, one behind the other: for each its head, where it stands, and
/// its words.
typealias Code = ReusedArray<UInt64>

/// One line in `Code`: three words, then half a one for each word of the line, or one where the line is
/// long, and its prepared arguments.
struct CodeLine {
  enum Kind: UInt8 {
    /// A verb with its arguments; `target` is the number of the name in front, plus one.
    case call = 0
    /// `repeat N {`; `target` is behind the `}`.
    case open
    /// `}`; `target` is the line behind the `{`.
    case close
    /// `include FILE`; `target` is the index of the file.
    case include
  }

  /// Words before those of the line.
  static let headerSize = 3

  var kind = Kind.call
  var head = Head()
  /// Where the line begins in its source, in bytes, and its number.
  var start = 0
  var number = 0
  var tokenCount = 0
  /// Whether a word of it takes a whole word of code.
  var isWide = false
  /// Whether its arguments are prepared, and how many words of code they take.
  var isPrepared = false
  var argumentSize = 0
  var target = 0

  /// Where the next line is, for a line at `at`.
  @inline(__always)
  func next(_ at: Int) -> Int { arguments(at) + argumentSize }

  /// Where its prepared arguments are.
  @inline(__always)
  func arguments(_ at: Int) -> Int {
    at + Self.headerSize + (isWide ? tokenCount : (tokenCount + 1) >> 1)
  }

  /// A word of a line at `at`, as `Token` takes it.
  @inline(__always)
  func token(_ index: Int, _ code: borrowing Code, at: Int) -> UInt64 {
    if isWide { return code[at + Self.headerSize + index] }
    let half = code[at + Self.headerSize + index >> 1] >> (UInt64(index & 1) * 32) & 0xffff_ffff
    return half & 0xffff | (half >> 16) << 32
  }

  /// Whether half a word of code is enough for the words of a line whose last ends so far behind its
  /// beginning.
  @inline(__always)
  static func isNarrow(_ size: Int) -> Bool { size < 1 << 15 }

  /// A word of a line that begins at `start`, in half a word of code.
  @inline(__always)
  static func half(_ token: Token, from start: Int) -> UInt64 {
    let place = UInt64(truncatingIfNeeded: token.offset &- start) << 1
    return place | (token.isQuoted ? 1 : 0) | UInt64(truncatingIfNeeded: token.length) << 16
  }

  @inline(__always)
  init() {}

  /// The line at `at`.
  @inline(__always)
  init(_ code: borrowing Code, at: Int) {
    let first = code[at]
    head.verb = UInt8(truncatingIfNeeded: first)
    head.verbToken = UInt8(truncatingIfNeeded: first >> 8)
    head.nameToken = UInt8(truncatingIfNeeded: first >> 16)
    head.outcomeToken = UInt8(truncatingIfNeeded: first >> 24)
    head.isSilent = first >> 32 & 1 != 0
    kind = Kind(rawValue: UInt8(truncatingIfNeeded: first >> 33 & 3)) ?? .call
    isPrepared = first >> 35 & 1 != 0
    argumentSize = Int(truncatingIfNeeded: first >> 36 & 0x3f)
    isWide = first >> 42 & 1 != 0
    tokenCount = Int(truncatingIfNeeded: first >> 43)
    start = Int(truncatingIfNeeded: code[at + 1])
    let place = code[at + 2]
    number = Int(truncatingIfNeeded: place & 0xffff_ffff)
    target = Int(truncatingIfNeeded: place >> 32)
  }

  @inline(__always)
  func write(to code: inout Code) {
    let names = UInt64(head.nameToken) << 16 | UInt64(head.outcomeToken) << 24
    let flags = (head.isSilent ? 1 : 0) << 32 | UInt64(kind.rawValue) << 33
    let forms = UInt64(isPrepared ? 1 : 0) << 35 | UInt64(isWide ? 1 : 0) << 42
    let counts = UInt64(argumentSize) << 36 | UInt64(tokenCount) << 43 | forms
    code.append(
      UInt64(head.verb) | UInt64(head.verbToken) << 8 | names | flags | counts,
      UInt64(truncatingIfNeeded: start),
      UInt64(truncatingIfNeeded: number) & 0xffff_ffff | UInt64(truncatingIfNeeded: target) << 32)
  }

  /// Sets the target of a line that is in the code already.
  static func set(target: Int, of at: Int, in code: inout Code) {
    code[at + 2] = code[at + 2] & 0xffff_ffff | UInt64(target) << 32
  }
}
