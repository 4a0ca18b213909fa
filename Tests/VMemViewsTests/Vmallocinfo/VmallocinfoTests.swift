import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

/// xorshift64*.
private struct Xorshift {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
}

@Suite struct VmallocinfoTests {
  /// A machine with one page on each of two nodes, to make areas from recorded rows with.
  private struct Workshop: ~Copyable {
    let machine: Machine
    let onNode: [UInt32]

    init(_ machine: consuming Machine, _ onNode: [UInt32]) {
      self.machine = machine
      self.onNode = onNode
    }

    static func open() throws -> Workshop {
      var configuration = Configuration()
      configuration.nodes = 2
      let machine = try Machine(configuration)
      let pages = try [
        machine.allocatePages(count: 1, node: 0), machine.allocatePages(count: 1, node: 1),
      ]
      let frames = pages.map { machine.pageSets.page(0, of: $0)! }
      return Workshop(machine, frames)
    }

    private static let flags: [(Substring, VMFlags)] = [
      ("ioremap", .ioremap), ("sparse", .sparse), ("vmalloc", .alloc), ("vmap", .map),
      ("user", .usermap), ("dma-coherent", .dmaCoherent),
    ]

    /// The area that a row speaks of. The text after the size is read word by word.
    func area(_ row: String) throws -> VMArea {
      var area = VMArea()
      area.start = try #require(UInt64(row.dropFirst(2).prefix(16), radix: 16))
      var words = row.dropFirst(37).split(separator: " ")
      area.reserved = try #require(UInt64(words.removeFirst()))
      if words.first == "vm_map_ram" {
        area.kind = .mapRAM
        area.areaFlags = 1
        return area
      }
      var caller: [Substring] = []
      for word in words {
        let pair = word.split(separator: "=")
        if let (_, flag) = Self.flags.first(where: { $0.0 == word }) {
          area.flags.insert(flag)
        } else if pair.count == 1 {
          if word != "vpages" { caller.append(word) }
        } else if pair[0] == "pages" {
          area.pageCount = try #require(UInt32(pair[1]))
        } else if pair[0] == "phys" {
          area.physicalAddress = try #require(UInt64(pair[1].dropFirst(2), radix: 16))
        } else {
          try add(try #require(UInt64(pair[1])), onNode[pair[0] == "N0" ? 0 : 1], to: &area)
        }
      }
      let text = Array(caller.joined(separator: " ").utf8)
      if !text.isEmpty { area.caller = try machine.intern(caller: text.span) }
      return area
    }

    private func add(_ count: UInt64, _ pfn: UInt32, to area: inout VMArea) throws {
      let ram = machine.ram
      if area.pages.isNone {
        let set = try #require(machine.caches.allocate(PageSet.self))
        area.owned = set.granule
        ram[area.pages] = PageSet()
      }
      for _ in 0..<count {
        let isStored = ram[area.pages].frames.store(UInt64(ram[area.pages].count), pfn, ram)
        #expect(isStored)
        ram[area.pages].count += 1
      }
    }
  }

  @Test(arguments: ["kernel-6.1", "host-6.18"])
  func rowsOfRealKernelsComeBack(name: String) throws {
    let workshop = try Workshop.open()
    let rows = VmallocinfoRows(workshop.machine, .real)
    for row in try Fixture.lines("vmallocinfo/\(name).rows") {
      var output = ViewOutput(descriptor: nil, format: .text)
      let area = try workshop.area(row)
      if row.hasSuffix("unpurged vm_area") {
        rows.unpurged([LazyRange(node: 0, start: area.start, end: area.end)], to: &output)
      } else {
        rows.busy(area, to: &output)
      }
      let text = output.writer.takeString()
      // Hashed addresses say nothing about the size.
      let shown = row.hasPrefix("0x00000000") ? 37 : 0
      #expect(text.dropFirst(shown) == row.dropFirst(shown) + "\n")
    }
  }

  /// A row the slow way.
  private static func reference(_ area: VMArea, _ caller: String) -> String {
    let size = "\(area.reserved)"
    var row = address(area.start) + "-" + address(area.start &+ area.reserved) + " "
    row += String(repeating: " ", count: max(0, 7 - size.count)) + size
    if !caller.isEmpty { row += " " + caller }
    if area.pageCount != 0 { row += " pages=\(area.pageCount)" }
    if area.physicalAddress != 0 { row += " phys=" + address(area.physicalAddress) }
    let words: [(UInt64, String)] = [
      (1, "ioremap"), (0x1000, "sparse"), (2, "vmalloc"), (4, "vmap"), (8, "user"),
      (0x10, "dma-coherent"),
    ]
    for (bit, word) in words where area.flags.rawValue & bit != 0 { row += " " + word }
    if area.pageCount > 512 { row += " vpages" }
    return row + "\n"
  }

  @Test func anyRowEqualsTheSlowOne() throws {
    let machine = try Machine(Configuration())
    let rows = VmallocinfoRows(machine, .real)
    var random = Xorshift(state: 0x5eed)
    for number in 0..<20_000 {
      var area = VMArea()
      area.start = random.next() >> (random.next() & 63)
      area.reserved = random.next() >> (random.next() & 63)
      area.pageCount = UInt32(random.next() % 2001) >> UInt32(random.next() % 12)
      area.physicalAddress = random.next() & 1 == 0 ? 0 : random.next() >> (random.next() & 63)
      area.flags = VMFlags(rawValue: random.next() & 0x1fdf)
      let length = number % (Symbol.maximumLength + 1)
      let caller = String(repeating: "f", count: length)
      if length > 0 { area.caller = try machine.intern(caller: Array(caller.utf8).span) }
      var output = ViewOutput(descriptor: nil, format: .text)
      rows.busy(area, to: &output)
      let text = output.writer.takeString()
      #expect(text == Self.reference(area, caller))
    }
  }

  @Test func areasWithoutARowAreSkipped() throws {
    let workshop = try Workshop.open()
    let rows = VmallocinfoRows(workshop.machine, .real)
    var output = ViewOutput(descriptor: nil, format: .text)
    var area = VMArea()
    area.flags = [.alloc, .uninitialized]
    rows.busy(area, to: &output)
    area.flags = .alloc
    area.kind = .mapRAM
    rows.busy(area, to: &output)
    #expect(output.takeRows() == 0)
    area.areaFlags = 1
    rows.busy(area, to: &output)
    #expect(output.takeRows() == 1)
  }

  /// Areas of every size class, some freed.
  private static func busyMachine(_ configuration: Configuration) throws -> Machine {
    let machine = try Machine(configuration)
    var addresses: [UInt64] = []
    for number in 0..<3000 as Range<UInt64> {
      addresses.append(
        try machine.vmAreas.getVMArea(size: 4096 * (1 + number * 7 % 23), flags: .map))
    }
    // Below the top 2^48 bytes too.
    addresses.append(
      try machine.vmAreas.getVMArea(
        size: 8192, flags: .map, start: 0x7000_0000_0000, end: 0x7000_0010_0000))
    addresses.append(
      try machine.vmAreas.getVMArea(
        size: 8192, flags: .map, start: AddressMap(levels: 4).modulesStart,
        end: AddressMap.modulesEnd))
    for number in stride(from: 5, to: 900, by: 5) {
      try machine.vmAreas.freeVMArea(addresses[number])
    }
    for number in 1000..<1010 { try machine.vmAreas.freeVMArea(addresses[number]) }
    return machine
  }

  private static func starts(_ text: String) -> [(start: UInt64, end: UInt64, isLazy: Bool)] {
    text.split(separator: "\n").map {
      (
        UInt64($0.dropFirst(2).prefix(16), radix: 16)!,
        UInt64($0.dropFirst(21).prefix(16), radix: 16)!, $0.hasSuffix("unpurged vm_area")
      )
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64])
  func rowsComeNodeByNodeAndUnpurgedOnesLast(cpus: Int) throws {
    var configuration = Configuration()
    configuration.cpus = cpus
    let machine = try Self.busyMachine(configuration)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    let rows = Self.starts(output.writer.takeString())
    #expect(output.takeRows() == UInt64(rows.count))
    let busy = rows.prefix { !$0.isLazy }
    let lazy = rows[busy.endIndex...]
    let allLazy = lazy.allSatisfy { $0.isLazy }
    #expect(allLazy)
    let counters = machine.counters
    #expect(busy.count == Int(counters.busyAreas))
    #expect(lazy.count == Int(counters.lazyAreas))
    #expect(!lazy.isEmpty)
    let nodes = UInt64(machine.vmAreas.vmapNodeCount)
    let order = busy.map { ($0.start >> 16 % nodes, $0.start) }
    let isSorted = zip(order, order.dropFirst()).allSatisfy { $0 < $1 }
    #expect(isSorted)
    var expected: [UInt64] = []
    machine.vmAreas.forEachBusyArea { expected.append($0.start) }
    #expect(busy.map { $0.start }.sorted() == expected)
  }

  @Test func before69TheFileIsSortedAndNeighboursThatWaitAreOne() throws {
    var configuration = Configuration()
    configuration.cpus = 4
    configuration.kernel = .v6_1
    configuration.switches = KernelVersion.v6_1.switches
    let machine = try Self.busyMachine(configuration)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    let rows = Self.starts(output.writer.takeString())
    let busy = rows.prefix { !$0.isLazy }
    let lazy = rows[busy.endIndex...]
    let isSorted = zip(busy, busy.dropFirst()).allSatisfy { $0.start < $1.start }
    #expect(isSorted)
    let areApart = zip(lazy, lazy.dropFirst()).allSatisfy { $0.end < $1.start }
    #expect(areApart)
    // The ten neighbours are one row.
    #expect(lazy.count == Int(machine.counters.lazyAreas) - 9)
  }

  @Test func hashedPointersHideAddressesAndKeepNeighbours() throws {
    var configuration = Configuration()
    let machine = try Self.busyMachine(configuration)
    configuration.seed = 2
    let other = try Self.busyMachine(configuration)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.vmallocinfo(machine, pointers: .real, to: &output)
    let real = Self.starts(output.writer.takeString())
    Views.vmallocinfo(machine, pointers: .hashed, to: &output)
    let hashed = Self.starts(output.writer.takeString())
    Views.vmallocinfo(machine, pointers: .zero, to: &output)
    let zero = Self.starts(output.writer.takeString())
    Views.vmallocinfo(other, pointers: .hashed, to: &output)
    let otherwise = Self.starts(output.writer.takeString())
    var texts: [UInt64: UInt64] = [:]
    for (a, h) in zip(real, hashed) {
      #expect(h.start >> 32 == 0 && h.end >> 32 == 0)
      #expect(texts[a.start, default: h.start] == h.start)
      #expect(texts[a.end, default: h.end] == h.end)
      texts[a.start] = h.start
      texts[a.end] = h.end
    }
    #expect(Set(texts.values).count > texts.count * 99 / 100)
    let isZero = zero.allSatisfy { $0.start == 0 && $0.end == 0 }
    #expect(isZero)
    #expect(hashed.map { $0.start } != otherwise.map { $0.start })
  }

  @Test func theHashIsSipHash() {
    // The reference vector: key 00 01 … 0f, message 00 01 … 07.
    let hash = PointerHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    #expect(hash(0x0706_0504_0302_0100) == 0x9a93_2462)
  }

  @Test func inJSONARowIsAnObject() throws {
    let workshop = try Workshop.open()
    let rows = VmallocinfoRows(workshop.machine, .real)
    var output = ViewOutput(descriptor: nil, format: .json)
    rows.busy(
      try workshop.area(
        "0xffffc90000007000-0xffffc90000108000 1052672 f+0x1/0x2 [m] pages=256 vmalloc N0=128 N1=128"
      ), to: &output)
    let text = output.writer.takeString()
    #expect(
      text == """
        {"start":"0xffffc90000007000","end":"0xffffc90000108000","size":1052672,"kind":"area",\
        "caller":"f+0x1/0x2 [m]","pages":256,"flags":["vmalloc"],"vpages":false,"nodes":[128,128]}

        """)
    #expect(JSONText.isObject(text))
    rows.unpurged([LazyRange(node: 0, start: 0x1000, end: 0x3000)], to: &output)
    let lazy = output.writer.takeString()
    #expect(
      lazy == """
        {"start":"0x0000000000001000","end":"0x0000000000003000","size":8192,"kind":"unpurged"}

        """)
  }
}
