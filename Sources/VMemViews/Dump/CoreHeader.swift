/// The head of an ELF core file: ELF header, program headers, notes, in front of the segments.
struct CoreHeader {
  static let fileHeaderSize: UInt64 = 64
  static let programHeaderSize: UInt64 = 56
  /// PN_XNUM: so many program headers that their number does not fit `e_phnum`.
  static let manyHeaders = 0xffff

  /// Offset in the file of the notes, and of the first byte behind the head: a limit of pages.
  let notesOffset: UInt64
  let dataOffset: UInt64
  private let programHeaders: Int
  private var isMany: Bool { programHeaders >= Self.manyHeaders }

  /// - Parameters:
  ///   - segments: PT_LOADs.
  ///   - notesSize: bytes of the notes.
  init(segments: Int, notesSize: Int) {
    programHeaders = segments + 1
    let end = Self.fileHeaderSize + Self.programHeaderSize * UInt64(programHeaders)
    // Section header 0, which carries the number that does not fit.
    notesOffset = programHeaders >= Self.manyHeaders ? end + 64 : end
    dataOffset = (notesOffset + UInt64(notesSize) + 4095) & ~4095
  }

  /// The head's bytes, for segments that follow it in the file in their order, each where
  /// `CoreSegment.fileOffset` puts it.
  ///
  /// - Parameter noteAlignment: `p_align` of the PT_NOTE.
  func bytes(_ segments: [CoreSegment], _ notes: CoreNotes, noteAlignment: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(dataOffset))
    fileHeader(&bytes)
    // PT_NOTE.
    bytes.append(little: UInt32(4))
    bytes.append(little: UInt32(0))
    for value in [notesOffset, 0, 0, UInt64(notes.bytes.count), 0, noteAlignment] {
      bytes.append(little: value)
    }
    var offset = dataOffset
    for segment in segments {
      offset = segment.fileOffset(from: offset)
      // PT_LOAD, readable, writable and executable.
      bytes.append(little: UInt32(1))
      bytes.append(little: UInt32(7))
      for value in [
        offset, segment.address, segment.physical, segment.size, segment.size, 4096,
      ] { bytes.append(little: value) }
      offset &+= segment.size
    }
    if isMany {
      bytes += [UInt8](repeating: 0, count: 32)
      // sh_size, sh_link and sh_info: sections, name section, program headers.
      bytes.append(little: UInt64(1))
      bytes.append(little: UInt32(0))
      bytes.append(little: UInt32(programHeaders))
      bytes += [UInt8](repeating: 0, count: 16)
    }
    bytes += notes.bytes
    bytes.pad(to: 4096)
    return bytes
  }

  private func fileHeader(_ bytes: inout [UInt8]) {
    // Magic; 64 bits, little endian, version 1, System V.
    bytes += [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]
    bytes += [UInt8](repeating: 0, count: 8)
    // ET_CORE, EM_X86_64, version 1, no entry.
    bytes.append(little: UInt16(4))
    bytes.append(little: UInt16(62))
    bytes.append(little: UInt32(1))
    bytes.append(little: UInt64(0))
    bytes.append(little: Self.fileHeaderSize)
    bytes.append(little: isMany ? notesOffset - 64 : 0)
    bytes.append(little: UInt32(0))
    bytes.append(little: UInt16(Self.fileHeaderSize))
    bytes.append(little: UInt16(Self.programHeaderSize))
    bytes.append(little: UInt16(isMany ? Self.manyHeaders : programHeaders))
    bytes.append(little: UInt16(isMany ? 64 : 0))
    bytes.append(little: UInt16(isMany ? 1 : 0))
    bytes.append(little: UInt16(0))
  }
}
