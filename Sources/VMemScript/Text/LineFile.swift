internal import Glibc
internal import VMemViews

/// A file of text that is read in pieces of whole lines, so that long ones need no room as a whole.
@safe
struct LineFile: ~Copyable {
  /// The name messages give it.
  let name: String
  private let descriptor: Int32
  private let most: Int
  private var base: UnsafeMutablePointer<UInt8>
  private var room = 1 << 18
  /// Bytes that were read, and those of them that the last piece had.
  private var used = 0
  private var taken = 0
  private var total = 0
  private var isAtEnd = false
  /// Bytes of the file as it was opened; 0 for what has no size.
  let size: Int

  /// Opens a file; `-` is standard input. Returns nil, with `errno` set, when that fails.
  init?(path: String, atMost most: Int = WholeFile.maximumBytes) {
    let isInput = path == "-"
    descriptor = isInput ? 0 : unsafe open(path.hostPath, O_RDONLY | O_CLOEXEC)
    let failure = errno
    name = isInput ? "<stdin>" : path
    self.most = most
    var information = stat()
    size = unsafe fstat(descriptor, &information) == 0 ? max(0, Int(information.st_size)) : 0
    unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    guard descriptor >= 0 else {
      errno = failure
      return nil
    }
  }

  deinit {
    unsafe base.deallocate()
    if descriptor > 0 { close(descriptor) }
  }

  /// What a piece is: lines with their ends, where only the last of the file may lack its own; nothing
  /// behind the last; or a failure, with `errno` set: EFBIG where there are too many bytes.
  enum Piece {
    case lines(Text)
    case end
    case failure
  }

  /// The next lines, which stay until the next call.
  mutating func next() -> Piece {
    used -= taken
    // Safe: both lie in what was read.
    unsafe memmove(base, base + taken, used)
    taken = 0
    var searched = 0
    while true {
      guard fill() else { return .failure }
      let text = unsafe Text(base: base, count: used)
      // What is no text may have no end, and no line.
      if total == used, searched == 0, text.withSpan({ VmallocinfoFile.isNoText($0) }) {
        taken = used
        return .lines(text[0..<used])
      }
      taken = isAtEnd ? used : text.last(0x0a, in: searched..<used).map { $0 + 1 } ?? 0
      if taken > 0 { return .lines(text[0..<taken]) }
      if isAtEnd { return .end }
      searched = used
      grow()
    }
  }

  /// Reads until the room is full or the file ends.
  private mutating func fill() -> Bool {
    while used < room, !isAtEnd {
      // Safe: there is room for that many.
      let got = unsafe read(descriptor, base + used, room - used)
      if got > 0 {
        used += got
        total += got
        if total > most {
          errno = EFBIG
          return false
        }
      } else if got == 0 {
        isAtEnd = true
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room * 2)
    // Safe: both hold `used` bytes.
    unsafe larger.update(from: base, count: used)
    unsafe base.deallocate()
    unsafe base = larger
    room *= 2
  }
}
