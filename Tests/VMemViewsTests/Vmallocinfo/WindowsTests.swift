import TestSupport
import Testing
import VMem

@testable import VMemViews

/// Where a file's machine has its vmalloc window, and what is said where the rows do not tell.
@Suite struct WindowsTests {
  private func read(_ rows: [String]) throws -> VmallocinfoFile {
    try VmallocinfoFile(name: "rows", bytes: Array(rows.map { $0 + "\n" }.joined().utf8))
  }

  private static let perCPU = "0xfefe0000-0xff000000  131072 pcpu_get_vm_areas+0x0/0x5bc vmalloc"
  private static let arm = [
    "0xbf000000-0xbf03d000  249856 f+0x14/0x64 pages=60 vmalloc",
    "0xde805000-0xde807000    8192 g+0x14/0x64 phys=8000000 ioremap",
  ]
  private static let i386 = [
    "0xf83fe000-0xf8401000   12288 f+0x1/0x2 pages=2 vmalloc",
    "0xf8600000-0xf8700000 1048576 pcpu_get_vm_areas+0x0/0x5bc vmalloc",
  ]

  /// Arm's window ends at one of two places, which only per-CPU memory reaches for sure.
  @Test(
    arguments: [
      (arm + [perCPU], 0xde80_0000, 0xfeff_ffff, true),
      (
        arm + [perCPU.replacing("0xfefe0000-0xff000000", with: "0xff7e0000-0xff800000")],
        0xde80_0000, 0xff7f_ffff, true
      ),
      (
        arm + [perCPU.replacing("0xfefe0000-0xff000000", with: "0xf8fe0000-0xf9000000")],
        0xde80_0000, 0xf8ff_ffff, false
      ),
      (
        arm + ["0xfefe0000-0xff000000  131072 h+0x0/0x5bc phys=0 ioremap"], 0xde80_0000,
        0xfeff_ffff, false
      ),
      (arm, 0xde80_0000, 0xde80_6fff, false),
      // No modules below the memory that is always mapped: another architecture.
      (i386, 0xf83f_e000, 0xf86f_ffff, false),
      ([arm[1], perCPU], 0xde80_5000, 0xfeff_ffff, false),
    ] as [([String], UInt64, UInt64, Bool)])
  func narrow(_ rows: [String], _ start: UInt64, _ last: UInt64, _ isKnown: Bool) throws {
    let file = try read(rows)
    #expect(file.window == (start, last) && file.isWindowKnown == isKnown)
    #expect((file.partlyKnownWindow == nil) == isKnown)
    #expect(try AddressSpace(file).isWhole == isKnown)
    #expect(try AddressSpace(file, in: (0xd000_0000, 0xe000_0000)).isWhole)
  }

  /// What is mapped before there are areas may lie beside the window: below it, and above.
  @Test func beside() throws {
    let below = "0xce000000-0xcf000000 16777216 iotable_init+0x0/0xb4 phys=e000000 ioremap"
    let above = "0xfee00000-0xff000000 2097152 pci_reserve_io+0x0/0x30 ioremap"
    let perCPU = "0xeffea000-0xf0000000   90112 pcpu_get_vm_areas+0x0/0x5f4 vmalloc"
    let file = try read([below] + Self.arm + [perCPU, above])
    #expect(file.window == (0xde80_0000, 0xefff_ffff) && !file.isWindowKnown)
    #expect(
      file.notes.contains { $0.line == 1 && $0.message.contains("beside the vmalloc window") })
    #expect(try AddressSpace(file).holes.bytes == 0xeffe_a000 - 0xde80_0000 - 8192)
    #expect(file.outside == nil)
    // Without a row of modules they tell that it is Arm; a module elsewhere does not count.
    let known = try read([
      below, "0x7f000000-0x7f002000    8192 module_alloc+0x1/0x2 pages=1 vmalloc",
      "0xd0802000-0xd0804000    8192 of_iomap+0x30/0x38 phys=f8000000 ioremap",
      perCPU.replacing("0xeffea000-0xf0000000", with: "0xff7ea000-0xff800000"),
    ])
    #expect(known.window == (0xd080_0000, 0xff7f_ffff) && known.isWindowKnown)
    // The modules of arm64 lie in front of the window.
    let arm64 = try read([
      "0xffff800008000000-0xffff800008005000   20480 move_module+0x1/0x2 pages=4 vmalloc N0=4",
      "0xffff800010000000-0xffff800010005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4",
      "0xfffffdffbf000000-0xfffffdffbf200000 2097152 pcpu_get_vm_areas+0x0/0x1 vmalloc",
    ])
    #expect(arm64.window.start == 0xffff_8000_1000_0000)
    #expect(try #require(arm64.foreign).start == 0xffff_8000_0800_0000 && arm64.outside == nil)
  }

  /// The kernel's log in the same text has the window.
  @Test(arguments: [
    "    vmalloc : 0xde800000 - 0xff000000   ( 520 MB)", "vmalloc: 0xde800000 - 0xfeffffff",
    "[    0.000000]   * 0xde800000..0xff000000  : vmalloc & ioremap",
  ])
  func log(_ line: String) throws {
    let file = try read(Self.arm + [line, "    lowmem  : 0xc0000000 - 0xde000000   ( 480 MB)"])
    #expect(file.window == (0xde80_0000, 0xfeff_ffff) && file.isWindowKnown)
    #expect(
      file.notes.contains(
        .init(
          line: 3, message: "the vmalloc window is 0xde800000..0xff000000, as the log has it")))
    // That of another machine is of no use.
    let other = try read(Self.i386 + [line])
    #expect(!other.isWindowKnown || other.window.start == 0xde80_0000)
    let far = try read(Self.arm + [line.replacing("0xde8", with: "0xe08")])
    #expect(!far.isWindowKnown)
  }

  /// Pages as large as the rows' numbers of pages tell.
  @Test(arguments: [12, 14, 16] as [UInt64]) func pageSizes(_ shift: UInt64) throws {
    let row = { (start: UInt64, pages: UInt64) in
      let end = start + (pages + 1) << shift
      return "0x\(String(start, radix: 16))-0x\(String(end, radix: 16)) \(end - start) f+0x1/0x2 "
        + "pages=\(pages) vmalloc N8=\(pages)"
    }
    let file = try read([row(0xc008_0000_0000_0000, 1), row(0xc008_0000_0010_0000, 3)])
    #expect(file.pageShift == shift)
    #expect(file.notes.contains { $0.message.contains("pages are of") } == (shift > 12))
    let totals = AddressTotals(nodesOf: file, in: nil, windows: file.windowsOfTotals)
    #expect(totals.rows.map(\.name) == ["8"] && totals.rows[0].bytes == 4 << shift)
    let metrics = try Metrics(Views.metrics(totals))
    #expect(metrics.value("vmalloc_allocated_bytes") == Double(4 << shift))
  }

  /// Rows of modules alone: theirs is the window.
  @Test func modulesAlone() throws {
    let file = try read([
      "0xffffffffc0218000-0xffffffffc021a000    8192 bpf_jit_alloc_exec+0xe/0x10 pages=1 vmalloc N0=1"
    ])
    #expect(file.window.last == 0 && file.notes.isEmpty)
    #expect(file.partlyKnownWindow?.line == 1)
    let totals = AddressTotals(
      try AddressSpace(file, in: (0, 0)), by: .kind, windows: file.windowsOfTotals)
    #expect(totals.parts.map(\.name) == ["modules"])
    #expect(totals.rows.reduce(0) { $0 + $1.bytes } == totals.parts[0].window)
  }

  /// Free from where PowerPC's windows begin to where the smallest of them ends.
  @Test(
    arguments: [
      (0xd000_0000_0000_0000, 8 << 40), (0xc008_0000_0000_0000, 64 << 40),
      (0xc000_1000_0000_0000, 16 << 40),
    ] as [(UInt64, UInt64)])
  func powerPC(_ start: UInt64, _ size: UInt64) throws {
    let row = { (at: UInt64) in
      "0x\(String(at, radix: 16))-0x\(String(at + 0x20000, radix: 16))  131072 f+0x1/0x2 pages=1 vmalloc"
    }
    let file = try read([row(start + 0x40000), row(start + 0x10_0000)])
    #expect(file.window == (start, start + (size - 1)) && !file.isWindowKnown)
    let far = try read([row(start), row(start + size + 0x10000)])
    #expect(far.window == (start, start + size + 0x2ffff) && !far.isWindowKnown)
    #expect(far.rows.allSatisfy { far.isInWindow($0) })
  }

  /// Others span what their rows span: no hole is made up in front of them or behind.
  @Test func other64Bits() throws {
    let file = try read([
      "0xffff800010000000-0xffff800010005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4",
      "0xfffffdffbf000000-0xfffffdffbf200000 2097152 pcpu_get_vm_areas+0x0/0x1 vmalloc",
    ])
    #expect(file.window == (0xffff_8000_1000_0000, 0xffff_fdff_bf1f_ffff))
    #expect(!file.isWindowKnown)
    #expect(try AddressSpace(file).holes.count == 1)
  }

  private static let usual = "0xffffc90000000000-0xffffc90000005000   20480 f+0x93/0xe0 vmap"

  /// Of two rows the one is outside that no kernel has there, whichever comes first.
  @Test(arguments: [
    "0xffff800000000000-0xffff800000002000    8192 vmap",
    "0xfffffe0000000000-0xfffffe0000002000    8192 vmap",
    "0xffff11c900000000-0xffff11c900002000    8192 vmap",
    "0x0000000000005000-0x0000000000007000    8192 vmap",
  ])
  func twoRows(_ other: String) throws {
    for rows in [[Self.usual, other], [other, Self.usual]] {
      let file = try read(rows)
      #expect(file.window.start == 0xffff_c900_0000_0000)
      #expect(file.outside?.line == (rows[0] == other ? 1 : 2))
    }
  }

  /// Of two that a kernel could have, the first one's.
  @Test func twoWindows() throws {
    let other = "0xffff990000000000-0xffff990000002000    8192 vmap"
    #expect(try read([Self.usual, other]).outside?.line == 2)
    #expect(try read([other, Self.usual]).outside?.line == 2)
  }

  /// A window at a random place is that of a kernel with its modules behind 1 GiB.
  @Test func emptyModules() throws {
    #expect(try read([Self.usual]).emptyModules == nil)
    let random = try read([Self.usual.replacing("ffffc900", with: "ffffb3c1")])
    #expect(try #require(random.emptyModules) == (0xffff_ffff_c000_0000, 0xffff_ffff_feff_ffff))
    #expect(try read(Self.arm).emptyModules == nil && read(Self.i386).emptyModules == nil)
  }
}
