import Glibc

/// An ELF core file as a tool sees it: everything through the headers, nothing known beforehand.
final class CoreReader {
  struct Segment: Equatable {
    var type: UInt32
    var flags: UInt32
    var offset: UInt64
    var address: UInt64
    var physical: UInt64
    var fileSize: UInt64
    var memorySize: UInt64
    var alignment: UInt64
  }
  struct Note: Equatable {
    var name: String
    var type: UInt32
    var bytes: [UInt8]
  }

  let descriptor: Int32
  private(set) var segments: [Segment] = []
  let size: UInt64
  /// Bytes the file takes on disk.
  let allocated: UInt64

  init(descriptor: Int32) {
    self.descriptor = descriptor
    var status = stat()
    fstat(descriptor, &status)
    size = UInt64(status.st_size)
    allocated = UInt64(status.st_blocks) * 512
    guard bytes(0, 4) == [0x7f, 0x45, 0x4c, 0x46] else { return }
    var count = Int(number(56, 2))
    if count == 0xffff { count = Int(number(number(40, 8) + 44, 4)) }
    let start = number(32, 8)
    for index in 0..<count {
      let at = start + UInt64(index) * number(54, 2)
      segments.append(
        Segment(
          type: UInt32(number(at, 4)), flags: UInt32(number(at + 4, 4)),
          offset: number(at + 8, 8), address: number(at + 16, 8), physical: number(at + 24, 8),
          fileSize: number(at + 32, 8), memorySize: number(at + 40, 8),
          alignment: number(at + 48, 8)))
    }
  }

  deinit { close(descriptor) }

  var loads: [Segment] { segments.filter { $0.type == 1 } }

  /// Bytes of the file; past its end there are none.
  func bytes(_ offset: UInt64, _ count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    let read = result.withUnsafeMutableBytes {
      pread(descriptor, $0.baseAddress, count, Int(offset))
    }
    return Array(result.prefix(max(0, read)))
  }

  /// A number of `count` bytes, little endian.
  func number(_ offset: UInt64, _ count: Int) -> UInt64 {
    bytes(offset, count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The bytes at an address, which lies in one segment with all of them; nil where none is.
  func memory(_ address: UInt64, _ count: Int) -> [UInt8]? {
    let segment = loads.first {
      $0.address <= address && address - $0.address + UInt64(count) <= $0.fileSize
    }
    return segment.map { bytes($0.offset + (address - $0.address), count) }
  }

  var notes: [Note] {
    guard let segment = segments.first(where: { $0.type == 4 }) else { return [] }
    var notes: [Note] = []
    var at = segment.offset
    while at < segment.offset + segment.fileSize {
      let (nameSize, size) = (number(at, 4), number(at + 4, 4))
      let description = at + 12 + (nameSize + 3) & ~3
      notes.append(
        Note(
          name: String(decoding: bytes(at + 12, Int(nameSize) - 1), as: UTF8.self),
          type: UInt32(number(at + 8, 4)), bytes: bytes(description, Int(size))))
      at = description + (size + 3) & ~3
    }
    return notes
  }
}
