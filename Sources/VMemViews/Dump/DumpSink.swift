internal import CHost
internal import Glibc

/// Where a dump goes, from its first byte to its last: a file, in which zeroes become holes, or
/// anything that only takes bytes in order, such as a pipe.
@safe
struct DumpSink: ~Copyable {
  private static let capacity = 256 << 10

  private let descriptor: Int32
  /// Whether zeroes can be left out by moving the file's offset.
  private let seeks: Bool
  private let buffer: UnsafeMutableRawBufferPointer
  private var used = 0
  /// Zeroes behind what is in the buffer.
  private var zeroes: UInt64 = 0
  private(set) var failure: ByteWriter.Failure?

  init(descriptor: Int32) {
    self.descriptor = descriptor
    unsafe buffer = .allocate(byteCount: Self.capacity, alignment: 4096)
    var status = stat()
    let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    // What a file already holds past its offset would show through holes.
    seeks =
      isFile && fcntl(descriptor, F_GETFL) & O_APPEND == 0
      && lseek(descriptor, 0, SEEK_CUR) >= status.st_size
  }

  deinit {
    // Safe: the only owner of the buffer.
    unsafe buffer.deallocate()
  }

  mutating func writeZeroes(_ count: UInt64) {
    // Areas can be larger than any file; where the sum ends no longer matters then.
    let (sum, isTooMuch) = zeroes.addingReportingOverflow(count)
    zeroes = isTooMuch ? .max : sum
  }

  mutating func write(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe write($0) }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) {
    if zeroes > 0 { passZeroes() }
    if unsafe used + bytes.count > buffer.count { flush() }
    guard bytes.count < Self.capacity / 4 else {
      flush()
      // Else the host looks for room for each page.
      if seeks { chost_reserve_space(descriptor, bytes.count) }
      return unsafe send(bytes)
    }
    // Safe: there is room, and both are apart.
    unsafe (buffer.baseAddress! + used).copyMemory(
      from: bytes.baseAddress!, byteCount: bytes.count)
    used += bytes.count
  }

  /// Writes what is left. Trailing zeroes become a hole that ends the file.
  mutating func finish() -> ByteWriter.Failure? {
    let isHole = zeroes > 0
    if isHole { passZeroes() }
    flush()
    if isHole, seeks, failure == nil {
      let end = lseek(descriptor, 0, SEEK_CUR)
      if end < 0 || ftruncate(descriptor, end) != 0 { failure = .errno(errno) }
    }
    return failure
  }

  private mutating func passZeroes() {
    flush()
    if seeks {
      if zeroes > UInt64(Int64.max) || lseek(descriptor, Int(zeroes), SEEK_CUR) < 0 {
        if failure == nil { failure = .errno(EFBIG) }
      }
    } else {
      unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
      while zeroes > 0, failure == nil {
        let count = min(zeroes, UInt64(Self.capacity))
        unsafe send(UnsafeRawBufferPointer(rebasing: buffer[0..<Int(count)]))
        zeroes -= count
      }
    }
    zeroes = 0
  }

  private mutating func flush() {
    unsafe send(UnsafeRawBufferPointer(rebasing: buffer[0..<used]))
    used = 0
  }

  private mutating func send(_ bytes: UnsafeRawBufferPointer) {
    var at = 0
    while at < bytes.count, failure == nil {
      // Safe: `at` lies inside the bytes.
      let count = unsafe Glibc.write(descriptor, bytes.baseAddress! + at, bytes.count - at)
      if count >= 0 {
        at += count
      } else if errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
      } else if errno != EINTR {
        failure = errno == EPIPE ? .pipeClosed : .errno(errno)
      }
    }
  }
}
