extension RAM {
  /// Called before so many frames are handed out at once: those of a machine that is small, or just
  /// booted, are not worth huge pages of the host.
  func expect(frames count: UInt64) {
    if count >= UInt64(HugePages.worthwhile) >> 12 { expectMore() }
  }

  /// Called when it shows that many frames are handed out one by one.
  func expectMore() {
    unsafe HugePages.expect(
      UnsafeMutableRawBufferPointer(start: base, count: Int(frameCount) << 12))
  }
}
