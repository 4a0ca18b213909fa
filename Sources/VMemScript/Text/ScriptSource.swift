internal import Glibc
internal import VMem
internal import VMemViews

/// A script in memory: a file, standard input, text, or the arguments of a command.
@safe
package struct ScriptSource: ~Copyable {
  /// Longest line in bytes, without its end.
  package static let maximumLine = 1 << 20

  /// The name messages give it; nil for arguments, whose messages name no line.
  package let name: String?
  private let base: UnsafeMutablePointer<UInt8>
  private let count: Int
  /// Where the words end, for arguments, which have one blank between them: they are not split or
  /// unquoted again.
  let wordEnds: UnsafeMutableBufferPointer<Int>?
  /// Number of its first line, for a part of a script.
  let firstLine: Int

  /// Every byte.
  var bytes: [UInt8] { text.bytes }

  /// The script `text`, without a byte changed.
  package init(name: String, bytes: [UInt8], firstLine: Int = 1) {
    unsafe self.init(name: name, count: bytes.count, wordEnds: nil, firstLine: firstLine)
    // Safe: the buffer is that long.
    unsafe bytes.withUnsafeBufferPointer {
      if let start = $0.baseAddress { unsafe base.update(from: start, count: $0.count) }
    }
  }

  /// A command whose words are already apart.
  package init(arguments: [String]) {
    var text = ReusedArray<UInt8>()
    let ends = UnsafeMutableBufferPointer<Int>.allocate(capacity: arguments.count)
    for (word, argument) in arguments.enumerated() {
      if word > 0 { text.append(UInt8(ascii: " ")) }
      argument.forEachHostByte { text.append($0) }
      // Safe: there is room for the end of each.
      unsafe ends.initializeElement(at: word, to: text.count)
    }
    unsafe self.init(name: nil, count: text.count, wordEnds: ends)
    // Safe: the buffer is that long.
    for at in 0..<text.count { unsafe base[at] = text[at] }
  }

  /// A line as it was typed; messages name no line either.
  package init(line: String) {
    let bytes = Array(line.utf8)
    unsafe self.init(name: nil, count: bytes.count, wordEnds: nil)
    // Safe: the buffer is that long.
    unsafe bytes.withUnsafeBufferPointer {
      if let start = $0.baseAddress { unsafe base.update(from: start, count: $0.count) }
    }
  }

  /// Reads a file whole; `-` is standard input. Returns nil, with `errno` set, when that fails: EFBIG
  /// where there are more than `most` bytes, as of a pipe without an end.
  package init?(path: String, atMost most: Int = WholeFile.maximumBytes) {
    let isInput = path == "-"
    let descriptor = isInput ? 0 : unsafe open(path.hostPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var information = stat()
    var room = 1 << 16
    if unsafe fstat(descriptor, &information) == 0, information.st_size > 0 {
      room = min(Int(information.st_size), most) + 1
    }
    var used = 0
    var buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: room + 1)
    unsafe HugePages.expect(UnsafeMutableRawBufferPointer(start: buffer, count: room))
    var failure: Int32 = 0
    while true {
      if used == room {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room * 2 + 1)
        // Safe: both hold `used` bytes.
        unsafe larger.update(from: buffer, count: used)
        unsafe buffer.deallocate()
        unsafe buffer = larger
        room *= 2
      }
      let got = unsafe Glibc.read(descriptor, buffer + used, room - used)
      if got > 0 {
        used += got
        failure = used > most ? EFBIG : 0
        if failure != 0 { break }
      } else if got == 0 || errno != EINTR {
        failure = got == 0 ? 0 : errno
        break
      }
    }
    if !isInput { _ = close(descriptor) }
    guard failure == 0 else {
      unsafe buffer.deallocate()
      errno = failure
      return nil
    }
    name = isInput ? "<stdin>" : path
    unsafe wordEnds = nil
    firstLine = 1
    count = used
    unsafe base = buffer
    unsafe base[used] = UInt8(ascii: "\n")
  }

  private init(
    name: String?, count: Int, wordEnds: UnsafeMutableBufferPointer<Int>?, firstLine: Int = 1
  ) {
    self.name = name
    self.firstLine = firstLine
    unsafe self.wordEnds = wordEnds
    self.count = count
    unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: count + 1)
    // A newline after the last byte ends every scan without a test for the end.
    unsafe base[count] = UInt8(ascii: "\n")
  }

  deinit {
    unsafe base.deallocate()
    unsafe wordEnds?.deallocate()
  }

  /// Whether it is arguments.
  var isArguments: Bool { unsafe wordEnds != nil }

  /// The whole text; the byte behind it is a newline.
  var text: Text { unsafe Text(base: base, count: count) }

  /// What no script may contain, and the line it is in.
  struct Defect {
    let error: ScriptError
    let line: Int
    let lineStart: Int
  }

  /// The first thing that no script may contain.
  func firstDefect() -> Defect? {
    let text = text
    if !isArguments, Self.isPlain(text) { return nil }
    var line = firstLine
    var start = 0
    while start < count {
      let end = text.endOfLine(from: start)
      if end - start > Self.maximumLine {
        let message = "a line of \(end - start) bytes; the most is \(Self.maximumLine)"
        return Defect(error: ScriptError(message), line: line, lineStart: start)
      }
      // Words of the command line may be paths, which need not be text.
      if !isArguments, let error = Self.defect(text, start..<end) {
        return Defect(error: error, line: line, lineStart: start)
      }
      line += 1
      start = end + 1
    }
    return nil
  }

  /// Whether all of a text is ASCII without a byte 0, and no line is too long.
  private static func isPlain(_ text: Text) -> Bool {
    var at = 0
    while at + 8 <= text.count, text.isPlainWord(at) { at += 8 }
    while at < text.count, text[at] != 0, text[at] < 0x80 { at += 1 }
    guard at == text.count else { return false }
    var start = 0
    while text.count - start > maximumLine {
      guard let end = text.last(0x0a, in: start..<start + maximumLine + 1) else { return false }
      start = end + 1
    }
    return true
  }

  /// A byte 0 or a byte that is not of UTF-8.
  private static func defect(_ text: Text, _ range: Range<Int>) -> ScriptError? {
    var at = range.lowerBound
    while at < range.upperBound {
      if at + 8 <= range.upperBound, text.isPlainWord(at) {
        at += 8
      } else if text[at] == 0 {
        return ScriptError("a byte 0 in the script", at: at..<at + 1)
      } else if text[at] < 0x80 {
        at += 1
      } else if let length = sequence(text, at) {
        at += length
      } else {
        let byte = String(text[at], radix: 16)
        return ScriptError("byte 0x\(byte) does not begin a UTF-8 character", at: at..<at + 1)
      }
    }
    return nil
  }

  /// Length of the well-formed UTF-8 sequence at `at` (Unicode table 3-7), or nil.
  static func sequence(_ text: Text, _ at: Int) -> Int? {
    let first = text[at]
    let second = text.byte(at + 1)
    let length: Int
    switch (first, second) {
    case (0xc2...0xdf, 0x80...0xbf): length = 2
    case (0xe0, 0xa0...0xbf), (0xed, 0x80...0x9f): length = 3
    case (0xe1...0xec, 0x80...0xbf), (0xee...0xef, 0x80...0xbf): length = 3
    case (0xf0, 0x90...0xbf), (0xf1...0xf3, 0x80...0xbf), (0xf4, 0x80...0x8f): length = 4
    default: return nil
    }
    for step in 2..<max(length, 2) where text.byte(at + step) & 0xc0 != 0x80 { return nil }
    return length
  }
}
