internal import Glibc

extension RAM {
  /// Frames that are so many that the host's huge pages pay: 8 MiB.
  private static let many: UInt64 = 2048

  /// Called before so many frames are handed out at once. Lets the host back what is touched from now on
  /// by huge pages, which spares most of its TLB's misses; a machine that is small, or just booted, would
  /// only pay for their zeroing.
  func expect(frames count: UInt64) {
    guard count >= Self.many else { return }
    // Safe: RAM is one mapping. A host without huge pages refuses, and nothing is lost.
    unsafe madvise(base, Int(frameCount) << 12, MADV_HUGEPAGE)
  }
}
