import TestSupport
import Testing

@testable import VMem

/// Objects that callers name by their addresses: found and unlinked without a look at any other.
struct ObjectListTests {
  /// A kind of object: how one is made, given back, and whether an address stands for one.
  struct Kind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var prepare: @Sendable (borrowing Machine) throws -> Void = { _ in }
    let make: @Sendable (borrowing Machine) throws(Refusal) -> UInt64
    let drop: @Sendable (borrowing Machine, UInt64) throws(Refusal) -> Void
    let isKnown: @Sendable (borrowing Machine, UInt64) -> Bool
  }

  static let file = Kind(
    testDescription: "file",
    make: { machine throws(Refusal) in try machine.files.makeFile(size: 0) },
    drop: { machine, file throws(Refusal) in try machine.files.closeFile(file) },
    isKnown: { machine, file in machine.files.findFile(file) != nil })
  static let space = Kind(
    testDescription: "user address space",
    make: { machine throws(Refusal) in try machine.users.allocateMM() },
    drop: { machine, space throws(Refusal) in try machine.users.putMM(space) },
    isKnown: { machine, space in (try? machine.users.userSpace(at: space)) != nil })
  static let buffer = Kind(
    testDescription: "dma-buf",
    prepare: { machine in
      let file = try machine.files.createMemfd(allowsSealing: true)
      try machine.files.ftruncate(file, size: 4096)
      try machine.files.addSeals(file, .shrink)
    },
    make: { machine throws(Refusal) in
      let memfd = machine.files.address(of: machine.ram[machine.ram.files].files.first)
      return try machine.files.createUdmabuf(UdmabufItem(memfd: memfd, offset: 0, size: 4096))
    },
    drop: { machine, buffer throws(Refusal) in try machine.files.closeBuffer(buffer) },
    isKnown: { machine, buffer in machine.files.isBuffer(buffer) })
  static let arena = Kind(
    testDescription: "arena",
    make: { machine throws(Refusal) in
      try machine.arenas.createArena(Machine.ArenaRequest(pages: 1))
    },
    drop: { machine, arena throws(Refusal) in try machine.arenas.freeArena(arena) },
    isKnown: { machine, arena in machine.arenas.arena(at: arena) != nil })
  static let kinds = [file, space, buffer, arena]

  @Test(arguments: kinds, [1, 2, 3] as [UInt64])
  func anyOrderOfMakingAndDropping(_ kind: Kind, _ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 32 << 20))
    try kind.prepare(machine)
    var random = SeededGenerator(seed: seed)
    var (live, gone): ([UInt64], Set<UInt64>) = ([], [])
    for step in 0..<Scale.operations(600, long: 6000) {
      if random.below(20) < (step / 200 % 2 == 0 ? 12 : 8) {
        let object = try kind.make(machine)
        live.append(object)
        gone.remove(object)
      } else if !live.isEmpty {
        let object = live.remove(at: random.index(live.count))
        try kind.drop(machine, object)
        gone.insert(object)
      }
      if step % 100 == 0 { try require(machine.expectSound("seed \(seed), step \(step)")) }
    }
    #expect(Self.known(live, kind, machine) == live)
    #expect(Self.known(Array(gone), kind, machine).isEmpty)
    for object in live { try kind.drop(machine, object) }
    machine.expectSound("seed \(seed), end")
  }

  /// Only the start of an object in use is the address of one.
  @Test(arguments: [file, space, buffer])
  func otherAddressesStandForNothing(_ kind: Kind) throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    try kind.prepare(machine)
    let objects = try [kind.make(machine), kind.make(machine), kind.make(machine)]
    try kind.drop(machine, objects[1])
    let known = Set([objects[0], objects[2]])
    // The whole slab, bytes between the objects and objects that were never handed out included.
    let slab = objects[0] & ~4095
    #expect(Set(Self.known(Array(slab..<slab + 4096), kind, machine)) == known)
    let name = try machine.names.declare([0x6e].span)
    let pages = try machine.allocatePages(count: 1)
    let others = [
      0, 4096, objects[0] &- machine.map.pageOffset, machine.map.pageOffset,
      machine.map.pageOffset + UInt64(machine.ram.frameCount) << 12, UInt64.max,
      machine.map.pageOffset + name.physicalAddress,
      machine.map.pageOffset + machine.frameNumbers(of: pages)[0] << 12,
    ]
    #expect(Self.known(others, kind, machine).isEmpty)
  }

  /// Those of some addresses that stand for an object.
  private static func known(
    _ addresses: [UInt64], _ kind: Kind, _ machine: borrowing Machine
  ) -> [UInt64] {
    var known: [UInt64] = []
    for address in addresses where kind.isKnown(machine, address) { known.append(address) }
    return known
  }

  /// What a page held before it became a slab says nothing: no object is there until one is handed out.
  @Test func aFormerPageOfUsersIsNoObject() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let file = try machine.files.makeFile(size: 0)
    let slab = UInt32((file &- machine.map.pageOffset) >> 12)
    // A copy of the live object behind it, as a page could hold that somebody has written.
    let object = Ref<File>(granule: UInt32((file &- machine.map.pageOffset) >> 4))
    let copy = Ref<File>(granule: object.granule + 4)
    machine.ram[copy] = machine.ram[object]
    #expect(copy.granule >> 8 == slab)
    let found = machine.files.findFile(file + 64)
    #expect(found == nil)
  }

  /// Links of all but the neighbours lead round in circles: who followed them would not come back.
  @Test func closingFollowsNoOtherLink() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let files = try (0..<50).map { _ in try machine.files.makeFile(size: 0) }
    let objects = try files.map { try required(machine.files.findFile($0)) }
    let before = objects.map { machine.ram[$0] }
    for number in 2..<48 where number != 24 && number != 25 {
      machine.ram[objects[number]].next = objects[number]
    }
    for number in [0, 24, 49] {
      let found = machine.files.findFile(files[number])
      #expect(found == objects[number])
      try machine.files.closeFile(files[number])
      let gone = machine.files.findFile(files[number])
      #expect(gone == nil)
    }
    for number in 2..<48 where number != 24 && number != 25 {
      machine.ram[objects[number]].next = before[number].next
    }
    machine.ram[objects[25]].next = objects[23]
    machine.expectSound("after three are gone")
  }

  @Test(.enabled(if: Scale.isLong), arguments: kinds)
  func droppingTheOldestFirstGrowsWithTheirNumber(_ kind: Kind) throws {
    func seconds(_ count: Int) throws -> Double {
      let machine = try Machine(Configuration(memory: 1 << 30, levels: 5))
      try kind.prepare(machine)
      return try (0..<3).map { _ in
        let start = ContinuousClock.now
        let objects = try (0..<count).map { _ in try kind.make(machine) }
        for object in objects { try kind.drop(machine, object) }
        return (ContinuousClock.now - start) / .seconds(1)
      }.min()!
    }
    // Eight times as many take eight times as long; by the square it would be 64.
    let (few, many) = (try seconds(2500), try seconds(20_000))
    #expect(many < few * 24, "\(few) s and \(many) s")
  }
}
