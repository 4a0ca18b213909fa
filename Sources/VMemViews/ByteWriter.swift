internal import Glibc

/// A buffer of output bytes in front of a file descriptor, or in memory for tests.
///
/// Numbers are formatted straight into the buffer: a row of a view costs no allocation. After the
/// first failed write everything more is dropped and `failure` says why; a closed pipe arrives as
/// an error only when the process ignores SIGPIPE. What is still buffered when the writer goes
/// away is lost: call `flush()`.
@safe
public struct ByteWriter: ~Copyable {
  /// Why output was lost.
  public enum Failure: Equatable, Sendable {
    /// The reader of the pipe is gone.
    case pipeClosed
    /// `write(2)` failed with this error number.
    case errno(Int32)

    /// The exit code of a process that lost output: 141 as the shell reports SIGPIPE, or 74.
    package var exitCode: Int32 { self == .pipeClosed ? 141 : 74 }
  }

  /// Bytes held back before they are written to the descriptor.
  package static let capacity = 128 << 10
  /// Room that a writer begins with: most write little.
  private static let usual = 1 << 10

  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var room: Int
  @usableFromInline var used = 0
  private let descriptor: Int32?
  private var flushed: UInt64 = 0
  /// The first error of the descriptor.
  public private(set) var failure: Failure?
  /// Whether bytes stay here, however many they become, until `flush()` is called: what they tell of
  /// is not kept yet.
  package var isHeld = false
  /// Bytes that have been written before: as many go nowhere.
  package var skipped: UInt64 = 0
  /// Where written bytes are counted, for whoever has to skip them.
  package var count: UnsafeMutablePointer<UInt64>?

  /// - Parameter descriptor: where the bytes go; nil keeps them all in memory.
  public init(descriptor: Int32?) {
    self.descriptor = descriptor
    room = Self.usual
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: Self.usual, alignment: 16)
  }

  deinit {
    // Safe: the only owner of the buffer.
    unsafe base.deallocate()
  }

  /// Bytes taken since the start, written or not.
  public var bytesWritten: UInt64 { flushed + UInt64(used) }
  /// Bytes that have not left yet.
  package var pendingBytes: Int { used }

  /// Writes everything to the descriptor. Does nothing for a writer in memory.
  public mutating func flush() {
    guard let descriptor else { return }
    var at = Int(min(skipped, UInt64(used)))
    skipped -= UInt64(at)
    while at < used, failure == nil {
      // Safe: `at ..< used` lies in the buffer.
      let count = unsafe Glibc.write(descriptor, base + at, used - at)
      if count >= 0 {
        at += count
        // Safe: whoever counts keeps the place.
        if let place = unsafe self.count { unsafe place.pointee += UInt64(count) }
      } else if errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
      } else if errno != EINTR {
        failure = errno == EPIPE ? .pipeClosed : .errno(errno)
      }
    }
    flushed += UInt64(used)
    used = 0
  }

  /// What a writer in memory holds; the writer is empty afterwards.
  public mutating func takeBytes() -> [UInt8] {
    defer { used = 0 }
    // Safe: `used` bytes of the buffer were written.
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: used))
  }

  /// What a writer in memory holds, as text.
  public mutating func takeString() -> String {
    String(decoding: takeBytes(), as: UTF8.self)
  }

  /// Makes sure that `count` more bytes fit. `count` is at most `capacity`.
  @inlinable @inline(__always)
  mutating func reserve(_ count: Int) {
    if room - used < count { makeRoom(count) }
  }

  @usableFromInline @inline(never)
  mutating func makeRoom(_ count: Int) {
    precondition(count <= Self.capacity)
    if descriptor != nil, !isHeld, room >= Self.capacity { return flush() }
    var size = room * 2
    while size - used < count { size *= 2 }
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    // Safe: both buffers hold at least `used` bytes and are apart.
    unsafe larger.copyMemory(from: base, byteCount: used)
    unsafe base.deallocate()
    unsafe base = larger
    room = size
  }

  /// Forgets everything that has not left, and takes nothing more.
  package mutating func drop() {
    used = 0
    failure = failure ?? .errno(EIO)
  }

  // MARK: Text

  @inlinable @inline(__always)
  package mutating func write(_ text: StaticString) {
    let count = text.utf8CodeUnitCount
    reserve(count)
    // Safe: literals live as long as the process, and the room was made.
    unsafe (base + used).copyMemory(from: text.utf8Start, byteCount: count)
    used += count
  }

  package mutating func write(_ text: String) {
    write(text.utf8Span.span)
  }

  package mutating func write(_ bytes: Span<UInt8>) {
    var at = 0
    while at < bytes.count {
      let count = min(bytes.count - at, Self.capacity)
      reserve(count)
      let chunk = bytes.extracting(at..<at + count)
      // Safe: the room was made, and the chunk is as long as it says.
      unsafe chunk.withUnsafeBytes {
        unsafe (base + used).copyMemory(from: $0.baseAddress!, byteCount: count)
      }
      used += count
      at += count
    }
  }

  @inlinable @inline(__always)
  package mutating func write(byte: UInt8) {
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
    used += 1
  }

  /// Takes every line that a writer in memory holds, with a mark in front of each.
  package mutating func take(linesOf other: inout ByteWriter, behind mark: StaticString) {
    // Safe: `used` bytes of the other's buffer were written.
    let text = unsafe UnsafeRawBufferPointer(start: other.base, count: other.used)
    var start = 0
    while start < text.count {
      let end = unsafe text[start...].firstIndex(of: 0x0a) ?? text.count
      write(mark)
      unsafe write(Span(_unsafeBytes: UnsafeRawBufferPointer(rebasing: text[start..<end])))
      write(byte: 0x0a)
      start = end + 1
    }
    other.used = 0
  }

  /// `count` spaces.
  package mutating func spaces(_ count: Int) {
    for _ in 0..<max(0, count) { write(byte: 0x20) }
  }
}
