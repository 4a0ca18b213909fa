import TestSupport
import Testing
import VMem

@testable import VMemScript

/// Rows that belong together when a machine is imported: groups of per-CPU areas, and areas with their
/// arrays of pages; and what size and alignment tell.
@Suite struct TogetherTests {
  private static let base: UInt64 = 0xffff_c900_0000_0000

  private func row(_ offset: UInt64, _ size: UInt64, _ rest: String) -> String {
    let (start, end) = (Self.base + offset, Self.base + offset + size)
    let text = String(size)
    return "0x\(String(start, radix: 16))-0x\(String(end, radix: 16)) "
      + String(repeating: " ", count: max(0, 7 - text.utf8.count)) + "\(text) \(rest)\n"
  }

  private func chunk(_ offset: UInt64, _ size: UInt64 = 2 << 20) -> String {
    row(offset, size, "pcpu_get_vm_areas+0x0/0xfe0 vmalloc")
  }

  private func address(_ offset: UInt64) -> String { "0x" + String(Self.base + offset, radix: 16) }

  // MARK: Per-CPU areas

  @Test func rowsOfARealMachineWithTwoNodes() throws {
    let text = try Fixture.text("kernel-6.18.15/boot-2nodes/vmallocinfo.boot")
    let ran = try ImportTests.imported(
      text,
      then: """
        totals --by kind
        vmallocinfo
        expect EFAULT read 0xffffe8ffdfe00000 8
        expect EFAULT write 0xffffe8ffffdff000 aa
        pcpu_free_vm_areas 0xffffe8ffdfe00000
        expect fault read 0xffffe8ffdfe00000 8
        totals --by kind
        find_vm_area 0xffffc900001e9000
        vfree 0xffffc900003e4000
        expect NULL find_vm_area 0xffffc900001e9000
        check
        """)
    #expect(ran.exit == .success, "\(ran.messages)")
    let perCPU = ran.lines.filter { $0.hasSuffix("  percpu") }
    #expect(perCPU.count == 1 && perCPU[0].contains(" 4194304 "))
    #expect(ran.lines.contains { $0.hasPrefix("addr=0xffffc900001e9000") })
    #expect(ran.lines.last == "0")
    #expect(!ran.messages.contains("array of pages") && !ran.messages.contains("pattern"))
  }

  /// Chunks of three nodes, whose sizes differ: the middle one is freed as a whole.
  @Test func chunksOfSeveralNodes() throws {
    let (far, top): (UInt64, UInt64) = (1 << 30, 1 << 33)
    let chunks = (0..<3).map { UInt64($0) << 22 }
    let text =
      row(0, 20480, "f+0x1/0x2 pages=4 vmalloc N0=2 N1=1 N2=1")
      + chunks.map { chunk(top + $0) }.joined()
      + chunks.map { chunk(top + far + $0, 1 << 20) }.joined()
      + chunks.map { chunk(top + 3 * far + $0, 3 << 20) }.joined()
    let ran = try ImportTests.imported(
      text, then: "pcpu_free_vm_areas \(address(top + 1 << 22))\nvmallocinfo\ncheck")
    #expect(ran.exit == .success && !ran.messages.contains("pattern"), "\(ran.messages)")
    let gone = [top, top + far, top + 3 * far].map { address($0 + 1 << 22) }
    for (index, row) in text.split(separator: "\n").enumerated() {
      let isGone = gone.contains { row.hasPrefix($0) }
      #expect(ran.lines.contains(String(row)) == !isGone, "\(index)")
    }
    #expect(ran.lines.count { $0.hasSuffix("unpurged vm_area") } >= 1)
    #expect(ran.lines.last == "0")
  }

  @Test(
    arguments: [
      ([0, 4, 100, 104], 2, [[0, 2], [1, 3]]), ([0, 100], 2, [[0, 1]]),
      // Beside each other: chunks of one node.
      ([0, 2], 2, nil), ([0, 2, 4, 6], 2, nil), ([0, 10, 20, 31], 2, nil), ([0, 10, 20], 2, nil),
      ([0, 4, 6, 11], 2, nil),
      ([0, 4, 100, 104, 300, 304], 3, [[0, 2, 4], [1, 3, 5]]),
      ([0, 4, 100, 105, 300, 304], 3, nil), ([], 1, nil),
    ] as [([UInt64], Int, [[Int]]?)])
  func patterns(_ starts: [UInt64], _ count: Int, _ expected: [[Int]]?) {
    let places: [PerCPUPattern.Place] = starts.map { (start: $0 << 20, size: 2 << 20) }
    #expect(PerCPUPattern.groups(places, of: count) == expected)
  }

  @Test func rowsInNoPatternStandAlone() throws {
    let text =
      row(0, 20480, "f+0x1/0x2 pages=4 vmalloc N0=2 N1=2") + chunk(1 << 33) + chunk(2 << 33)
      + chunk(5 << 33)
    let ran = try ImportTests.imported(
      text, then: "pcpu_free_vm_areas \(address(2 << 33))\ntotals --by kind\ncheck")
    #expect(ran.messages.contains("rows:2: per-CPU areas in no pattern of 2 nodes"))
    #expect(
      ran.lines.contains { $0.hasPrefix("       2        4194304 ") && $0.hasSuffix("percpu") })
    #expect(ran.lines.last == "0")
  }

  // MARK: Arrays of pages

  /// The array goes with its area, even when the window is moved.
  @Test(arguments: ["", "--rebase"]) func arraysGoWithTheirAreas(_ options: String) throws {
    var text =
      row(0, 12288, "g+0x1/0x2 pages=2 vmalloc N0=2")
      + row(0x4000, 12288, "f+0x1/0x2 pages=2 vmalloc N0=2")
      + row(0x20_0000, 4_198_400, "f+0x1/0x2 pages=1024 vmalloc vpages N0=1024")
    if !options.isEmpty { text.replace("0xffffc9", with: "0xffffb1") }
    let ran = try ImportTests.imported(
      text, options,
      then: "vfree \(options.isEmpty ? address(0x20_0000) : "0xffffc90000200000")\nvmallocinfo\n"
        + "vm_unmap_aliases\nvmallocinfo\ncheck")
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(ran.lines.suffix(2).first?.contains("g+0x1/0x2 pages=2") == true)
    #expect(ran.lines.count { $0.contains("f+0x1/0x2") } == 0)
    #expect(ran.lines.last == "0")
  }

  @Test func arraysThatNoRowTellsStay() throws {
    let owner = row(0x20_0000, 4_198_400, "f+0x1/0x2 pages=1024 vmalloc vpages N0=1024")
    let alone = try ImportTests.imported(owner, then: "vfree \(address(0x20_0000))\ncheck")
    #expect(alone.messages.contains("rows:1: no row is its array of pages"))
    #expect(alone.lines.last == "0")
    let several =
      row(0, 12288, "f+0x1/0x2 pages=2 vmalloc") + row(0x4000, 12288, "f+0x1/0x2 pages=2 vmalloc")
    let ran = try ImportTests.imported(
      several + owner, then: "vfree \(address(0x20_0000))\nvmallocinfo\ncheck")
    #expect(ran.messages.contains("rows:3: 2 rows could be its array of pages"))
    #expect(ran.lines.count { $0.contains("f+0x1/0x2 pages=2") } == 2)
    let two = try ImportTests.imported(
      several + owner + row(0x80_0000, 4_198_400, "f+0x1/0x2 pages=1024 vmalloc vpages N0=1024"),
      then: "vfree \(address(0x80_0000))\nvmallocinfo\ncheck")
    #expect(two.messages.contains("rows:3: 2 areas have arrays of pages of the same size"))
    #expect(two.lines.contains { $0.hasPrefix(address(0)) && $0.contains("f+0x1/0x2") })
    #expect(two.lines.last == "0")
  }

  // MARK: Huge pages

  @Test func sizeAndAlignmentTellOfHugePages() throws {
    let text =
      row(0x20_0000, 2_101_248, "f+0x1/0x2 pages=512 vmalloc N0=512")
      + row(0x60_1000, 2_101_248, "f+0x1/0x2 pages=512 vmalloc N0=512")
      + row(0xa0_0000, 2_101_248, "f+0x1/0x2 pages=512 vmap N0=512")
      + row(0xe0_0000, 2_097_152, "f+0x1/0x2 pages=511 vmalloc N0=511")
    let ran = try ImportTests.imported(
      text,
      then: """
        find_vm_area 0xffffc90000200000
        find_vm_area 0xffffc90000601000
        find_vm_area 0xffffc90000a00000
        find_vm_area 0xffffc90000e00000
        vmallocinfo
        vfree 0xffffc90000200000
        check
        vm_unmap_aliases
        check
        """)
    #expect(ran.messages.contains("rows:1: 1 area, by size and alignment, of huge pages"))
    let orders = ran.lines.filter { $0.hasPrefix("addr=") }
      .map { $0.contains("page_order=9") }
    #expect(orders == [true, false, false, false])
    #expect(ran.lines.suffix(4) == ["0", "0", "0", "0"])
  }

  // MARK: Other architectures

  /// Windows of 64-bit Arm, which are larger and elsewhere: moved, with all of their rows.
  @Test(
    arguments: [
      ("0xffff8000", "0xfffffdff", "0xffa00000", "0xffa07dff"),
      ("0xffff0000", "0xfffffdff", "0xffa00000", "0xffa0fdff"),
      ("0xffffff80", "0xffffffbe", "0xffffc900", "0xffffc93e"),
    ])
  func otherArchitectures(_ low: String, _ high: String, _ lowHere: String, _ highHere: String)
    throws
  {
    let text = """
      \(low)08000000-\(low)08010000   65536 gic_of_init+0x84/0x550 phys=0x0000000008000000 ioremap
      \(low)0a000000-\(low)0a005000   20480 copy_process+0x1/0x2 pages=4 vmalloc N0=4
      \(high)bf800000-\(high)bfa00000 2097152 pcpu_get_vm_areas+0x0/0x744 vmalloc

      """
    let refused = try ImportTests.imported(text)
    #expect(refused.exit == .badScript)
    #expect(refused.messages.contains("--rebase moves the rows to \(lowHere)00000000"))
    let ran = try ImportTests.imported(
      text, "--rebase", then: "vmallocinfo\nget_vm_area 16K\ncheck")
    #expect(ran.exit == .success, "\(ran.messages)")
    let moved = text.replacing(low, with: lowHere).replacing(high, with: highHere)
    #expect(
      ran.lines == ["3"] + moved.split(separator: "\n").map(String.init) + [
        "\(lowHere)00000000", "0",
      ])
    #expect(ran.messages.contains("rows:1: the window of the rows ends at"))
  }

  @Test func rowsThatAreTooFarApart() throws {
    let text = """
      0x0000000000001000-0x0000000000003000    8192 f+0x1/0x2 vmap
      0xffff900000001000-0xffff900000003000    8192 f+0x1/0x2 vmap

      """
    for options in ["", "--rebase"] {
      let ran = try ImportTests.imported(text, options)
      #expect(ran.exit == .badScript && ran.messages.contains("outside of the vmalloc window"))
    }
  }
}
