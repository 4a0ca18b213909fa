internal import VMem
internal import VMemScript

/// An arena of the emulated machine, of which a user has a mapping and no page is there.
struct EmulatedArena {
  private let pages: UInt64
  /// Kernel address of the arena, the user's address space, and where that has the arena.
  private let arena: UInt64
  private let mm: UInt64
  private let place: UInt64

  init(_ machine: borrowing Machine, pages: Int) throws(BenchmarkFailure) {
    self.pages = UInt64(pages)
    do throws(Refusal) {
      arena = try machine.arenas.createArena(Machine.ArenaRequest(pages: self.pages))
      mm = try machine.users.allocateMM()
      try machine.users.switchMM(mm)
      place = try machine.arenas.arenaMmap(arena, mm: mm, Machine.ArenaMmapRequest())
    } catch {
      throw .refused(error)
    }
  }

  /// What the first and last words of the pages add up to when a user has touched all.
  var expectedSum: UInt64 { pages * (pages + 1) / 2 }

  /// Nanoseconds of a user's store to every page. Each is a fault, whose page programs see then.
  func touch_ns(_ machine: borrowing Machine) throws(BenchmarkFailure) -> UInt64 {
    let duration_ns: UInt64
    do throws(Refusal) {
      let start_ns = HostClock.now_ns
      for page in 0..<pages { try machine.mmu.store(place + page << 12, page + 1) }
      duration_ns = HostClock.now_ns - start_ns
    } catch {
      throw .refused(error)
    }
    try check(machine, sum: expectedSum)
    return duration_ns
  }

  /// Nanoseconds of a program's calls for every page, `batch` of them a call; they come in a row.
  func allocate_ns(
    _ machine: borrowing Machine, _ batch: Int
  ) throws(BenchmarkFailure) -> UInt64 {
    var done: UInt64 = 0
    var isInRow = true
    let duration_ns: UInt64
    do throws(Refusal) {
      let start_ns = HostClock.now_ns
      while done < pages {
        let count = min(UInt64(batch), pages - done)
        let address = try machine.arenas.arenaAllocPages(arena, count: count)
        isInRow = isInRow && address == place + done << 12
        done += count
      }
      duration_ns = HostClock.now_ns - start_ns
    } catch {
      throw .refused(error)
    }
    guard isInRow else { throw .wrong("the arena's pages do not come in a row") }
    try check(machine, sum: 0)
    return duration_ns
  }

  /// Whether all pages are there, and what their first and last words add up to.
  private func check(_ machine: borrowing Machine, sum expected: UInt64) throws(BenchmarkFailure) {
    var sum: UInt64 = 0
    let count: UInt64
    do throws(Refusal) {
      count = try machine.arenas.arenaInfo(arena).pages
      for page in 0..<pages {
        let address = arena + place & 0xffff_ffff + page << 12
        sum &+= try machine.mmu.load(address)
        sum &+= try machine.mmu.load(address + 4088)
      }
    } catch {
      throw .refused(error)
    }
    guard count == pages else { throw .wrong("the arena has \(count) pages, not \(pages)") }
    guard sum == expected else {
      throw .wrong("the words of the arena's pages add up to \(sum), not \(expected)")
    }
  }

  /// Soils the pages, frees them, and maps the arena anew: the user's tables go as well.
  func release(_ machine: borrowing Machine) throws(BenchmarkFailure) {
    let left: UInt64
    do throws(Refusal) {
      for page in 0..<pages { try machine.mmu.store(arena + place & 0xffff_ffff + page << 12, ~0) }
      try machine.arenas.arenaFreePages(arena, place, count: pages)
      left = try machine.arenas.arenaInfo(arena).pages
      try machine.arenas.arenaMunmap(arena, mm: mm)
      var request = Machine.ArenaMmapRequest()
      request.hint = place
      _ = try machine.arenas.arenaMmap(arena, mm: mm, request)
    } catch {
      throw .refused(error)
    }
    guard left == 0 else { throw .wrong("the arena keeps \(left) pages that were freed") }
  }
}
