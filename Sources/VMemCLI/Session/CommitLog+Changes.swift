internal import VMem

/// Which commits have changed more than the clock and the TLBs.
extension CommitLog {
  /// Frames as the image has them.
  typealias ImageFrames = (UInt32) -> [UInt8]?

  /// The last commit after `sequence` that has done more than let time pass and fill TLBs, and where its
  /// record starts. The log is read once, from its start.
  func lastChange(
    after sequence: UInt64, _ image: ImageFrames
  ) throws(Defect) -> (commit: CommitRecord, start: Int)? {
    guard let base = unsafe base else { return nil }
    let log = unsafe UnsafeRawBufferPointer(start: base, count: end)
    var before = noOffsets
    var last: (CommitRecord, Int)?
    try forEachCommit { record, start in
      if record.sequence > sequence, unsafe !isIdle(record, at: start, in: log, before, image) {
        last = (record, start)
      }
      before.put(record, at: start)
      return true
    }
    return last
  }

  /// Whether a record at an offset has done nothing but let time pass and fill TLBs.
  private func isIdle(
    _ record: CommitRecord, at start: Int, in log: UnsafeRawBufferPointer,
    _ before: borrowing FrameOffsets, _ image: ImageFrames
  ) -> Bool {
    guard let first = unsafe contents(of: 0, in: log, before, image) else { return false }
    let accesses = AccessTraces(first: first)
    var next = start + record.counts.headerSize
    for place in 0..<record.counts.frames {
      let (frame, mask, start) = (record.frame(place), record.mask(place), next)
      next += mask.nonzeroBitCount * CommitRecord.sector
      let traces = accesses.places(in: frame)
      if traces == [0..<CommitRecord.block] { continue }
      guard !traces.isEmpty, let old = unsafe contents(of: frame, in: log, before, image) else {
        return false
      }
      var offset = start
      for sector in 0..<CommitRecord.sectorsPerFrame where mask & 1 << sector != 0 {
        for byte in 0..<CommitRecord.sector {
          let at = sector * CommitRecord.sector + byte
          // Safe: the record was read whole.
          if unsafe log[offset + byte] != old[at], !traces.contains(where: { $0.contains(at) }) {
            return false
          }
        }
        offset += CommitRecord.sector
      }
    }
    return true
  }

  /// A frame as some commits have left it, or as the image has it.
  private func contents(
    of frame: UInt32, in log: UnsafeRawBufferPointer, _ offsets: borrowing FrameOffsets,
    _ image: ImageFrames
  ) -> [UInt8]? {
    guard let place = offsets.place(frame) else { return image(frame) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(CommitRecord.block)
    for sector in 0..<CommitRecord.sectorsPerFrame {
      let start = offsets.offset(place, sector)
      // Safe: the records were read whole.
      unsafe bytes.append(contentsOf: log[start..<start + CommitRecord.sector])
    }
    return bytes
  }
}
