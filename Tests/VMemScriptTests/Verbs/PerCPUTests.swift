import TestSupport
import Testing
import VMem
import VMemScript

/// Memory of which every CPU has its own.
@Suite struct PerCPUTests {
  /// What a running kernel of two nodes answered to the same calls, but for how far apart its nodes'
  /// units are, and for the small object that went into its first chunk.
  @Test func recordingOfAKernel() throws {
    var script = "boot --kernel 6.1 --memory 1G --cpus 2 --nodes 2\n"
    var wanted: [UInt64] = []
    for line in try Fixture.lines("kernel-6.1/d3_percpu/returned") {
      let parts = line.split(separator: "\t").map(String.init)
      guard parts.count == 3, parts[1].hasPrefix("percpu ") else { continue }
      let words = parts[1].split(separator: " ")
      guard let cpu0 = parts[2].split(separator: " ").first?.split(separator: "=").last,
        let address = UInt64(cpu0.dropFirst(2), radix: 16)
      else {
        #expect(parts[2] == "NULL")
        script += "@expect NULL,warn pcpu_alloc \(words[2]) --align \(words[3])\n"
        continue
      }
      if address < 0xffff_c900_0000_0000 { continue }
      script += "pcpu_alloc \(words[2]) --align \(words[3])\n"
      wanted.append(address)
    }
    #expect(wanted.count == 20)
    let result = run(script + "vmallocinfo\ncheck")
    #expect(result.exit == .success, "\(result.messages)")
    let got = result.lines.prefix(wanted.count).compactMap { UInt64($0.dropFirst(2), radix: 16) }
    #expect(got.map { $0 &- (got.first ?? 0) } == wanted.map { $0 &- (wanted.first ?? 0) })

    let before = Set(try Fixture.lines("kernel-6.1/d3_percpu/vmallocinfo.before"))
    let rows = try Fixture.lines("kernel-6.1/d3_percpu/vmallocinfo.live").filter {
      !before.contains($0)
    }
    #expect(rows.count == 6)
    #expect(
      result.lines.filter { $0.contains("pcpu_") }.map(shape) == rows.map(shape))
  }

  /// Size, function and flags of a row.
  private func shape(_ row: String) -> String {
    row.split(separator: " ").dropFirst().map { $0.prefix { $0 != "+" } }.joined(separator: " ")
  }

  /// Rows of recorded kernels of 6.12 and later, by their number of CPUs: with one CPU the last record
  /// has so many pages that their list has an area too.
  @Test(arguments: [
    (1, [16, 17, 4, 1024, 2]), (2, [8, 9, 2, 512]), (4, [4, 5, 256]), (8, [2, 3, 128]),
  ])
  func rowsOfAChunk(_ cpus: Int, _ pages: [Int]) {
    let result = run(
      """
      boot --memory 64M --cpus \(cpus)
      @c = pcpu_alloc 64
      vmallocinfo
      """)
    let rows = result.lines.filter { $0.contains("pcpu_create_chunk+0x0/0x0 pages=") }
    let found = rows.compactMap {
      $0.split(separator: " ").first { $0.hasPrefix("pages=") }.flatMap { Int($0.dropFirst(6)) }
    }
    #expect(found.sorted() == pages.sorted(), "\(result.output)")
    #expect(result.lines.contains { $0.contains(" 2097152 pcpu_get_vm_areas+0x0/0x0 vmalloc") })
  }

  /// Both sides of every limit; what is too small is made larger.
  @Test(arguments: [
    ("1", true), ("32768", true), ("32765 --align 4096", true), ("8 --align 0", true),
    ("8 --align 3", true), ("8 --align 1", true), ("8 --align 4096", true),
    ("0", false), ("32769", false), ("-1", false), ("8 --align 8192", false),
    ("8 --align 5", false), ("8 --align 24", false),
  ])
  func limits(_ words: String, _ isGood: Bool) {
    let good = run("c = pcpu_alloc \(words)\nread c 1\npcpu_free c\ncheck")
    if isGood {
      #expect(good.exit == .success, "\(good.messages)")
    } else {
      #expect(good.lines.first == "NULL" && good.exit == .unexpectedWarning, "\(good.messages)")
      let told = run("expect NULL,warn pcpu_alloc \(words)\ndmesg\ncheck")
      #expect(told.exit == .success, "\(told.messages)")
      #expect(told.lines.contains { $0.contains("illegal size (") && $0.contains(") or align (") })
    }
  }

  /// Every CPU has its own copy, zeroed each time.
  @Test func copiesAreApartAndZero() {
    let result = run(
      """
      boot --cpus 2 --memory 64M
      @c = pcpu_alloc 4K --align 4K
      @d = pcpu_alloc 16
      @write c text:zero
      @write c+1M text:one
      read c 4
      read c+1M 4
      @pcpu_free c
      @c2 = pcpu_alloc 16 --align 4K
      assert c2 eq c
      read c2 4
      read c2+1M 4
      expect fault read c2+8K 1
      map_audit
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
    #expect(
      result.lines == [
        "7a 65 72 6f", "6f 6e 65 00", "00 00 00 00", "00 00 00 00", "-EFAULT", "0",
      ])
  }

  /// Pages of all units, those of no CPU too: 3 CPUs have a chunk of 4 units.
  @Test(arguments: [(1, 1), (2, 2), (3, 4), (4, 4), (5, 6), (8, 8)])
  func meminfoCountsPagesOfAllUnits(_ cpus: Int, _ units: Int) {
    let result = run(
      """
      boot --cpus \(cpus) --memory 128M
      meminfo
      @c = pcpu_alloc 8
      meminfo
      @d = pcpu_alloc 8K --align 4K
      meminfo
      @pcpu_free c
      @pcpu_free d
      meminfo
      """)
    let rows = result.lines.filter { $0.hasPrefix("Percpu:") }.compactMap {
      $0.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
    // A chunk that is empty stays while it is the only one.
    #expect(rows == [0, 4 * units, 12 * units, 12 * units], "\(cpus)")
  }

  @Test func whatIsNoObjectIsABug() {
    let result = run(
      """
      @pcpu_free 0
      @c = pcpu_alloc 64
      @d = pcpu_alloc 64
      @expect bug pcpu_free c+4
      @expect bug pcpu_free c+2
      @expect bug pcpu_free d+64
      @expect bug pcpu_free 0xffffc90000000000
      @pcpu_free c
      @expect bug pcpu_free c
      @expect bug pcpu_free_vm_areas c
      @expect bug free_vm_area c
      @pcpu_free d
      check
      """)
    #expect(result.exit == .success, "\(result.messages)")
  }

  /// Objects never overlap, have their alignment, take the lowest place, and give everything back.
  @Test(arguments: 1...(Scale.isLong ? 60 : 2) as ClosedRange<UInt64>)
  func randomObjects(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var configuration = Configuration()
    configuration.memory = 128 << 20
    configuration.cpus = random.pick([1, 2, 3, 4])
    let machine = try Machine(configuration)
    let units: [Int: UInt64] = [1: 2 << 20, 2: 1 << 20, 3: 512 << 10, 4: 512 << 10]
    let unit = try #require(units[configuration.cpus])
    var chunks: [UInt64] = []
    var objects: [(start: UInt64, size: UInt64)] = []
    for step in 0..<1200 {
      let place = "seed \(seed), step \(step)"
      if random.below(5) < 3 || objects.isEmpty {
        let size = random.once(in: 4) ? 1 + random.below(32768) : 1 + random.below(500)
        let align = UInt64(1) << random.below(13)
        let address = try machine.percpu.allocPerCPU(size: size, align: align)
        let rounded = (size + 3) & ~3
        let base = address & ~(unit - 1)
        if !chunks.contains(base) { chunks.append(base) }
        #expect(address & (max(align, 4) - 1) == 0, "\(place)")
        let lowest = lowestPlace(rounded, max(align, 4), chunks, objects, unit)
        #expect(address == lowest, "\(place): \(address), \(String(describing: lowest))")
        objects.append((address, rounded))
      } else {
        let one = objects.remove(at: random.index(objects.count))
        try machine.percpu.freePerCPU(one.start)
        let empty = chunks.filter { base in !objects.contains { $0.start & ~(unit - 1) == base } }
        for base in empty.dropFirst() { chunks.removeAll { $0 == base } }
      }
      if step % 100 == 99 { #expect(machine.check().isEmpty, "\(place): \(machine.check())") }
    }
    #expect(chunks.count >= (configuration.cpus > 2 ? 2 : 1))
    for one in objects { try machine.percpu.freePerCPU(one.start) }
    #expect(machine.check().isEmpty, "seed \(seed)")
    var groups = 0
    machine.vmAreas.forEachBusyArea { if $0.end - $0.start == 2 << 20 { groups += 1 } }
    #expect(groups == 1, "seed \(seed): one chunk is left")
  }

  private func lowestPlace(
    _ size: UInt64, _ align: UInt64, _ chunks: [UInt64],
    _ objects: [(start: UInt64, size: UInt64)], _ unit: UInt64
  ) -> UInt64? {
    for base in chunks {
      var at = base
      for one in objects.filter({ $0.start & ~(unit - 1) == base }).sorted(by: {
        $0.start < $1.start
      }) {
        if at + size <= one.start { break }
        at = max(at, (one.start + one.size + align - 1) & ~(align - 1))
      }
      if at + size <= base + unit { return at }
    }
    return nil
  }
}
