extension RAM {
  /// Called before so many frames are handed out at once: those of a machine that is small, or just
  /// booted, are not worth huge pages of the host.
  func expect(frames count: UInt64) {
    guard count >= UInt64(HugePages.worthwhile) >> 12 else { return }
    unsafe HugePages.expect(
      UnsafeMutableRawBufferPointer(start: base, count: Int(frameCount) << 12))
  }
}
