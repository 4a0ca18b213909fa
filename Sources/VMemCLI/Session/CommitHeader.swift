internal import CHost

/// The first sectors of a commit that is to be written.
@safe
struct CommitHeader: ~Copyable {
  private let bytes: UnsafeMutableRawBufferPointer
  private let counts: CommitRecord.Counts

  /// A header for so many frames and sectors. What names them is still to be set.
  init(frames: Int, sectors: Int, commands: [UInt8]) {
    counts = CommitRecord.Counts(frames: frames, sectors: sectors, commands: commands.count)
    unsafe bytes = .allocate(byteCount: counts.headerSize, alignment: 16)
    // Safe: the header has room for all parts.
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    put(UInt64(counts.frames), 4, at: 24)
    put(UInt64(counts.sectors), 4, at: 28)
    put(UInt64(counts.commands), 4, at: 32)
    unsafe commands.withUnsafeBytes {
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[(counts.masks + frames)...]).copyMemory(
        from: $0)
    }
  }

  deinit { unsafe bytes.deallocate() }

  /// As it would be read.
  var record: CommitRecord { unsafe CommitRecord(UnsafeRawPointer(bytes.baseAddress!)) }
  /// The bytes that are written. They live as long as this.
  var written: UnsafeMutableRawBufferPointer { unsafe bytes }

  /// Says which sectors of a frame follow.
  func set(_ place: Int, frame: UInt32, mask: UInt8) {
    precondition(place >= 0 && place < counts.frames)
    // Safe: checked.
    put(UInt64(frame), 4, at: CommitRecord.fixed + 4 * place)
    unsafe bytes.storeBytes(of: mask, toByteOffset: counts.masks + place, as: UInt8.self)
  }

  /// Where the checksums of the sectors stand: so many numbers of four bytes.
  var sums: UnsafeMutablePointer<UInt32> {
    // Safe: they begin at a multiple of four bytes.
    unsafe (bytes.baseAddress! + CommitRecord.fixed + 4 * counts.frames).assumingMemoryBound(
      to: UInt32.self)
  }

  /// Fills in the rest, when all sectors are named and summed.
  func seal(sequence: UInt64, generation: UInt32, previous: UInt32) {
    put(CommitRecord.magic, 8, at: 0)
    put(sequence, 8, at: 8)
    put(UInt64(generation), 4, at: 16)
    put(UInt64(previous), 4, at: 20)
    putChecksum(at: CommitRecord.fixed - 4)
    putChecksum(at: counts.end)
  }

  private func put(_ value: UInt64, _ count: Int, at offset: Int) {
    // Safe: a header has room for all parts.
    for at in 0..<count {
      unsafe bytes[offset + at] = UInt8(truncatingIfNeeded: value >> UInt64(8 * at))
    }
  }

  /// CRC-32C of all bytes before an offset.
  private func putChecksum(at offset: Int) {
    put(UInt64(unsafe chost_crc32c(0, bytes.baseAddress!, offset)), 4, at: offset)
  }
}
