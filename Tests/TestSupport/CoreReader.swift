import Glibc

/// An ELF core file as a tool sees it: everything through the headers, nothing known beforehand.
package final class CoreReader {
  package struct Segment: Equatable {
    package var type: UInt32
    package var flags: UInt32
    package var offset: UInt64
    package var address: UInt64
    package var physical: UInt64
    package var fileSize: UInt64
    package var memorySize: UInt64
    package var alignment: UInt64

    package init(
      type: UInt32, flags: UInt32, offset: UInt64, address: UInt64, physical: UInt64,
      fileSize: UInt64, memorySize: UInt64, alignment: UInt64
    ) {
      self.type = type
      self.flags = flags
      self.offset = offset
      self.address = address
      self.physical = physical
      self.fileSize = fileSize
      self.memorySize = memorySize
      self.alignment = alignment
    }
  }
  package struct Note: Equatable {
    package var name: String
    package var type: UInt32
    package var bytes: [UInt8]
  }

  package let descriptor: Int32
  package private(set) var segments: [Segment] = []
  package private(set) var loads: [Segment] = []
  package let size: UInt64
  /// Bytes the file takes on disk.
  package let allocated: UInt64
  /// The whole file: tools ask for millions of numbers.
  private let mapped: UnsafeRawBufferPointer

  package init(descriptor: Int32) {
    self.descriptor = descriptor
    var status = stat()
    fstat(descriptor, &status)
    size = UInt64(status.st_size)
    allocated = UInt64(status.st_blocks) * 512
    let place = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0)
    let isMapped = place != MAP_FAILED
    mapped = UnsafeRawBufferPointer(start: isMapped ? place : nil, count: isMapped ? Int(size) : 0)
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
    loads = segments.filter { $0.type == 1 }
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: mapped.baseAddress), mapped.count)
    close(descriptor)
  }

  /// Bytes of the file; past its end there are none.
  package func bytes(_ offset: UInt64, _ count: Int) -> [UInt8] {
    guard offset < mapped.count else { return [] }
    return Array(mapped[Int(offset)...].prefix(count))
  }

  /// Whether the file has these bytes at an offset.
  package func holds(_ wanted: [UInt8], at offset: UInt64) -> Bool {
    guard offset < mapped.count, wanted.count <= mapped.count - Int(offset) else { return false }
    return wanted.withUnsafeBytes {
      $0.isEmpty || memcmp($0.baseAddress!, mapped.baseAddress! + Int(offset), $0.count) == 0
    }
  }

  /// A number of `count` bytes, little endian.
  package func number(_ offset: UInt64, _ count: Int) -> UInt64 {
    guard offset < mapped.count else { return 0 }
    return mapped[Int(offset)...].prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The bytes at an address, which lies in one segment with all of them; nil where none is.
  package func memory(_ address: UInt64, _ count: Int) -> [UInt8]? {
    let segment = loads.first {
      $0.address <= address && address - $0.address + UInt64(count) <= $0.fileSize
    }
    return segment.map { bytes($0.offset + (address - $0.address), count) }
  }

  package var notes: [Note] {
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
