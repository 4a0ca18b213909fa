import TestSupport
import Testing

@testable import VMem

/// The free pages of an arena against a naive model: an array of bools, and a list of runs in the
/// order in which they came to be.
struct ArenaRangesTests {
  /// Runs in the order of their insertion; finding one is a scan of all.
  private struct Naive {
    var free: [Bool]
    var runs: [(start: Int, end: Int)] = []

    init(pages: Int) { free = Array(repeating: false, count: pages) }

    /// Brings the runs up to date: what is as before keeps its age, everything else is new. Of two
    /// halves the lower comes first.
    mutating func settle() {
      var now: [(start: Int, end: Int)] = []
      var at = 0
      while at < free.count {
        guard free[at] else {
          at += 1
          continue
        }
        let start = at
        while at < free.count, free[at] { at += 1 }
        now.append((start, at))
      }
      let old = runs
      runs.removeAll { run in !now.contains { $0 == run } }
      runs += now.filter { run in !old.contains { $0 == run } }
    }

    func bestFit(_ count: Int) -> Int? {
      var best: (start: Int, length: Int)?
      for run in runs where run.end - run.start >= count {
        if run.end - run.start <= best?.length ?? .max { best = (run.start, run.end - run.start) }
      }
      return best?.start
    }

    func firstFit(_ count: Int) -> Int? {
      runs.filter { $0.end - $0.start >= count }.map { $0.start }.min()
    }
  }

  @Test(arguments: [1, 2, 3])
  func everyAnswerIsTheNaiveModels(_ round: UInt64) throws {
    let seed = Scale.isLong ? UInt64.random(in: 1...1_000_000) : round
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let pages = [40, 300, 1000][Int(round) - 1]
    let machine = try Machine(Configuration(memory: 16 << 20))
    var request = Machine.ArenaRequest(pages: UInt64(pages))
    request.mapExtra = 0x1000_0000_0000
    let arena = try required(machine.arenas.arena(at: try machine.arenas.createArena(request)))
    let ranges = ArenaRanges(ram: machine.ram, arena: arena)
    var naive = Naive(pages: pages)
    naive.free = Array(repeating: true, count: pages)
    naive.settle()
    for step in 0..<Scale.operations(5000, long: 100_000) {
      let count = 1 + random.index(random.once(in: 8) ? pages / 2 : 8)
      let start = random.index(pages - count + 1)
      let place = "seed \(seed), step \(step)"
      switch random.below(4) {
      case 0:
        let found = ranges.bestFit(UInt32(count)).map(Int.init)
        try require(found == naive.bestFit(count), "\(place): best \(count)")
        guard let found else { continue }
        try require(ranges.take(UInt32(found), UInt32(count)), "\(place)")
        for page in found..<found + count { naive.free[page] = false }
      case 1:
        let isFree = naive.free[start..<start + count].allSatisfy { $0 }
        try require(ranges.isFree(UInt32(start), UInt32(count)) == isFree, "\(place): free")
        let found = ranges.firstFit(UInt32(count)).map(Int.init)
        try require(found == naive.firstFit(count), "\(place): first \(count)")
        continue
      case 2:
        try require(ranges.take(UInt32(start), UInt32(count)), "\(place)")
        for page in start..<start + count { naive.free[page] = false }
      default:
        try require(ranges.give(UInt32(start), UInt32(count)), "\(place)")
        for page in start..<start + count { naive.free[page] = true }
      }
      naive.settle()
      try require(machine.ram[arena].rangeCount == naive.runs.count, "\(place): count")
      if step % 250 == 0 { try require(machine.expectSound(place)) }
    }
    machine.expectSound("seed \(seed), end")
  }

  /// What cannot be split for want of memory stays as it was.
  @Test func takingAndGivingWithoutMemory() throws {
    let machine = try Machine(Configuration())
    let address = try machine.arenas.createArena(Machine.ArenaRequest(pages: 100))
    let arena = try required(machine.arenas.arena(at: address))
    let ranges = ArenaRanges(ram: machine.ram, arena: arena)
    var injection = Injection()
    injection.times = -1
    injection.filter = UInt32(SlabCache.kmalloc.rawValue)
    try machine.inject(.slab, injection)
    #expect(!ranges.take(50, 1))
    #expect(ranges.isFree(0, 100))
    // An end of a run, and all of it, need none.
    #expect(ranges.take(0, 10) && ranges.take(90, 10) && ranges.take(10, 80))
    #expect(ranges.byPlace.root.isNone && ranges.byLength.root.isNone)
    #expect(!ranges.give(5, 5))
    #expect(ranges.bestFit(1) == nil && ranges.firstFit(1) == nil)
    machine.stopInjecting(.slab)
    #expect(ranges.give(5, 5) && ranges.give(10, 1) && ranges.give(4, 1))
    let info = try machine.arenas.arenaInfo(address)
    #expect(info.byPlace.count == 1 && info.byPlace[0] == (4, 10))
    machine.expectSound("end")
  }
}
