internal import VMem

/// Frames of RAM in an image's file: each lies at its physical address.
extension ImageFile {
  /// Frames, which are ascending, as ranges of neighbours.
  static func runs(_ frames: [UInt32]) -> [Range<UInt32>] {
    var runs: [Range<UInt32>] = []
    for frame in frames {
      if let last = runs.last, last.upperBound == frame {
        runs[runs.count - 1] = last.lowerBound..<frame + 1
      } else {
        runs.append(frame..<frame + 1)
      }
    }
    return runs
  }

  /// Writes frames, neighbours by one call of the host. Returns the host's error number, or nil.
  static func write(_ runs: [Range<UInt32>], of ram: RAM, to descriptor: Int32) -> Int32? {
    for run in runs {
      var failure: Int32?
      unsafe ram.withFrames(UInt64(run.lowerBound)..<UInt64(run.upperBound)) { bytes in
        failure = unsafe OpenFile.write(descriptor, bytes, at: Int(run.lowerBound) << 12)
      }
      if let failure { return failure }
    }
    return nil
  }
}
