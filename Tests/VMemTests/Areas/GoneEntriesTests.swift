import TestSupport
import Testing

@testable import VMem

/// Entries of the index whose blocks are gone: they stay until a block takes them over, or until most of
/// a leaf is gone.
struct GoneEntriesTests {
  /// A machine with holes of two pages, and a busy page between them.
  private struct Holes: ~Copyable {
    let machine: Machine
    let space: FreeSpace
    static let base: UInt64 = 0xffff_c900_0000_0000

    init(_ count: UInt64) throws {
      machine = try Machine(Configuration(memory: 8 << 20))
      space = machine.areas.space
      for number in 0...count {
        #expect(space.reserve(Self.page(3 * number), 4096), "page \(3 * number)")
      }
    }

    static func page(_ number: UInt64) -> UInt64 { base + number << 12 }

    func take(_ pages: Range<UInt64>) throws {
      try #require(space.reserve(Self.page(pages.lowerBound), UInt64(pages.count) << 12))
      try expectSound("taken \(pages)")
    }

    func give(_ pages: Range<UInt64>) throws {
      let spare = try #require(machine.caches.allocate(FreeBlock.self))
      try #require(
        space.release(
          Self.page(pages.lowerBound), Self.page(pages.upperBound), spare: spare))
      try expectSound("given \(pages)")
    }

    /// Entries of the only leaf, and how many of them are gone.
    var leaf: [Int] {
      let leaf = space.index.handle(machine.ram[space.root].indexRoot)
      return [leaf.count, leaf.gone]
    }

    private func expectSound(_ context: String) throws {
      var checker = Checker(ram: machine.ram)
      machine.prepare(&checker, BootLayout(machine.configuration))
      machine.caches.check(&checker)
      space.check(&checker) { _, _ in }
      let first = checker.violations.first
      try #require(first == nil, "\(context): \(first?.what ?? "")")
    }
  }

  @Test func aBlockTakesThePlaceOver() throws {
    let holes = try Holes(8)
    #expect(holes.leaf == [10, 0])
    try holes.take(4..<6)
    #expect(holes.leaf == [10, 1])
    try holes.give(4..<6)
    #expect(holes.leaf == [10, 0])
    // In parts, of which the second finds the first.
    try holes.take(4..<6)
    try holes.give(5..<6)
    try holes.give(4..<5)
    #expect(holes.leaf == [10, 0])
  }

  @Test func blocksGrowOverWhatIsGone() throws {
    let holes = try Holes(8)
    // Upwards from the block before it, downwards from the one behind it, and both at once.
    try holes.take(4..<6)
    try holes.give(3..<4)
    try holes.give(4..<5)
    #expect(holes.leaf == [10, 1])
    try holes.take(10..<12)
    try holes.give(12..<13)
    try holes.give(11..<12)
    try holes.give(10..<11)
    #expect(holes.leaf == [10, 2])
    try holes.take(16..<18)
    try holes.give(15..<16)
    try holes.give(18..<19)
    try holes.give(16..<18)
    #expect(holes.leaf == [10, 4])
    for page in [3, 4, 10, 12, 15, 16, 17, 18] as [UInt64] { try holes.take(page..<page + 1) }
  }

  @Test func mostlyGoneLeavesAreTidied() throws {
    let holes = try Holes(40)
    #expect(holes.leaf == [42, 0])
    // All but every fifth: three quarters are gone before the last.
    for number in 0..<40 as Range<UInt64> where number % 5 != 0 {
      try holes.take(3 * number + 1..<3 * number + 3)
      let (count, gone) = (holes.leaf[0], holes.leaf[1])
      #expect(gone * 4 <= count * 3)
    }
    #expect(holes.leaf == [10, 0])
    for number in 0..<40 as Range<UInt64> where number % 5 != 0 {
      try holes.give(3 * number + 1..<3 * number + 3)
    }
    #expect(holes.leaf == [42, 0])
  }

  /// The first entry is always a block: with it goes what is gone.
  @Test func theFirstEntryIsABlock() throws {
    let holes = try Holes(3)
    try holes.take(4..<6)
    #expect(holes.leaf == [5, 1])
    try #require(holes.space.reserve(1, Holes.base - 1))
    #expect(holes.leaf == [3, 0])
    try holes.give(4..<6)
    #expect(holes.leaf == [4, 0])
  }

  /// Full leaves are tidied before they are divided.
  @Test func fullLeavesAreTidiedFirst() throws {
    let holes = try Holes(58)
    #expect(holes.leaf == [60, 0])
    try holes.take(7..<9)
    #expect(holes.leaf == [60, 1])
    // A page between two leaves a block on both sides.
    try holes.give(30..<31)
    try holes.take(30..<31)
    #expect(holes.leaf == [60, 1])
    try holes.take(178..<179)
    #expect(holes.leaf == [60, 0] && holes.space.index.height == 1)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func largestSizes(_ seed: UInt64) throws {
    let machine = try Machine(Configuration())
    let node = try #require(machine.caches.allocate(FreeIndex.Node.self))
    let handle = machine.areas.space.index.handle(node.granule)
    handle.clear()
    var random = SeededGenerator(seed: seed)
    for bound in [2, 300, 32767, 32768, 40_000, 1 << 31] as [UInt64] {
      for count in 0...FreeIndex.capacity {
        for at in 0..<62 { handle.sizes[at] = Int32(random.below(bound)) }
        for at in 0..<2 { handle.refs[at] = UInt32.max >> random.below(2) }
        handle.count = count
        let wanted = (0..<count).map { handle.sizes[$0] }.max() ?? 0
        try #require(handle.maximum == wanted, "\(count) below \(bound), seed \(seed)")
      }
    }
  }
}
