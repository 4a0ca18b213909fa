import TestSupport
import Testing

@testable import VMem

/// Access through the page tables against an array of bytes.
struct AccessTests {
  /// An area whose pages are in any order, and the bytes that must be in it.
  private struct Memory {
    let start: UInt64
    var bytes: [UInt8]

    init(_ machine: borrowing Machine, pages count: Int, _ random: inout SeededGenerator) throws {
      let pages = machine.frameNumbers(of: try machine.allocatePages(count: UInt64(count)))
        .shuffled(using: &random)
      start = try machine.vmAreas.getVMArea(size: UInt64(count) << 12, flags: .sparse)
      let end = start + UInt64(count) << 12
      try machine.mappings.vmAreaMapPages(area: start, start: start, end: end, pages: pages)
      bytes = Array(repeating: 0, count: count << 12)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func bytesAreTheModels(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var random = SeededGenerator(seed: seed)
    var memory = try Memory(machine, pages: 6, &random)
    let size = memory.bytes.count
    for step in 0..<Scale.operations(1_500, long: 100_000) {
      let context = "seed \(seed), step \(step)"
      // Often at or over the border of two pages.
      let at =
        random.once(in: 2) ? random.index(size) : (1 + random.index(5)) << 12 - random.index(9)
      let longest = min(size - at, random.once(in: 4) ? size : 40)
      let count = random.index(longest + 1)
      let address = memory.start + UInt64(at)
      switch random.below(6) {
      case 0:
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        try machine.mmu.write(address, bytes.span)
        memory.bytes.replaceSubrange(at..<at + count, with: bytes)
      case 1:
        let byte = UInt8(truncatingIfNeeded: random.next())
        try machine.mmu.fill(address, count: UInt64(count), byte: byte)
        for index in at..<at + count { memory.bytes[index] = byte }
      case 2:
        // From near by, so that both ranges overlap either way round, or from anywhere.
        let near = max(0, min(size - count, at + random.index(80) - 40))
        let from = random.once(in: 2) ? near : random.index(size - count + 1)
        try machine.mmu.copy(
          to: address, from: memory.start + UInt64(from), count: UInt64(count))
        let moved = Array(memory.bytes[from..<from + count])
        memory.bytes.replaceSubrange(at..<at + count, with: moved)
      case 3:
        let other = random.once(in: 2) ? at : random.index(size - count + 1)
        let got = try machine.mmu.compare(
          address, memory.start + UInt64(other), count: UInt64(count))
        let wanted = (0..<count).first { memory.bytes[at + $0] != memory.bytes[other + $0] }
        try require(got == wanted.map(UInt64.init), "\(context): compare")
      default:
        let got = machine.bytes(at: address, count: UInt64(count))
        try require(got == Array(memory.bytes[at..<at + count]), "\(context): read")
      }
    }
    let all = machine.bytes(at: memory.start, count: UInt64(size))
    #expect(all == memory.bytes)
    machine.expectSound("seed \(seed)")
  }

  /// The same frame at two addresses: bytes written at one are read at the other.
  @Test func aliasesShareTheirBytes() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))[0]
    let address = try machine.mappings.vmMapRAM([page, page])
    let direct = machine.map.pageOffset + page << 12
    try machine.mmu.write(address + 4094, [1, 2, 3, 4].span)
    let read = [
      machine.bytes(at: direct, count: 2), machine.bytes(at: direct + 4094, count: 2),
      machine.bytes(at: address, count: 2),
    ]
    #expect(read == [[3, 4], [1, 2], [3, 4]])
  }

  @Test(arguments: [4, 5])
  func faultsTellTheAddressAndTheLevel(_ levels: Int) throws {
    let machine = try Machine(Configuration(memory: 4 << 20, levels: levels))
    let map = machine.map
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    let area = try machine.vmAreas.getVMArea(size: 4 << 30, flags: .sparse, start: map.vmallocStart)
    func fault(_ call: () throws(Refusal) -> Void) -> Refusal? { refusal(of: call) }
    let level = { (level: Level) in UInt64(level.rawValue) }
    let top = fault { () throws(Refusal) in try machine.mmu.fill(4096, count: 1, byte: 0) }
    #expect(top == Refusal(.fault, .notMapped, 4096, level(.pgd)))
    let none = fault { () throws(Refusal) in try machine.mmu.fill(area, count: 1, byte: 0) }
    let missing: Level = levels == 4 ? .pud : .p4d
    #expect(none == Refusal(.fault, .notMapped, area, level(missing)))
    try machine.mappings.vmAreaMapPages(area: area, start: area, end: area + 4096, pages: page)
    let cases: [(UInt64, Level)] = [(4096, .pte), (1 << 21, .pmd), (1 << 30, .pud)]
    for (distance, level) in cases {
      let got = fault { () throws(Refusal) in
        try machine.mmu.read(area + distance, count: 1) { _ in }
      }
      #expect(got == Refusal(.fault, .notMapped, area + distance, UInt64(level.rawValue)))
    }
    let hole: UInt64 = levels == 4 ? 1 << 47 : 1 << 56
    let wild = fault { () throws(Refusal) in try machine.mmu.read(hole, count: 1) { _ in } }
    #expect(wild == Refusal(.fault, .notCanonical, hole))
  }

  /// A write stops at the first byte that faults, a read hands out nothing.
  @Test func whatIsBeforeAFault() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var random = SeededGenerator(seed: 1)
    let memory = try Memory(machine, pages: 1, &random)
    let border = memory.start + 4096
    let wanted = Refusal(.fault, .notMapped, border, UInt64(Level.pte.rawValue))
    let written = refusal(of: { () throws(Refusal) in
      try machine.mmu.write(border - 2, [1, 2, 3, 4].span)
    })
    var count = 0
    let read = refusal(of: { () throws(Refusal) in
      try machine.mmu.read(border - 2, count: 4) { count += $0.count }
    })
    #expect(written == wanted && read == wanted && count == 0)
    let left = machine.bytes(at: border - 2, count: 2)
    #expect(left == [1, 2])
    let filled = refusal(of: { () throws(Refusal) in
      try machine.mmu.fill(border - 1, count: .max, byte: 9)
    })
    #expect(filled == wanted)
    let last = machine.bytes(at: border - 1, count: 1)
    #expect(last == [9])
    for direction in [true, false] {
      let copied = refusal(of: { () throws(Refusal) in
        try machine.mmu.copy(
          to: direction ? border - 8 : memory.start, from: direction ? memory.start : border - 8,
          count: 16)
      })
      #expect(copied?.rule == .notMapped)
    }
    try machine.mmu.fill(memory.start, count: 4096, byte: 9)
    let compared = refusal(of: { () throws(Refusal) in
      try machine.mmu.compare(memory.start, border - 1, count: 2)
    })
    #expect(compared == wanted)
    try machine.mmu.fill(border, count: 0, byte: 0)
    let nothing = try machine.mmu.compare(border, border, count: 0)
    #expect(nothing == nil)
  }

  /// What /proc/kcore shows: zeroes for sparse and device areas, guard pages and holes.
  @Test func kcoreReadsZeroesWhereTheKernelDoes() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 2))
    func kcore(_ address: UInt64, _ count: UInt64) -> [UInt8] {
      var bytes: [UInt8] = []
      machine.mmu.kcoreRead(address, count: count) { part in
        for index in part.indices { bytes.append(part[index]) }
      }
      return bytes
    }
    let kinds: [(VMFlags, isShown: Bool)] = [
      (.map, true), (.alloc, true), ([], true), (.sparse, false), (.ioremap, false),
      ([.sparse, .usermap], false), ([.map, .uninitialized], false),
    ]
    for (flags, isShown) in kinds {
      let area = try machine.vmAreas.getVMArea(size: 16384, flags: flags)
      try machine.mappings.vmapPagesRange(start: area + 4096, end: area + 8192, pages: [pages[0]])
      try machine.mmu.fill(area + 4096, count: 4096, byte: 0xab)
      // Over the border into the page before, which is a hole.
      let byte: UInt8 = isShown ? 0xab : 0
      #expect(kcore(area + 4094, 4) == [0, 0, byte, byte], "flags \(flags.rawValue)")
      #expect(kcore(area + 8190, 4) == [byte, byte, 0, 0], "flags \(flags.rawValue)")
      // A page where the guard page is.
      try machine.mappings.vmapPagesRange(start: area + 16384, end: area + 20480, pages: [pages[0]])
      #expect(kcore(area + 16382, 4) == [0, 0, 0, 0], "flags \(flags.rawValue)")
    }
    let small = try machine.mappings.vmMapRAM([pages[0]])
    #expect(kcore(small, 2) == [0xab, 0xab])
    try machine.mappings.vmUnmapRAM(small, count: 1)
    #expect(kcore(small, 2) == [0, 0])
    let direct = machine.map.pageOffset
    #expect(kcore(direct + pages[0] << 12, 2) == [0xab, 0xab])
    #expect(kcore(direct + 4 << 20 - 2, 4).suffix(2) == [0, 0])
    #expect(kcore(4096, 8) == [UInt8](repeating: 0, count: 8))
    let loose = try machine.vmAreas.getVMArea(size: 4096, flags: .map)
    try machine.mappings.vmapPagesRange(start: loose, end: loose + 4096, pages: [pages[0]])
    #expect(kcore(loose, 1) == [0xab])
    try machine.vmAreas.freeVMArea(loose)
    // It waits for a purge: no busy area, nothing to read.
    #expect(kcore(loose, 1) == [0])
    machine.expectSound("after kcore")
  }
}
