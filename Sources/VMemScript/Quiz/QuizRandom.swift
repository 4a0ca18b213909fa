/// Numbers of an exercise: the same for the same topic and seed (splitmix64).
struct QuizRandom {
  private var state: UInt64

  init(_ topic: QuizTopic, seed: UInt64) {
    state = seed &* 0x2545_f491_4f6c_dd1d
    for byte in topic.rawValue.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// A number of a range.
  mutating func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next().multipliedFullWidth(by: UInt64(range.count)).high)
  }

  mutating func pick<T>(_ values: [T]) -> T { values[pick(0...values.count - 1)] }

  mutating func shuffled<T>(_ values: [T]) -> [T] {
    var result = values
    for index in result.indices.dropFirst() { result.swapAt(index, pick(0...index)) }
    return result
  }
}
