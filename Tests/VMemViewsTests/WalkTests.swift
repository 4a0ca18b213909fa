import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct WalkTests {
  /// The lines above the last entry: levels that lead to tables.
  private func tableLines(_ story: Story, _ at: UInt64, count: Int) -> [String] {
    story.machine.mmu.walk(at).prefix(count).flatMap { step in
      [
        "\(step.level)[\(step.index)] at physical \(address(step.entryPhysicalAddress))"
          + " (direct map \(address(0xffff_8880_0000_0000 + step.entryPhysicalAddress)))"
          + " = \(address(step.entry.bits))",
        "  P present, RW writable, A accessed, D ignored in a table entry",
        "  leads to the table of \(Level(rawValue: step.level == .pgd ? 3 : step.level.rawValue - 1)!)"
          + " entries in frame 0x\(String(step.entry.pfn, radix: 16))",
      ]
    }
  }

  private func walk(_ story: Story, _ at: UInt64) -> [String] {
    let text = story.shown { Views.walk($0, at, to: &$1) }
    return text.split(separator: "\n").map(String.init)
  }

  @Test func aMappedPageIsNamed() throws {
    let story = try Story.told()
    let at = story.area + 0x2123
    let pte = try #require(story.machine.mmu.walk(at).last)
    let frame = story.frames[1]
    var expected = [
      "CR3 \(address(story.machine.mmu.topTable << 12))",
      "0xffffc90000002123: pgd 402, pud 0, pmd 0, pte 2, offset 0x123",
      "  1111111111111111 110010010 000000000 000000000 000000010 000100100011",
      "TLB of CPU 0: miss, so the tables are walked",
      "in area s 0xffffc90000000000-0xffffc90100001000",
    ]
    expected += tableLines(story, at, count: 3)
    expected += [
      "pte[2] at physical \(address(pte.entryPhysicalAddress))"
        + " (direct map \(address(0xffff_8880_0000_0000 + pte.entryPhysicalAddress)))"
        + " = \(address(0x8000_0000_0000_0163 | frame << 12))",
      "  P present, RW writable, A accessed, D dirty, G global, NX no execute",
      "  physical \(address(frame << 12 + 0x123)), in frame 0x\(String(frame, radix: 16)), page P[1],"
        + " struct page at \(address(0xffff_ea00_0000_0000 + frame * 64))",
    ]
    let lines = walk(story, at)
    #expect(lines == expected)
  }

  @Test func holesSayWhichTableIsMissingAndWhoCouldFillThem() throws {
    let story = try Story.told()
    let inTable = walk(story, story.area + 0x9000)
    #expect(
      inTable.suffix(1) == [
        "  empty: no page here; the pte table is there, so set_pte_at can fill this entry in any context"
      ])
    let tables = tableLines(story, story.area + 0x9000, count: 3)
    #expect(Array(inTable.dropFirst(5).prefix(tables.count)) == tables)
    let noPTETable = walk(story, story.area + 0x40_0000)
    #expect(
      noPTETable.last
        == "  empty: no pte table for 0xffffc90000400000-0xffffc90000600000 (2 MiB); "
        + "set_pte_at would fail here, a mapping call first allocates tables and may sleep")
    let noPMDTable = walk(story, story.area + 3 << 30)
    #expect(noPMDTable.last?.hasPrefix("  empty: no pmd table for ") == true)
    let user = walk(story, 0x1234)
    #expect(
      user == [
        "CR3 \(address(story.machine.mmu.topTable << 12))",
        "0x0000000000001234: pgd 0, pud 0, pmd 0, pte 1, offset 0x234",
        "  0000000000000000 000000000 000000000 000000000 000000001 001000110100",
        "TLB of CPU 0: miss, so the tables are walked",
        "pgd[0] at physical \(address(story.machine.mmu.topTable << 12)) "
          + "(direct map \(address(0xffff_8880_0000_0000 + story.machine.mmu.topTable << 12))) "
          + "= 0x0000000000000000",
        "  empty: no pud table for 0x0000000000000000-0x0000008000000000 (512 GiB)",
      ])
  }

  @Test func largeLeavesGuardPagesAndDeviceMemory() throws {
    let story = try Story.told()
    let direct = walk(story, 0xffff_8880_1234_5678)
    #expect(
      direct.suffix(2) == [
        "  P present, RW writable, A accessed, D dirty, PSE large page, G global, NX no execute",
        "  maps 2 MiB at once: physical 0x0000000012345678, in frame 0x12345, "
          + "struct page at 0xffffea000048d140",
      ])
    let guardPage = walk(story, story.area + 4 << 30)
    #expect(
      guardPage[4] == "in area s 0xffffc90000000000-0xffffc90100001000, on its guard page")
    let pte = try #require(story.machine.mmu.walk(story.area + 0x1000).last)
    story.machine.ram[table: pte.table, pte.index] = Entry(bits: 0x9_0000_0213)
    let device = walk(story, story.area + 0x1000)
    #expect(
      device.suffix(2) == [
        "  P present, RW writable, PCD cache disable, SOFTW1 special, no struct page",
        "  physical 0x0000000900000000, device memory",
      ])
    // A bit of a large leaf's frame field that is an attribute is no part of the address.
    let pmd = story.machine.mmu.walk(story.area + 0x1000)[2]
    story.machine.ram[table: pmd.table, pmd.index] = Entry(bits: 0x8000_0000_0020_1081)
    let large = walk(story, story.area + 0x1000)
    #expect(
      large.suffix(2) == [
        "  P present, PSE large page, PAT memory type, NX no execute",
        "  maps 2 MiB at once: physical 0x0000000000201000, in frame 0x201, "
          + "struct page at 0xffffea0000008040",
      ])
  }

  @Test func addressesTheProcessorRefuses() throws {
    let story = try Story.told()
    let text = story.shown { Views.walk($0, 1 << 50, to: &$1) }
    #expect(
      text == "0x0004000000000000 is not canonical: bits 63 to 47 are not all equal, "
        + "so the processor looks at no table\n")
    var configuration = Configuration()
    configuration.levels = 5
    let wide = try Story.told(configuration)
    let lines = walk(wide, wide.area + 0x1000)
    #expect(lines[1] == "0xffa0000000001000: pgd 416, p4d 0, pud 0, pmd 0, pte 1, offset 0x0")
    let digits = lines[2].split(separator: " ")
    #expect(digits.map(\.count) == [7, 9, 9, 9, 9, 9, 12])
    #expect(UInt64(digits.joined(), radix: 2) == wide.area + 0x1000)
    #expect(lines.last?.contains(", page P[0], ") == true)
  }

  /// What the TLB has is said before the tables are, and whether it should have it.
  @Test func theTLBIsAskedFirst() throws {
    let story = try Story.told()
    let at = story.area + 0x2123
    _ = try story.machine.mmu.read(at, count: 1) { _ in }
    let hit = walk(story, at)[3]
    #expect(hit.hasPrefix("TLB of CPU 0: hit, 4K at \(address(story.frames[1] << 12)), filled by "))
    try story.machine.mappings.vmAreaUnmapPages(
      area: story.area, start: at & ~4095, end: at & ~4095 + 4096)
    #expect(walk(story, at)[3] == "TLB of CPU 0: miss, so the tables are walked")
    let json = story.shown(.json) { Views.walk($0, 0xffff_8880_0000_0000, to: &$1) }
    #expect(json.contains("\"cr3\":\"\(address(story.machine.mmu.topTable << 12))\""))
  }

  @Test func inJSONALevelIsAnObject() throws {
    let story = try Story.told()
    for (at, kinds) in [
      (story.area + 0x2123, ["table", "table", "table", "page"]),
      (story.area + 0x9000, ["table", "table", "table", "hole"]),
      (0xffff_8880_1234_5678, ["table", "table", "leaf"]),
    ] {
      let text = story.shown(.json) { Views.walk($0, at, to: &$1) }
      let lines = text.split(separator: "\n").map(String.init)
      #expect(lines.allSatisfy(JSONText.isObject))
      #expect(lines.count == kinds.count + 1)
      #expect(lines[0].contains("\"tlb\":\"miss\""))
      for (line, kind) in zip(lines.dropFirst(), kinds) {
        #expect(line.contains("\"kind\":\"\(kind)\""))
      }
    }
    let page = story.shown(.json) { Views.walk($0, story.area + 0x2123, to: &$1) }
    #expect(page.contains("\"page\":\"P[1]\""))
    let bad = story.shown(.json) { Views.walk($0, 1 << 50, to: &$1) }
    #expect(bad == "{\"address\":\"0x0004000000000000\",\"canonical\":false}\n")
  }
}
