extension SparseArray {
  /// Chunks are frames of their own with right counts; no chunk is empty but the idle one.
  func check(_ ram: RAM, _ checker: inout Checker) {
    checker.expect((root == 0) == (height == 0), "sparse array: root", UInt64(root))
    checker.expect(height <= 6, "sparse array: height", UInt64(height))
    if root != 0 && height > 0 && height <= 6 { check(root, height, 0, ram, &checker) }
  }

  private func check(
    _ chunk: UInt32, _ level: UInt32, _ key: UInt64, _ ram: RAM, _ checker: inout Checker
  ) {
    guard checker.claim(UInt64(chunk), "sparse array: chunk is not RAM") else { return }
    var used: UInt64 = 0
    for index in 0..<1024 {
      let word = ram[words: chunk, index]
      if word == 0 { continue }
      used += 1
      if level > 1 { check(word, level - 1, key << 10 | UInt64(index), ram, &checker) }
    }
    let frame = ram[FrameAllocator(ram: ram).frame(chunk)]
    checker.expect(
      frame.mapcount == PageType.array.word, "sparse array: frame record", UInt64(chunk))
    checker.expect(used == frame.private, "sparse array: count", used, frame.private)
    checker.expect(
      used > 0 || (level == 1 && idle == key + 1), "sparse array: empty chunk", UInt64(chunk))
  }
}
