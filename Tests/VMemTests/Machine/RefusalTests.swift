import TestSupport
import Testing

@testable import VMem

/// Calls that are refused: the rule that decides, and that nothing else happens.
struct RefusalTests {
  /// Makes a call that must be refused, and compares the machine before and after.
  private static func refuse<T>(
    _ machine: borrowing Machine, _ wanted: Refusal, warnings: UInt64 = 0, line: Int = #line,
    _ call: () throws(Refusal) -> T
  ) throws {
    let (state, tables) = (StateDump.lines(machine), machine.counters.tables)
    let (free, warned) = (machine.counters.freeFrames, machine.warnings)
    let logged = machine.log.end
    let got = VMemTests.refusal(of: call)
    try require(got == wanted, "\(String(describing: got))", line: line)
    try require(StateDump.lines(machine) == state, "areas have changed", line: line)
    try require(machine.counters.tables == tables, "tables have changed", line: line)
    try require(machine.counters.freeFrames == free, "frames are gone", line: line)
    let more = machine.warnings - warned
    try require(more == warnings, "\(more) warnings", line: line)
    if wanted.outcome == .bug {
      let last = machine.log[machine.log.end - 1]
      try require(
        machine.log.end == logged + 1 && last.message == KernelMessage.bug.rawValue,
        "the log does not tell of the BUG", line: line)
    }
    try require(machine.check().isEmpty, "\(machine.check())", line: line)
  }

  @Test func sizesAndAlignments() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    let map = machine.map
    for size in [0, .max, .max - 4094] as [UInt64] {
      try Self.refuse(machine, Refusal(.null, .sizeRoundsToZero, size)) { () throws(Refusal) in
        try machine.vmAreas.getVMArea(size: size)
      }
    }
    // The guard page wraps it.
    try Self.refuse(machine, Refusal(.null, .sizeWraps, .max - 4095)) { () throws(Refusal) in
      try machine.vmAreas.getVMArea(size: .max - 4095)
    }
    for align in [0, 3, 4097, .max] as [UInt64] {
      try Self.refuse(machine, Refusal(.null, .alignmentNotPowerOfTwo, align)) {
        () throws(Refusal) in
        try machine.vmAreas.getVMArea(size: 4096, align: align)
      }
    }
    let window = map.vmallocEnd - map.vmallocStart
    for size in [1 << 63, .max - 8191, 1 << 62] as [UInt64] {
      let got = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: size) })
      #expect(got?.outcome == .null)
    }
    let largest = (window & ~4095) - 4096
    let address = try machine.vmAreas.getVMArea(size: largest)
    #expect(address == map.vmallocStart)
    try machine.vmAreas.freeVMArea(address)
    let got = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: largest + 1) }
    )
    #expect(
      got == Refusal(.null, .holePastRangeEnd, largest + 8192, map.vmallocStart, map.vmallocEnd))
    machine.expectSound("after the largest area")
  }

  /// Kernels before 6.9 die where the guard page wraps a size to zero, and only there.
  @Test func anOldKernelDiesOfASizeThatItsGuardWraps() throws {
    let machine = try Machine(Configuration(switches: KernelVersion.v6_1.switches))
    for size in [0, .max, .max - 4094] as [UInt64] {
      try Self.refuse(machine, Refusal(.null, .sizeRoundsToZero, size)) { () throws(Refusal) in
        try machine.vmAreas.getVMArea(size: size)
      }
    }
    try Self.refuse(machine, Refusal(.bug, .sizeWraps, .max - 4095)) { () throws(Refusal) in
      try machine.vmAreas.getVMArea(size: .max - 4095)
    }
    let got = refusal(of: { () throws(Refusal) in
      try machine.vmAreas.getVMArea(size: .max - 4095, flags: .noGuard)
    })
    #expect(got?.outcome == .null)
  }

  @Test func windowsThatAreTooSmall() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    let start = machine.map.vmallocStart
    try Self.refuse(machine, Refusal(.null, .holePastRangeEnd, 8192, start, start + 8191)) {
      () throws(Refusal) in
      try machine.vmAreas.getVMArea(size: 4096, start: start, end: start + 8191)
    }
    let address = try machine.vmAreas.getVMArea(size: 4096, start: start, end: start + 8192)
    #expect(address == start)
    try Self.refuse(machine, Refusal(.null, .noHole, 8192, 1)) { () throws(Refusal) in
      try machine.vmAreas.getVMArea(size: 4096, start: .max - 4096, end: .max)
    }
  }

  @Test func areasThatAreNotThere() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    let area = try machine.vmAreas.getVMArea(size: 8192)
    try Self.refuse(machine, Refusal(.bug, .noAreaAtAddress, area + 1 << 30)) {
      () throws(Refusal) in try machine.vmAreas.freeVMArea(area + 1 << 30)
    }
    try Self.refuse(machine, Refusal(.bug, .notAreaStart, area + 4096, area)) {
      () throws(Refusal) in try machine.vmAreas.freeVMArea(area + 4096)
    }
    try Self.refuse(machine, Refusal(.errno(.EINVAL), .addressNotAligned, area + 1), warnings: 1) {
      () throws(Refusal) in try machine.vmAreas.freeVMArea(area + 1)
    }
    try Self.refuse(machine, Refusal(.errno(.ENOENT), .noAreaAtAddress, area + 4096)) {
      () throws(Refusal) in
      try machine.mappings.vmAreaMapPages(
        area: area + 4096, start: area, end: area + 4096, pages: [200])
    }
    try Self.refuse(machine, Refusal(.bug, .noAreaAtAddress, area)) {
      () throws(Refusal) in try machine.percpu.freePerCPUAreas(area)
    }
    try machine.vmAreas.freeVMArea(area)
    try Self.refuse(machine, Refusal(.bug, .noAreaAtAddress, area)) {
      () throws(Refusal) in try machine.vmAreas.freeVMArea(area)
    }
  }

  @Test func interrupts() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    for context in [ExecutionContext.irq, .nmi] {
      machine.context = context
      try Self.refuse(machine, Refusal(.bug, .inInterrupt, UInt64(context.rawValue))) {
        () throws(Refusal) in try machine.vmAreas.getVMArea(size: 4096)
      }
    }
    try Self.refuse(machine, Refusal(.bug, .inInterrupt, UInt64(ExecutionContext.nmi.rawValue))) {
      () throws(Refusal) in try machine.mappings.vfree(machine.map.vmallocStart)
    }
  }

  @Test func mapRAM() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    let map = machine.map
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))[0]
    try Self.refuse(machine, Refusal(.null, .zeroPages), warnings: 1) {
      () throws(Refusal) in try machine.mappings.vmMapRAM([])
    }
    for outside in [0, 4096, map.vmallocStart - 4096, map.vmallocEnd + 1] {
      try Self.refuse(machine, Refusal(.bug, .outsideVmalloc, outside)) {
        () throws(Refusal) in try machine.mappings.vmUnmapRAM(outside, count: 1)
      }
    }
    let address = try machine.mappings.vmMapRAM([page])
    try Self.refuse(machine, Refusal(.bug, .addressNotAligned, address + 1)) {
      () throws(Refusal) in try machine.mappings.vmUnmapRAM(address + 1, count: 1)
    }
    try Self.refuse(machine, Refusal(.bug, .zeroPages)) {
      () throws(Refusal) in try machine.mappings.vmUnmapRAM(address, count: 0)
    }
    let far = map.vmallocStart + 1 << 40
    try Self.refuse(machine, Refusal(.errno(.ENOENT), .noBlock, far)) {
      () throws(Refusal) in try machine.mappings.vmUnmapRAM(far, count: 1)
    }
    let isMapped = machine.mappings.vmallocToPFN(address) == page
    #expect(isMapped)
    // Given back twice, a page is counted twice, until that makes the block's count full.
    for _ in 0..<1023 { try machine.mappings.vmUnmapRAM(address, count: 1) }
    try Self.refuse(machine, Refusal(.bug, .moreThanHandedOut, address, 1)) {
      () throws(Refusal) in try machine.mappings.vmUnmapRAM(address, count: 1)
    }
  }

  @Test func groups() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    typealias Members = [(offset: UInt64, size: UInt64)]
    for align in [0, 1, 2048, 12288] as [UInt64] {
      try Self.refuse(machine, Refusal(.bug, .alignmentNotPowerOfTwo, align)) {
        () throws(Refusal) in try machine.percpu.getPerCPUAreas(align: align, [(0, 12288)])
      }
    }
    let cases: [(Members, Rule)] = [
      ([(4096, 8192)], .groupNotAligned), ([(0, 4096)], .groupNotAligned),
      ([(0, 16384), (8192, 8192)], .groupOverlaps), ([(8192, 8192), (0, 16384)], .groupOverlaps),
    ]
    for (members, rule) in cases {
      let got = refusal(of: { () throws(Refusal) in
        try machine.percpu.getPerCPUAreas(align: 8192, members)
      })
      #expect(got?.outcome == .bug && got?.rule == rule)
    }
    let span: UInt64 = 1 << 46
    try Self.refuse(
      machine,
      Refusal(
        .null, .holePastRangeEnd, span + 8192, machine.map.vmallocStart, machine.map.vmallocEnd),
      warnings: 1
    ) {
      () throws(Refusal) in
      try machine.percpu.getPerCPUAreas(align: 8192, [(0, 8192), (span, 8192)])
    }
  }

  @Test func pages() throws {
    let machine = try Machine(Configuration(memory: 16 << 20, nodes: 2))
    let managed = machine.counters.managedFrames
    let cases: [(count: UInt64, order: UInt64, node: UInt64?, Refusal)] = [
      (0, 0, nil, Refusal(.errno(.EINVAL), .zeroPages)),
      (1, 11, nil, Refusal(.errno(.EINVAL), .orderTooHigh, 11)),
      (1, .max, nil, Refusal(.errno(.EINVAL), .orderTooHigh, UInt64(UInt32.max))),
      (1, 0, 2, Refusal(.errno(.EINVAL), .noSuchNode, 2, 2)),
      (1, 0, .max, Refusal(.errno(.EINVAL), .noSuchNode, .max, 2)),
      (managed + 1, 0, nil, Refusal(.null, .noFrames, managed + 1)),
      (1 << 62, 2, nil, Refusal(.null, .noFrames, .max)),
      (.max, 0, nil, Refusal(.null, .noFrames, .max)),
      (managed, 0, nil, Refusal(.null, .noFrames, managed)),
    ]
    for (count, order, node, wanted) in cases {
      machine.frames.drainPerCPULists()
      let got = refusal(of: { () throws(Refusal) in
        try machine.allocatePages(count: count, order: order, node: node)
      })
      #expect(got == wanted)
      machine.expectSound("\(count) of order \(order)")
    }
    for cpu in [1, 64, .max] as [UInt64] {
      try Self.refuse(machine, Refusal(.errno(.EINVAL), .noSuchCPU, cpu, 1)) {
        () throws(Refusal) in try machine.selectCPU(cpu)
      }
    }
  }

  /// Freeing what is not a caller's page is a BUG, wherever in a list it stands.
  @Test func pagesThatAreNotTheCallers() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 4))
    let frames = UInt64(machine.ram.frameCount)
    for foreign in [0, machine.mmu.topTable, 0xa0, frames - 1, frames, 1 << 40, UInt64.max - 1] {
      for list in [[foreign], [pages[0], foreign]] {
        try Self.refuse(machine, Refusal(.bug, .pageNotAllocated, foreign)) {
          () throws(Refusal) in try machine.pageSets.freePages(list)
        }
        try Self.refuse(machine, Refusal(.bug, .pageNotAllocated, foreign)) {
          () throws(Refusal) in try machine.pageSets.getPages(list)
        }
      }
    }
    try Self.refuse(machine, Refusal(.bug, .nullInList, 1)) {
      () throws(Refusal) in try machine.pageSets.freePages([pages[0], PageList.null])
    }
    // Once too often in one list.
    try Self.refuse(machine, Refusal(.bug, .pageNotAllocated, pages[1])) {
      () throws(Refusal) in try machine.pageSets.freePages([pages[0], pages[1], pages[1]])
    }
    try machine.pageSets.getPages([pages[1]])
    try machine.pageSets.freePages([pages[0], pages[1], pages[1]])
    try Self.refuse(machine, Refusal(.bug, .pageNotAllocated, pages[1])) {
      () throws(Refusal) in try machine.pageSets.freePages([pages[1]])
    }
    try machine.pageSets.freePages([pages[2], pages[3]])
    machine.expectSound("all freed")
  }

  /// Ranges that touch the direct map or the struct pages, and ends that are not canonical.
  @Test func rangesThatWouldKillTheKernel() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let map = machine.map
    let start = map.vmallocStart
    let cases: [(UInt64, UInt64, Rule)] = [
      (start, start, .emptyRange), (start + 4096, start, .emptyRange), (0, 0, .emptyRange),
      (.max, 0, .emptyRange),
      (map.pageOffset, map.pageOffset + 4096, .touchesDirectMap),
      (map.pageOffset - 4096, map.pageOffset + 1, .touchesDirectMap),
      (map.pageOffset + 4 << 20 - 1, map.pageOffset + 5 << 20, .touchesDirectMap),
      (map.vmemmap, map.vmemmap + 4096, .touchesDirectMap),
      (map.vmemmap - 4096, map.vmemmap + 4096, .touchesDirectMap),
      (1 << 47, 1 << 47 + 4096, .notCanonical), (1 << 47 - 4096, 1 << 47 + 1, .notCanonical),
      (0x7fff_ffff_f000, 0xffff_8000_0000_1000, .notCanonical),
      (0xffff_7fff_ffff_f000, 0xffff_8000_0000_0000, .notCanonical),
    ]
    for (start, end, rule) in cases {
      let text = "\(hex(start))..\(hex(end))"
      let mapped = refusal(of: { () throws(Refusal) in
        try machine.mappings.vmapPagesRange(start: start, end: end, pages: [200])
      })
      try require(mapped?.rule == rule && mapped?.outcome == .bug, "\(text): \(mapped as Any)")
      let unmapped = refusal(of: { () throws(Refusal) in
        try machine.mappings.vunmapRange(start: start, end: end)
      })
      try require(unmapped?.rule == rule && unmapped?.outcome == .bug, "\(text)")
      let built = refusal(of: { () throws(Refusal) in
        try machine.mappings.populate(start: start, end: end)
      })
      try require(built?.rule == rule, "\(text): \(built as Any)")
      try require(built?.outcome == (rule == .emptyRange ? .errno(.EINVAL) : .bug), "\(text)")
    }
    machine.expectSound("after the refusals")
    // The pages just beside them are free for all.
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    let beside = map.pageOffset + 4 << 20
    try machine.mappings.vmapPagesRange(start: beside, end: beside + 4096, pages: page)
    try machine.mappings.vunmapRange(start: beside, end: beside + 4096)
    machine.expectSound("beside the direct map")
  }

  /// An area may be asked for anywhere, but unmapping it must not take the direct map away.
  @Test(
    arguments: [0xffff_8880_0000_0000, 0x0000_8880_0000_0000, 0xffff_ea00_0000_0000] as [UInt64])
  func areasOverTheDirectMapAreNotFreed(_ start: UInt64) throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let address = try machine.vmAreas.getVMArea(size: 1 << 21, start: start, end: start + 1 << 30)
    let end = address + 1 << 21 + 4096
    try Self.refuse(machine, Refusal(.bug, .touchesDirectMap, address, end)) {
      () throws(Refusal) in try machine.vmAreas.freeVMArea(address)
    }
    try Self.refuse(machine, Refusal(.bug, .touchesDirectMap, address, end)) {
      () throws(Refusal) in try machine.mappings.vfree(address)
    }
    let first = machine.mappings.vmallocToPFN(machine.map.pageOffset)
    #expect(first == 0)
  }

  /// Addresses that lie on a list twice must not keep the deferred work busy for ever.
  @Test func deferredFreesEnd() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 2))
    let addresses = pages.map { machine.map.pageOffset + $0 << 12 }
    for list in [[0, 0], [0, 1, 0], [0, 1, 1, 0, 1]] {
      let before = machine.warnings
      try machine.perform { () throws(Refusal) in
        machine.context = .irq
        for index in list { try machine.mappings.vfree(addresses[index]) }
        machine.context = .process
      }
      let warned = machine.warnings - before
      #expect(warned > 0 && warned <= UInt64(list.count))
      machine.expectSound("\(list)")
    }
  }
}
