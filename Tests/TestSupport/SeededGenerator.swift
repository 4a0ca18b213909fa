/// A small generator with a seed (splitmix64), so that a failing run can be repeated.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// A number below `limit`, which is not zero.
  package mutating func below(_ limit: UInt64) -> UInt64 {
    next().multipliedFullWidth(by: limit).high
  }

  /// An index into something with `count` elements.
  package mutating func index(_ count: Int) -> Int { Int(below(UInt64(count))) }

  /// True once in `times`.
  package mutating func once(in times: UInt64) -> Bool { below(times) == 0 }

  package mutating func pick<T>(_ values: [T]) -> T { values[index(values.count)] }
}
