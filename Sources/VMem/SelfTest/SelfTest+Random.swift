/// The machine's random numbers: a seeded generator whose place is in RAM, so that the same calls
/// draw the same numbers. The corresponding kernel function is `get_random_u64`.
extension SelfTest {
  package func random() -> UInt64 {
    // SplitMix64.
    ram[ram.tests].draws &+= 1
    var z = ram[Superblock.ref].seed &+ ram[ram.tests].draws &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is 1 to 2^32. The corresponding kernel function is
  /// `get_random_u32_below`.
  package func random(below bound: UInt64) -> UInt64 { ((random() >> 32) &* bound) >> 32 }
}
