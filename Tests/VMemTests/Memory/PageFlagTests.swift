import Testing

@testable import VMem

/// Flags and types of pages, which were read in kernels' sources and type information.
@Suite struct PageFlagTests {
  /// Bits of some kernels, as these have them.
  @Test(arguments: [
    (
      KernelVersion.v6_1,
      [
        "locked": 0, "uptodate": 2, "dirty": 3, "lru": 4, "error": 8, "slab": 9, "swapcache": 10,
        "reserved": 12, "private": 13, "writeback": 15, "head": 16, "mappedtodisk": 17,
        "anon_exclusive": 17, "swapbacked": 19, "mlocked": 21,
      ]
    ),
    (
      .v6_12,
      [
        "locked": 0, "writeback": 1, "uptodate": 3, "dirty": 4, "lru": 5, "head": 6,
        "owner_priv_1": 10, "swapcache": 10, "owner_2": 11, "mappedtodisk": 11,
        "anon_exclusive": 11, "reserved": 13, "private": 14, "swapbacked": 17, "unevictable": 18,
        "mlocked": 19, "hwpoison": 20,
      ]
    ),
    (
      .v6_18,
      ["lru": 5, "head": 6, "swapbacked": 17, "dropbehind": 19, "mlocked": 20, "hwpoison": 21]
    ),
  ])
  func bits(_ kernel: KernelVersion, _ wanted: [String: Int]) {
    let flags = PageFlagNames(kernel, kernel.switches)
    for (name, bit) in wanted { #expect(flags.bit(name) == bit, "\(name)") }
  }

  @Test func flagsThatAKernelHasNot() {
    func flags(_ kernel: KernelVersion) -> PageFlagNames { PageFlagNames(kernel, kernel.switches) }
    #expect(flags(.v6_1).bit("hwpoison") == nil)
    #expect(flags(.v6_6).bit("hwpoison") == 22)
    #expect(flags(.v6_6).bit("owner_2") == nil)
    #expect(flags(.v6_12).bit("slab") == nil)
    #expect(flags(.v6_12).bit("dropbehind") == nil)
  }

  /// What frames have is what the names say.
  @Test(arguments: KernelVersion.allCases)
  func framesGoByTheNames(_ kernel: KernelVersion) throws {
    let names = PageFlagNames(kernel, kernel.switches)
    let flags: PageFlags = kernel.switches.contains(.flagsOld) ? .old : .new
    let bits = [
      ("reserved", flags.reserved), ("uptodate", flags.uptodate), ("dirty", flags.dirty),
      ("swapbacked", flags.swapbacked), ("anon_exclusive", flags.exclusive), ("head", flags.head),
    ]
    for (name, bit) in bits {
      #expect(try 1 << UInt64(#require(names.bit(name))) == bit, "\(name)")
    }
    if let slab = names.bit("slab") { #expect(Frame.slab == 1 << UInt64(slab)) }
  }

  @Test func types() {
    let own: [(PageType, KernelPageType)] = [
      (.buddy, .buddy), (.table, .table), (.slab, .slab),
    ]
    for (type, kernelType) in own { #expect(type.rawValue == kernelType.word) }
    let words = KernelPageType.allCases.map { Int32(bitPattern: $0.word) }
    #expect(words.prefix(3) == [-268_435_456, -251_658_240, -234_881_024])
    #expect(KernelPageType.slab.number == 0xf5 && KernelPageType.unaccepted.number == 0xf7)
    let bits = KernelPageType.allCases.prefix(5).map { Int32(bitPattern: $0.clearedBit) }
    #expect(bits == [-129, -257, -513, -1025, -2049])
  }
}
