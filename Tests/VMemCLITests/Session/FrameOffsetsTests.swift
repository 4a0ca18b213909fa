import Testing

@testable import VMemCLI

/// The table of offsets against a dictionary, by chance; the seed is printed.
@Suite struct FrameOffsetsTests {
  @Test func equalsADictionary() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    var (table, model) = (FrameOffsets(), [UInt32: Int]())
    #expect(table[0] == nil && table.frames.isEmpty)
    for step in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Frames that repeat, and both ends of their numbers.
      let frame =
        step % 1000 == 0 ? UInt32.max : step % 1001 == 0 ? 0 : UInt32(state >> 33) % 5000
      let offset = Int(state >> 40)
      (table[frame], model[frame]) = (offset, offset)
      if table.count != model.count || table[frame] != offset {
        Issue.record("seed \(seed), step \(step)")
        return
      }
    }
    #expect(table.frames.sorted() == model.keys.sorted(), "seed \(seed)")
    for frame in 0..<UInt32(6000) { #expect(table[frame] == model[frame], "seed \(seed)") }
  }
}
