import TestSupport
import Testing

@testable import VMem

/// Random calls on address spaces, held against pages in dictionaries.
struct UserModelTests {
  /// Where fixed mappings go: across the ends of tables of 2 MiB.
  private static let base: UInt64 = 0x401f_4000
  private static let window: UInt64 = 24
  private static let rights: [UserMappingFlags] = [
    [.read, .write], [.read, .write], [.read, .write], .read, [], [.read, .write, .exec],
  ]

  private struct Player: ~Copyable {
    let machine: Machine
    var model = UserModel()
    var random: SeededGenerator
    let seed: UInt64

    init(seed: UInt64) throws {
      machine = try Machine(Configuration(memory: 8 << 20, cpus: 2))
      random = SeededGenerator(seed: seed)
      self.seed = seed
    }

    mutating func place() -> UInt64 { base + random.below(window) << 12 }

    mutating func mm() -> UInt64 { random.pick(model.spaces.keys.sorted()) }

    /// Makes the current CPU use an address space.
    mutating func use(_ mm: UInt64) throws {
      try machine.selectCPU(random.below(2))
      try machine.users.switchMM(mm)
    }

    mutating func step() throws {
      switch random.below(20) {
      case 0, 1, 2: try map()
      case 3: try unmap()
      case 4, 5: try protect()
      case 6, 7: try remap()
      case 8: try remapTo()
      case 9: try fork()
      case 10 where model.spaces.count > 1: try put()
      default: try access()
      }
    }

    private mutating func map() throws {
      let (mm, pages) = (mm(), 1 + random.below(6))
      var request = MmapRequest(.anonymous, length: pages << 12)
      request.rights = random.pick(rights)
      request.isShared = random.once(in: 4)
      request.isFixed = !random.once(in: 5)
      request.hint = request.isFixed ? place() : 0
      let start = try machine.users.mmap(mm, request)
      if request.isFixed {
        #expect(start == request.hint)
      } else {
        for index in 0..<pages { #expect(model.spaces[mm]![start + index << 12] == nil) }
      }
      model.map(mm, start, pages, request.rights, isShared: request.isShared)
    }

    private mutating func unmap() throws {
      let (mm, start, pages) = (mm(), place(), 1 + random.below(8))
      try machine.users.munmap(mm, start, length: pages << 12)
      model.unmap(mm, start, pages)
    }

    private mutating func protect() throws {
      let (mm, start, pages, rights) = (mm(), place(), 1 + random.below(8), random.pick(rights))
      let got = refusal(of: { () throws(Refusal) in
        try machine.users.mprotect(mm, start, length: pages << 12, rights)
      })
      let isDone = model.protect(mm, start, pages, rights)
      #expect(got?.outcome == (isDone ? nil : .errno(.ENOMEM)), "seed \(seed)")
    }

    /// Growing, shrinking and moving a part of one mapping.
    private mutating func remap() throws {
      let mm = mm()
      let start = random.pick(model.spaces[mm]!.keys.sorted() + [base])
      let space = try machine.users.userSpace(at: mm)
      guard let mapping = machine.users.mapping(at: start, space).map({ machine.ram[$0] }) else {
        #expect(
          refusal(of: { () throws(Refusal) in
            try machine.users.mremap(mm, start, old: 4096, new: 8192, mayMove: true)
          })?.outcome == .errno(.EFAULT))
        return
      }
      let old = 1 + random.below((mapping.end - start) >> 12)
      let (new, mayMove) = (1 + random.below(8), random.once(in: 2))
      do throws(Refusal) {
        let to = try machine.users.mremap(
          mm, start, old: old << 12, new: new << 12, mayMove: mayMove)
        #expect(mayMove || to == start)
        if to != start {
          for at in 0..<new { #expect(model.spaces[mm]![to + at << 12] == nil, "seed \(seed)") }
        }
        model.move(mm, start, old, new, to: to)
      } catch {
        #expect(!mayMove && new > old && error.outcome == .errno(.ENOMEM), "\(error) seed \(seed)")
      }
    }

    /// Moving whatever lies in a range, holes included.
    private mutating func remapTo() throws {
      let (mm, start, to, pages) = (mm(), place(), place(), 1 + random.below(6))
      let got = refusal(of: { () throws(Refusal) in
        try machine.users.mremap(
          mm, start, old: pages << 12, new: pages << 12, mayMove: true, to: to)
      })
      if start < to + pages << 12, to < start + pages << 12 {
        #expect(got?.outcome == .errno(.EINVAL), "seed \(seed)")
      } else if model.spaces[mm]![start] == nil {
        #expect(got?.outcome == .errno(.EFAULT), "seed \(seed)")
      } else {
        #expect(got == nil, "seed \(seed)")
        model.move(mm, start, pages, pages, to: to)
      }
    }

    private mutating func fork() throws {
      guard model.spaces.count < 4 else { return }
      let parent = mm()
      model.spaces[try machine.users.fork(parent)] = model.spaces[parent]!
    }

    private mutating func put() throws {
      let mm = mm()
      for cpu in 0..<2 as Range<UInt64> {
        try machine.selectCPU(cpu)
        if machine.users.currentMM == mm { try machine.users.switchMM(0) }
      }
      try machine.users.putMM(mm)
      model.spaces[mm] = nil
    }

    private mutating func access() throws {
      let mm = mm()
      try use(mm)
      let known = model.spaces[mm]!.keys.sorted()
      let address = random.once(in: 8) || known.isEmpty ? place() : random.pick(known)
      let value = random.once(in: 2) ? nil : random.next()
      var seen: UInt64 = 0
      let got = refusal(of: { () throws(Refusal) in
        if let value { try machine.mmu.store(address, value) }
        seen = try machine.mmu.load(address)
      })
      let expected = model.access(mm, address, write: value)
      #expect(got?.outcome == expected.outcome, "\(hex(address)) seed \(seed)")
      if got == nil, expected.outcome == nil {
        #expect(seen == value ?? expected.value, "\(hex(address)) seed \(seed)")
      }
    }

    /// Every page of every address space reads as the model says.
    mutating func compareAll() throws {
      for mm in model.spaces.keys.sorted() {
        try use(mm)
        for address in model.spaces[mm]!.keys.sorted() {
          let expected = model.access(mm, address)
          var seen: UInt64 = 0
          let got = refusal(of: { () throws(Refusal) in seen = try machine.mmu.load(address) })
          #expect(
            got?.outcome == expected.outcome && (got != nil || seen == expected.value),
            "\(hex(address)) seed \(seed)")
        }
      }
    }

    mutating func end() throws {
      for cpu in 0..<2 as Range<UInt64> {
        try machine.selectCPU(cpu)
        try machine.users.switchMM(0)
      }
      for mm in model.spaces.keys { try machine.users.putMM(mm) }
    }
  }

  /// Frames that are allocated for something.
  private static func pages(_ machine: borrowing Machine) -> Int {
    (0..<machine.counters.totalFrames).count { machine.pageSets.use(ofFrame: $0) == .allocated }
  }

  @Test(arguments: 0..<4)
  func agreesWithTheModel(_ run: Int) throws {
    let seed = UInt64.random(in: 1...1_000_000) * 4 + UInt64(run)
    var player = try Player(seed: seed)
    let tables = player.machine.counters.accountedTables
    let mm = try player.machine.users.allocateMM()
    player.model.spaces[mm] = [:]
    for step in 0..<Scale.operations(300, long: 15_000) {
      try player.step()
      if step % 4 == 0, !player.machine.expectSound("step \(step), seed \(seed)") { return }
      if step % 100 == 0 { try player.compareAll() }
    }
    try player.compareAll()
    player.machine.expectSound("seed \(seed)")
    try player.end()
    #expect(player.machine.counters.accountedTables == tables, "seed \(seed)")
    // The page of zeroes stays.
    #expect(Self.pages(player.machine) <= 1, "seed \(seed)")
    player.machine.expectSound("end, seed \(seed)")
  }
}
