import TestSupport
import Testing

@testable import VMem

/// Areas that the index of busy areas knows to be plain, and what is freed without a look at its record.
struct PlainAreaTests {
  @Test(
    arguments: [
      (1, 1), (32, 1), (33, 2), (128, 2), (129, 3), (512, 3), (513, 0), (1 << 30, 0),
    ] as [(pages: UInt64, bits: UInt32)])
  func sizesOfWords(_ pages: UInt64, _ bits: UInt32) {
    let area = Ref<VMArea>(granule: 0x1234_5670)
    let word = BusyWord(plain: area, bytes: pages << 12)
    #expect(word.rawValue == area.granule | bits && word.area == area)
    #expect(word.isPlain == (bits != 0))
    if word.isPlain { #expect(word.mostPages >= pages && word.mostPages <= max(32, pages * 4)) }
    #expect(BusyWord(area).area == area && !BusyWord(area).isPlain)
  }

  /// Areas of a request that names its window, though it is the usual one, are not marked. Both machines give
  /// the same addresses, and drain at the same call.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func plainOrNotIsTheSame(_ seed: UInt64) throws {
    var configuration = Configuration(memory: 64 << 20, seed: seed)
    configuration.lazyMaximum = 700
    let plain = try Machine(configuration)
    let other = try Machine(configuration)
    let window = plain.map.vmallocStart..<plain.map.vmallocEnd
    var random = SeededGenerator(seed: seed)
    var live: [UInt64] = []
    let sizes: [UInt64] = [1, 2, 30, 31, 32, 126, 127, 128, 510, 511, 512, 600]
    for step in 0..<Scale.operations(3_000, long: 60_000) {
      if live.count < 40 || live.count < 200 && random.once(in: 2) {
        let size = random.once(in: 3) ? sizes[random.index(sizes.count)] : 1 + random.below(16)
        let address = try plain.vmAreas.getVMArea(size: size << 12)
        let same = try other.vmAreas.getVMArea(
          size: size << 12, start: window.lowerBound, end: window.upperBound)
        try require(address == same)
        live.append(address)
      } else {
        let address = live.remove(at: random.index(live.count))
        try plain.vmAreas.freeVMArea(address)
        try other.vmAreas.freeVMArea(address)
      }
      #expect(other.ram[other.areas.state].freedLast.isNone)
      let flushes = plain.ram[plain.ram.paging].flushes
      let others = other.ram[other.ram.paging].flushes
      try require(flushes.ranges &+ flushes.full == others.ranges &+ others.full)
      if step % 250 == 249 {
        guard plain.expectSound("seed \(seed), step \(step)") else { return }
        #expect(plain.counters.lazyPages == other.counters.lazyPages)
        #expect(Self.lazyAreas(plain) == Self.lazyAreas(other))
      }
    }
  }

  private static func lazyAreas(_ machine: borrowing Machine) -> [UInt64] {
    var found: [UInt64] = []
    machine.vmAreas.forEachLazyAreaNewestFirst { area, _ in found.append(area.start) }
    return found
  }

  private static let freed: UInt64 = 0xffff_c900_0000_5000

  /// A machine of which two of three areas were freed; the later, at `freed`, is on no list yet.
  private static func machine() throws -> Machine {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let areas = try (0..<3).map { _ in try machine.vmAreas.getVMArea(size: 16384) }
    for address in areas[0..<2] { try machine.vmAreas.freeVMArea(address) }
    #expect(!machine.ram[machine.areas.state].freedLast.isNone)
    #expect(areas[1] == freed)
    return machine
  }

  @Test func whoeverLooksFindsIt() throws {
    let hash = try Self.machine().hash()
    let counted = try Self.machine()
    #expect(counted.counters.lazyAreas == 2 && counted.counters.lazyPages == 10)
    #expect(counted.hash() == hash)
    let listed = try Self.machine()
    #expect(Self.lazyAreas(listed) == [Self.freed, Self.freed - 20480])
    var ascending: [UInt64] = []
    let other = try Self.machine()
    other.vmAreas.forEachLazyArea { area, _ in ascending.append(area.start) }
    #expect(ascending == [Self.freed - 20480, Self.freed])
    #expect(try Self.machine().duplicate()?.hash() == hash)
    let drained = try Self.machine()
    try drained.drainLazyAreas()
    #expect(drained.counters.lazyPages == 0 && drained.counters.freeBlocks == 2)
    drained.expectSound("drained")
  }

  /// Frame 0 of RAM has the list's count of pages.
  @Test func readersOfRecordsFindIt() throws {
    let pages =
      0xffff_8880_0000_0000 + 16 + UInt64(MemoryLayout<AreaState>.offset(of: \.lazyPages)!)
    for way in 0..<3 {
      let machine = try Self.machine()
      var bytes: [UInt8] = []
      func append(_ part: Span<UInt8>) { for at in part.indices { bytes.append(part[at]) } }
      switch way {
      case 0: try machine.mmu.read(pages, count: 8, append)
      case 1: machine.mmu.kcoreRead(pages, count: 8, append)
      default:
        try machine.perform { () throws(Refusal) in try machine.mmu.read(pages, count: 8, append) }
      }
      #expect(bytes == [10, 0, 0, 0, 0, 0, 0, 0], "way \(way)")
    }
  }

  @Test func checkLooksAtIt() throws {
    let machine = try Self.machine()
    machine.expectSound("freed")
    let state = machine.areas.state
    #expect(!machine.ram[state].freedLast.isNone, "check changes nothing")
    let area = machine.ram[state].freedLast
    machine.ram[area].name = Ref(granule: 1)
    #expect(machine.check().contains { "\($0.what)" == "areas: freed last" && $0.a == Self.freed })
    machine.ram[area].name = .none
    machine.ram[state].freedLast = .none
    #expect(!machine.check().isEmpty, "its addresses are missing")
  }

  /// Between commands there is none.
  @Test func noImageHasOne() throws {
    let machine = try Self.machine()
    #expect(!machine.ram[Superblock.ref].isPlausible(machine.ram))
    machine.ram.forEachChangedFrame { _ in }
    #expect(machine.ram[Superblock.ref].isPlausible(machine.ram))
  }

  @Test func wordsThatLie() throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let address = try machine.vmAreas.getVMArea(size: 64 << 12)
    let area = machine.areas.busyArea(startingAt: address)
    let lie = BusyWord(plain: area, bytes: 4096)
    _ = machine.areas.insertBusy(lie, at: address)
    machine.ram[machine.areas.state].busyCount -= 1
    #expect(machine.check().contains { "\($0.what)" == "areas: not as plain as the index says" })
    machine.areas.forgetPlain(area)
    machine.expectSound("it says nothing")
    try machine.vmAreas.freeVMArea(address)
    machine.expectSound("freed by its record")
  }
}
