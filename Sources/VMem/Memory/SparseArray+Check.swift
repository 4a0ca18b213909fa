extension SparseArray {
  /// Chunks are frames of their own with right counts; no chunk is empty but the idle one. Returns
  /// what the array holds, ascending; nothing below a chunk that cannot be followed.
  func check(_ ram: RAM, _ checker: inout Checker) -> [(key: UInt64, value: UInt32)] {
    checker.expect((root == 0) == (height == 0), "sparse array: root", UInt64(root))
    checker.expect(height <= Self.most, "sparse array: height", UInt64(height))
    var entries: [(key: UInt64, value: UInt32)] = []
    var hasIdle = idle == 0
    if root != 0 && height > 0 && height <= Self.most {
      check(root, level: height, key: 0, ram, &checker, &entries, &hasIdle)
    }
    checker.expect(hasIdle, "sparse array: idle chunk", idle)
    return entries
  }

  private func check(
    _ chunk: UInt32, level: UInt32, key: UInt64, _ ram: RAM, _ checker: inout Checker,
    _ entries: inout [(key: UInt64, value: UInt32)], _ hasIdle: inout Bool
  ) {
    guard checker.claim(UInt64(chunk), "sparse array: chunk is not RAM") else { return }
    var used: UInt64 = 0
    var index = ram.nextUsedWord(chunk, from: 0)
    while index < 1024 {
      let word = ram[words: chunk, index]
      defer { index = ram.nextUsedWord(chunk, from: index + 1) }
      used += 1
      let place = key << 10 | UInt64(index)
      if level > 1 {
        check(word, level: level - 1, key: place, ram, &checker, &entries, &hasIdle)
      } else {
        entries.append((place, word))
      }
    }
    let isIdle = level == 1 && idle == key + 1
    hasIdle = hasIdle || isIdle
    var expected = checker.record(chunk, .array)
    expected.private = used
    let record = ram[FrameAllocator(ram: ram).frame(chunk)]
    expected.inheritPast(of: record)
    checker.expect(record == expected, "sparse array: frame record", UInt64(chunk), used)
    checker.expect(used > 0 || isIdle, "sparse array: empty chunk", UInt64(chunk))
  }

  /// The value at key 0 of an array that has been found sound, or 0.
  func firstValue(_ ram: RAM) -> UInt32 { height <= Self.most ? value(0, ram) : 0 }
}
