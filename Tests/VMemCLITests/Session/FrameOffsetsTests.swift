import Testing

@testable import VMemCLI

/// The table of offsets against a dictionary, by chance; the seed is printed.
@Suite struct FrameOffsetsTests {
  @Test func equalsADictionary() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    var model: [UInt32: [Int]] = [:]
    var table = FrameOffsets(seed: seed)
    let isEmpty = !table.contains(0) && table.count == 0
    #expect(isEmpty)
    for step in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Frames that repeat, and both ends of their numbers.
      let frame =
        step % 1000 == 0 ? UInt32.max : step % 1001 == 0 ? 0 : UInt32(state >> 33) % 5000
      let start = Int(state >> 40)
      let mask = model[frame] == nil ? CommitRecord.whole : UInt8(truncatingIfNeeded: state >> 20)
      var (next, offsets) = (start, model[frame] ?? [Int](repeating: 0, count: 8))
      for sector in 0..<8 where mask & 1 << sector != 0 {
        offsets[sector] = next
        next += 512
      }
      model[frame] = offsets
      let end = table.put(frame, mask, at: start)
      let place = table.place(frame)
      if end != next || place.map({ place in (0..<8).map { table.offset(place, $0) } }) != offsets {
        Issue.record("seed \(seed), step \(step)")
        return
      }
    }
    let frames = (0..<table.count).map { table.frame($0) }
    #expect(frames.sorted() == model.keys.sorted(), "seed \(seed)")
    for frame in 0..<UInt32(6000) {
      let found = table.place(frame).map { place in (0..<8).map { table.offset(place, $0) } }
      #expect(found == model[frame], "seed \(seed)")
    }
  }
}
