import Testing

@testable import VMem

/// Sizes, addresses and frame numbers at the ends of what 64 bits hold.
struct ExtremeNumbersTests {
  /// Sizes and addresses where something wraps, ends or turns its sign.
  private static let edges: [UInt64] = {
    var edges: [UInt64] = []
    for base in [0, 4096, 1 << 21, 1 << 30, 1 << 39, 1 << 47, 1 << 48, 1 << 57, 1 << 63] as [UInt64]
    {
      edges += [base &- 4096, base &- 1, base, base + 1, base + 4095, base + 4096]
    }
    return edges + [
      0xffff_8880_0000_0000, 0xffff_c8ff_ffff_f000, 0xffff_c900_0000_0000, 0xffff_e8ff_ffff_f000,
      0xffff_e8ff_ffff_ffff, 0xffff_e900_0000_0000, 0xffff_ea00_0000_0000, 0xffff_ffff_a000_0000,
      0xffff_ffff_ff00_0000,
    ]
  }()

  /// Whatever the numbers: an answer, and a sound machine.
  @Test(arguments: [4, 5])
  func noNumberCrashes(_ levels: Int) throws {
    let machine = try Machine(Configuration(memory: 4 << 20, levels: levels))
    let page = machine.frameNumbers(of: try machine.allocatePages(count: 1))
    let area = try machine.vmAreas.getVMArea(size: 1 << 30, flags: .sparse)
    var sunk = 0
    for (number, a) in Self.edges.enumerated() {
      _ = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: a) })
      _ = refusal(of: { () throws(Refusal) in
        try machine.vmAreas.getVMArea(size: a, flags: .ioremap)
      })
      _ = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: 4096, align: a) })
      _ = refusal(of: { () throws(Refusal) in try machine.vmAreas.getVMArea(size: 4096, shift: a) })
      _ = refusal(of: { () throws(Refusal) in try machine.mappings.setPTE(at: a, pfn: page[0]) })
      _ = refusal(of: { () throws(Refusal) in try machine.mappings.setPTE(at: area, pfn: a) })
      _ = refusal(of: { () throws(Refusal) in try machine.mappings.vmUnmapRAM(a, count: 1) })
      _ = refusal(of: { () throws(Refusal) in try machine.mappings.vmUnmapRAM(area, count: a) })
      // Writing over the direct map would destroy the machine, as it does a real one.
      let isHarmless =
        machine.mappings.vmallocToPFN(a) == nil && machine.mappings.vmallocToPFN(a &+ 4096) == nil
      if isHarmless {
        _ = refusal(of: { () throws(Refusal) in try machine.mmu.fill(a, count: .max, byte: 0) })
      }
      _ = refusal(of: { () throws(Refusal) in try machine.mmu.read(a, count: 8192) { _ in } })
      machine.mmu.kcoreRead(a, count: 8192) { sunk += $0.count }
      _ = machine.mappings.vmallocToPFN(a)
      _ = machine.mmu.walk(a)
      _ = machine.vmAreas.findVMArea(a)
      _ = machine.vmAreas.neighbours(of: a)
      for b in Self.edges {
        _ = refusal(of: { () throws(Refusal) in
          try machine.vmAreas.getVMArea(size: 4096, start: a, end: b)
        })
        _ = refusal(of: { () throws(Refusal) in
          try machine.mappings.vmAreaMapPages(area: area, start: a, end: b, pages: page)
        })
        _ = refusal(of: { () throws(Refusal) in
          try machine.mappings.vmAreaUnmapPages(area: area, start: a, end: b)
        })
        _ = refusal(of: { () throws(Refusal) in
          try machine.mappings.vmapPagesRange(start: a, end: b, pages: page)
        })
        _ = refusal(of: { () throws(Refusal) in try machine.mappings.vunmapRange(start: a, end: b) }
        )
        _ = refusal(of: { () throws(Refusal) in try machine.mmu.read(a, count: b) { _ in } })
        if isHarmless {
          _ = refusal(of: { () throws(Refusal) in try machine.mmu.copy(to: a, from: b, count: .max)
          })
          _ = refusal(of: { () throws(Refusal) in try machine.mmu.copy(to: a, from: b, count: 1) })
        }
        _ = refusal(of: { () throws(Refusal) in try machine.mmu.compare(a, b, count: .max) })
      }
      if number % 8 == 0 {
        guard machine.expectSound("\(levels) levels, \(hex(a))") else { return }
      }
    }
    #expect(sunk == Self.edges.count * 8192)
    var starts: [UInt64] = []
    machine.vmAreas.forEachBusyArea { if $0.start & 4095 == 0 { starts.append($0.start) } }
    for start in starts {
      _ = refusal(of: { () throws(Refusal) in try machine.vmAreas.freeVMArea(start) })
    }
    try machine.reclaimAreas()
    machine.expectSound("\(levels) levels, everything freed")
  }
}
