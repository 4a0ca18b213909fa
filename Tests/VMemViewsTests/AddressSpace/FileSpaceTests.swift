import TestSupport
import Testing

@testable import VMemViews

/// Holes and totals of files of real machines. The numbers were computed from the rows by other means.
@Suite struct FileSpaceTests {
  static func file(_ name: String) throws -> VmallocinfoFile {
    try VmallocinfoFile(name: name, bytes: Array(try Fixture.text("vmallocinfo/" + name).utf8))
  }

  static let base: UInt64 = 0xffff_b3c1_c000_0000
  /// Up to the highest area that is no per-CPU memory.
  static let used = (start: base, end: base + 0x1000_1000)

  @Test func holesAsTheyStandAndPurged() throws {
    let space = try AddressSpace(Self.file("ubuntu"), in: Self.used)
    #expect(space.holes.count == 762)
    #expect(space.holes.bytes == 103_984 << 10)
    let purged = space.purged([])
    #expect(purged.holes.count == 392)
    #expect(purged.holes.largest == 58_876 << 10)
    #expect(purged.all[purged.largestHoles(1)[0]].start == 0xffff_b3c1_c468_1000)
    let waiting = space.all.filter { $0.kind == .unpurged }
    #expect(waiting.reduce(0) { $0 + $1.bytes } == 7408 << 10)
  }

  /// Thread stacks: four pages and a guard page.
  @Test func stacksThatFit() throws {
    let purged = try AddressSpace(Self.file("ubuntu"), in: Self.used).purged([])
    let holes = purged.all.filter { $0.kind == .hole && $0.bytes >= 20 << 10 }
    #expect(holes.count == 56)
    #expect(holes.first?.start == 0xffff_b3c1_c006_3000)
    let stack = Extent(size: 20 << 10, align: 1)
    #expect(purged.place(for: stack, from: Self.used.start, to: Self.used.end) == holes[0].start)
  }

  /// A kernel asks for a hole with room to align, but for a range of just the size.
  @Test func roomToAlign() throws {
    let rows = """
      0xffffc90000003000-0xffffc90000005000    8192 a+0x1/0x2 vmap
      0xffffc9000000d000-0xffffc9000000f000    8192 b+0x1/0x2 vmap
      0xffffc9000001e000-0xffffc90000020000    8192 c+0x1/0x2 vmap

      """
    let file = try VmallocinfoFile(name: "rows", bytes: Array(rows.utf8))
    let (base, end) = (file.window.start, file.window.last)
    let space = try AddressSpace(file)
    func place(_ size: UInt64, _ align: UInt64, _ from: UInt64, _ to: UInt64) -> UInt64? {
      space.place(for: Extent(size: size, align: align), from: from, to: to)
    }
    #expect(place(0x5000, 4096, base, end) == base + 0x5000)
    #expect(place(0x5000, 0x8000, base, end) == base + 0x10000)
    #expect(place(0x5000, 0x8000, base + 0x8000, base + 0xd000) == base + 0x8000)
    #expect(place(0x5000, 0x8000, base + 0x8000, base + 0xe000) == nil)
    #expect(place(1 << 63, 1 << 63, base, end) == nil)
    let extent = Extent(size: 0x5000, align: 0x8000)
    let report = FitReport(extent, in: space, of: file, from: base, to: base + 0xd000)
    #expect(report.now.passedOver == 1)
  }

  /// The machine itself printed `VmallocChunk: 141316 kB`.
  @Test func arm32() throws {
    let space = try AddressSpace(Self.file("arm32"))
    #expect(space.start == 0xde00_0000 && space.digits == 8)
    let largest = space.all[space.largestHoles(1)[0]]
    #expect(largest.bytes == 141_316 << 10 && largest.start == 0xe75f_f000)
  }

  @Test func hashedChains() throws {
    let file = try Self.file("coreos.hashed")
    let chains = AddressChains(file)
    #expect(chains.chains.count == 291 && chains.rowCount == 616)
    #expect(chains.leastHoles == 229)
    #expect(chains.bytes == file.rows.reduce(0) { $0 + $1.size })
    let purged = AddressChains(file, purged: true)
    #expect(purged.rowCount == 574)
    #expect(try #require(purged.leastFree) > #require(chains.leastFree))
  }

  /// The window of a machine with a device tree may be smaller than any of x86-64.
  @Test func noWindowOfADeviceTree() throws {
    let rows =
      "0x0000000000000000-0x0000000000000000    8192 of_iomap+0x30/0x38 phys=0x8000000 ioremap\n"
    let chains = AddressChains(try VmallocinfoFile(name: "rows", bytes: Array(rows.utf8)))
    #expect(chains.window == nil && chains.leastFree == nil)
    #expect(chains.hasRoom(for: Extent(size: 4096, align: 1)) == nil)
  }

  /// What is said of hashed files holds of the real ones that they are of.
  @Test(arguments: [
    "ubuntu", "kaslr.6.12.117", "kaslr.6.18.15", "kaslr.7.0.13", "kaslr.7.2.12", "kaslr.7.3.4",
  ])
  func leastValuesHold(_ name: String) throws {
    let real = try Self.file(name)
    let space = try AddressSpace(real)
    let modules = try real.modules.map { try AddressSpace(real, in: ($0.start, $0.last &+ 1)) }
    for purged in [false, true] {
      let hashed = AddressChains(try Self.hashed(real), purged: purged)
      let holes = (purged ? space.purged([]) : space).holes
      let others = modules?.holes.count ?? 0
      #expect(hashed.leastHoles <= holes.count + others)
      #expect(try #require(hashed.leastFree) <= holes.bytes)
      #expect(try #require(hashed.leastLargest) <= holes.largest)
      #expect(hashed.hasRoom(for: Extent(size: 1 << 20, align: 1 << 20)) == true)
      #expect(hashed.hasRoom(for: Extent(size: 32 << 40, align: 1)) == nil)
    }
  }

  /// The same rows with keys for addresses.
  private static func hashed(_ file: VmallocinfoFile) throws -> VmallocinfoFile {
    func key(_ address: UInt64) -> String {
      var generator = SeededGenerator(seed: address)
      let digits = String(generator.next() >> 32, radix: 16)
      return "0x" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
    var text = ""
    for row in file.rows {
      text += "\(key(row.start))-\(key(row.end)) \(row.size) "
      text += row.kind == .unpurged ? "unpurged vm_area\n" : "\(file.text(row.caller)) vmalloc\n"
    }
    let hashed = try VmallocinfoFile(name: "hashed", bytes: Array(text.utf8))
    #expect(hashed.addresses == .hashed)
    return hashed
  }

  @Test(arguments: AddressTotals.Key.allCases, ["ubuntu", "arm32", "coreos.hashed"])
  func totalsAreThoseOfTheRows(_ key: AddressTotals.Key, _ name: String) throws {
    let file = try Self.file(name)
    let totals: AddressTotals
    if key == .node {
      totals = AddressTotals(nodesOf: file, window: 1 << 40)
    } else if file.addresses == .real {
      let space = try AddressSpace(file, in: (0, 0))
      totals = AddressTotals(space, by: key, windows: [.init("all", (0, .max))])
    } else {
      totals = AddressTotals(file, by: key, window: 1 << 40)
    }
    let rows = totals.rows.filter { $0.name != "hole" }
    #expect(rows.map(\.bytes) == rows.map(\.bytes).sorted(by: >))
    if key == .node {
      let counts = file.rows.map { file.pagesPerNode($0) }
      for row in rows {
        let node = try #require(Int(row.name))
        #expect(row.pages == counts.reduce(0) { $0 + $1[node] })
        #expect(row.count == counts.count { $0[node] > 0 } && row.bytes == row.pages << 12)
      }
      return
    }
    #expect(rows.reduce(0) { $0 + $1.count } == file.rows.count)
    #expect(rows.reduce(0) { $0 + $1.bytes } == file.rows.reduce(0) { $0 + $1.size })
    #expect(rows.reduce(0) { $0 + $1.pages } == file.rows.reduce(0) { $0 + $1.pages })
    guard key == .caller else { return }
    for row in rows where row.name.contains("+0x") {
      let own = file.rows.filter { file.text($0.caller) == row.name }
      #expect(row.count == own.count && row.bytes == own.reduce(0) { $0 + $1.size })
    }
  }

  @Test func modulesOfCallers() throws {
    let file = try Self.file("ubuntu")
    let space = try AddressSpace(file, in: (0, 0))
    let totals = AddressTotals(space, by: .module, windows: [.init("all", (0, .max))])
    let own = file.rows.filter { file.text($0.caller).hasSuffix(" [vmwgfx]") }
    let row = try #require(totals.rows.first { $0.name == "vmwgfx" })
    #expect(row.count == own.count && row.pages == own.reduce(0) { $0 + $1.pages })
  }

  /// Areas, what waits and holes are the window, and modules have a window of their own.
  @Test(arguments: ["ubuntu", "kaslr.7.2.12"]) func eachWindowIsWhole(_ name: String) throws {
    let file = try Self.file(name)
    let space = try AddressSpace(file, in: (0, 0))
    let totals = AddressTotals(space, by: .kind, windows: file.windowsOfTotals)
    #expect(totals.parts.map(\.name) == ["vmalloc", "modules"])
    for part in totals.parts { #expect(part.rows.reduce(0) { $0 + $1.bytes } == part.window) }
    let modules = try #require(file.modules)
    let own = file.rows.filter { $0.start >= modules.start }
    #expect(!own.isEmpty)
    for key in AddressTotals.Key.allCases where key != .node {
      let parts = AddressTotals(space, by: key, windows: file.windowsOfTotals).parts
      let rows = parts[1].rows.filter { $0.kind != .hole }
      #expect(rows.reduce(0) { $0 + $1.count } == own.count)
    }
    let nodes = AddressTotals(nodesOf: file, in: nil, windows: file.windowsOfTotals)
    #expect(nodes.parts[1].rows.reduce(0) { $0 + $1.pages } == own.reduce(0) { $0 + $1.pages })
    // Areas of no window are shares of none.
    let none = AddressTotals(space, by: .kind, windows: [file.windowsOfTotals[0]])
    #expect(none.parts.map(\.name) == ["vmalloc", "elsewhere"] && none.parts[1].window == 0)
  }

  /// What waits for a purge, and overlaps an area in part, is passed over in all views.
  @Test func waitingThatOverlaps() throws {
    let text = """
      0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 pages=4 vmalloc N0=4
      0xffffc90000001000-0xffffc90000003000    8192 unpurged vm_area

      """
    let file = try VmallocinfoFile(name: "rows", bytes: Array(text.utf8))
    let space = try AddressSpace(file)
    #expect(
      space.notes == [
        .init(line: 2, message: "what waits for a purge overlaps line 1: passed over")
      ])
    #expect(space.all.map(\.kind) == [.vmalloc, .hole])
  }

  /// Rows that overlap are named by their lines, in whatever order they stand.
  @Test func overlap() throws {
    let text = """
      0xffffc90000004000-0xffffc90000006000    8192 a+0x1/0x2 vmap
      0xffffc90000000000-0xffffc90000002000    8192 b+0x1/0x2 vmap
      0xffffc90000003000-0xffffc90000005000    8192 c+0x1/0x2 vmap

      """
    let file = try VmallocinfoFile(name: "rows", bytes: Array(text.utf8))
    let defect = #expect(throws: VmallocinfoFile.Defect.self) { try AddressSpace(file) }
    #expect(defect?.line == 3 && defect?.message.contains("line 1") == true)
  }

  /// An area may be freed while a kernel prints: it waits, and its other row does not count.
  @Test func freedWhileTheFileWasRead() throws {
    let file = try Self.file("kaslr.7.2.12")
    let space = try AddressSpace(file)
    #expect(space.notes.count == 1 && space.notes[0].message.hasPrefix("line 86 was read before"))
    let waiting = try #require(space.all.first { $0.start == 0xffff_ce9f_8045_c000 })
    #expect(waiting.kind == .unpurged)
    #expect(space.all.count { $0.kind != .hole } < file.rows.count)
  }

  /// Whatever has happened to a file: an answer or a line that is wrong.
  @Test func mutations() throws {
    var generator = SeededGenerator(seed: 0xad)
    for name in ["ubuntu", "arm32", "coreos.hashed"] {
      let bytes = Array(try Fixture.text("vmallocinfo/" + name).utf8.prefix(20_000))
      for _ in 0..<Scale.operations(300, long: 30_000) {
        let text = Mutation.mutated(bytes, &generator)
        guard let file = try? VmallocinfoFile(name: name, bytes: text) else { continue }
        guard file.addresses == .real else {
          #expect(AddressChains(file).chains.count <= file.rows.count)
          continue
        }
        for range in [nil, (start: UInt64(0), end: UInt64(0)), file.modules.map { ($0, $1) }] {
          guard let space = try? AddressSpace(file, in: range) else { continue }
          var output = ViewOutput(descriptor: nil, format: .text)
          Views.holes(space.purged([]), of: file, most: 5, to: &output)
          Views.map(space, of: file, to: &output)
          let sum = space.all.reduce(UInt64(0)) { $0 &+ $1.bytes }
          #expect(space.start == 0 || sum == space.size.bytes)
        }
      }
    }
  }
}
