import TestSupport
import Testing

@testable import VMem

/// Where mmap finds room among many mappings, and who is found where, against lists.
struct MappingTreeTests {
  /// Pages that are mapped, one mapping each: neighbours differ in their rights.
  private struct Naive {
    var pages: Set<UInt64> = []

    /// The highest or lowest page with `count` free ones from it on in [from, to).
    func place(_ count: UInt64, _ from: UInt64, _ to: UInt64, highest: Bool) -> UInt64? {
      guard from + count <= to else { return nil }
      let starts = from...(to - count)
      func isFree(_ start: UInt64) -> Bool {
        (start..<start + count).allSatisfy { !pages.contains($0) }
      }
      return highest ? starts.last(where: isFree) : starts.first(where: isFree)
    }
  }

  private static let base: UInt64 = 0x4000_0000

  private static func map(
    _ machine: borrowing Machine, _ mm: UInt64, _ page: UInt64
  ) throws(Refusal) {
    var request = MmapRequest(.anonymous, length: 4096)
    (request.hint, request.isFixed) = (base + page << 12, true)
    request.rights = page % 2 == 0 ? .read : [.read, .exec]
    _ = try machine.users.mmap(mm, request)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func placesAndNeighboursAreThoseOfAList(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 8 << 20))
    let mm = try machine.users.allocateMM()
    let tree = machine.users.mappings(of: try machine.users.userSpace(at: mm))
    var random = SeededGenerator(seed: seed)
    var naive = Naive()
    let room: UInt64 = 160
    for step in 0..<Scale.operations(1500, long: 50_000) {
      let place = "seed \(seed), step \(step)"
      let page = random.below(room)
      if random.once(in: 3) {
        let count = 1 + random.below(6)
        try machine.users.munmap(mm, Self.base + page << 12, length: count << 12)
        naive.pages.subtract(page..<page + count)
      } else {
        try Self.map(machine, mm, page)
        naive.pages.insert(page)
      }
      let (from, to, count) = (random.below(room), random.below(room + 20), 1 + random.below(9))
      for highest in [false, true] {
        let found = tree.place(
          .init(
            size: count << 12, from: Self.base + from << 12, to: Self.base + to << 12,
            highest: highest))
        let expected = naive.place(count, from, to, highest: highest)
        try require(found == expected.map { Self.base + $0 << 12 }, "\(place): \(count) pages")
      }
      let (previous, next) = tree.around(Self.base + from << 12)
      let below = naive.pages.filter { $0 < from }.max()
      let above = naive.pages.filter { $0 >= from }.min()
      try require(
        previous.isNone ? below == nil : machine.ram[previous].start == Self.base + below! << 12,
        "\(place): below \(from)")
      try require(
        next.isNone ? above == nil : machine.ram[next].start == Self.base + above! << 12,
        "\(place): above \(from)")
      if step % 200 == 0 { try require(machine.expectSound(place)) }
    }
    try machine.users.putMM(mm)
    machine.expectSound("seed \(seed), end")
  }

  /// As many mappings as there may be: the way to each stays short.
  @Test func ofTheMostMappingsEachIsFound() throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let mm = try machine.users.allocateMM()
    // mmap itself takes one more than a split does.
    for page in 0...UInt64(UserSpace.maximumCount) {
      try Self.map(machine, mm, page &* 40503 % 65531)
    }
    let refused = refusal(of: { () throws(Refusal) in try Self.map(machine, mm, 70000) })
    #expect(refused == Refusal(.errno(.ENOMEM), .tooManyMappings, 65531))
    let space = try machine.users.userSpace(at: mm)
    for page in stride(from: 0, to: 65531, by: 977) as StrideTo<UInt64> {
      let found = try required(machine.users.mapping(at: Self.base + page << 12, space))
      try require(machine.ram[found].start == Self.base + page << 12)
    }
    machine.expectSound("full")
    // A fork has them in the same order.
    let child = try machine.users.fork(mm)
    var starts: [UInt64] = []
    try machine.users.forEachUserMapping(of: child) { mapping, _ in starts.append(mapping.start) }
    #expect(starts.count == 65531 && zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 })
    try machine.users.putMM(mm)
    try machine.users.putMM(child)
    machine.expectSound("gone")
  }
}
