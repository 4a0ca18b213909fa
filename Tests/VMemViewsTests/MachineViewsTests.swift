import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct MachineViewsTests {
  // MARK: meminfo and buddyinfo

  @Test func meminfoHasARealKernelsLabelsOrderAndColumns() throws {
    let story = try Story.told()
    let real = try Fixture.lines("meminfo")
    let lines = story.shown { Views.meminfo($0, to: &$1) }.split(separator: "\n").map(String.init)
    func label(_ line: String) -> String { String(line.prefix { $0 != ":" }) }
    let order = real.map(label)
    let places = lines.map { order.firstIndex(of: label($0)) ?? -1 }
    #expect(!places.contains(-1))
    #expect(places == places.sorted())
    for (line, place) in zip(lines, places) {
      // The same column for the last digit, unless the number is too long for its column.
      #expect(line.hasSuffix(" kB"))
      #expect(line.count == max(real[place].count, 27))
    }
    let total = real.first { label($0) == "VmallocTotal" }
    #expect(lines.first { label($0) == "VmallocTotal" } == total)
  }

  private func kB(_ label: String, _ story: Story) -> UInt64? {
    let text = story.shown { Views.meminfo($0, to: &$1) }
    let line = text.split(separator: "\n").first { $0.hasPrefix(label + ":") }
    return line.flatMap { UInt64($0.split(separator: " ")[1]) }
  }

  @Test func meminfoFollowsTheMachine() throws {
    let story = try Story.told()
    let machineFree = try #require(kB("MemFree", story))
    let tables = try #require(kB("PageTables", story))
    _ = try story.machine.allocatePages(count: 1, order: 8)
    #expect(kB("MemFree", story) == machineFree - 1024)
    let far = story.area + 2 << 30
    try story.machine.mappings.populate(start: far, end: far + 0x1000, level: .pte)
    // One PMD table and one PTE table.
    #expect(kB("PageTables", story) == tables + 8)
    #expect(kB("DirectMap4k", story) == 2048)
    #expect(kB("DirectMap2M", story) == 1_046_528)
  }

  @Test func aWiderWindowWithFiveLevels() throws {
    var configuration = Configuration()
    configuration.levels = 5
    let story = try Story.told(configuration)
    #expect(kB("VmallocTotal", story) == 13_743_895_347_199)
  }

  @Test(arguments: [(UInt64(1) << 30, 1), (6 << 30, 2), (64 << 20, 3)])
  func buddyinfoCountsEveryFreeFrame(memory: UInt64, nodes: Int) throws {
    var configuration = Configuration()
    configuration.memory = memory
    configuration.nodes = nodes
    let story = try Story.told(configuration)
    let text = story.shown { Views.buddyinfo($0, to: &$1) }
    var frames: UInt64 = 0
    var zones: [String] = []
    for line in text.split(separator: "\n") {
      // "Node %d, zone %8s " and eleven columns of six, each with a blank behind it.
      let head = line.prefix(22)
      #expect(head.hasPrefix("Node ") && line.count == 22 + 11 * 7)
      zones.append(String(line.prefix(22).split(separator: " ").last ?? ""))
      let counts = line.dropFirst(22).split(separator: " ").compactMap { UInt64($0) }
      #expect(counts.count == 11)
      for (order, count) in counts.enumerated() { frames += count << UInt64(order) }
    }
    #expect(zones.allSatisfy { $0 == "DMA32" || $0 == "Normal" })
    #expect(frames * 4 == kB("MemFree", story))
  }

  @Test func blocksPastTheFrontierAreThoseItWillBeCutInto() throws {
    var configuration = Configuration()
    configuration.memory = 100 << 20
    let machine = try Machine(configuration)
    let before = try #require(machine.pageSets.zoneSummaries.first)
    // Walking the frontier to its end must find just these blocks.
    var taken: [UInt32] = []
    for _ in 0..<before.freeBlocks[10] {
      taken.append(try #require(machine.frames.allocate(order: 10)))
    }
    #expect(Set(taken).count == taken.count)
    let after = try #require(machine.pageSets.zoneSummaries.first)
    for order in 0..<10 { #expect(after.freeBlocks[order] == before.freeBlocks[order]) }
    #expect(after.freeBlocks[10] == 0)
  }

  // MARK: dmesg

  @Test func theLogSpeaksAsAKernelDoes() throws {
    let story = try Story.told()
    let machine = story.area
    let page = [story.frames[0]]
    for _ in 0..<12 { story.machine.tick() }
    _ = try? story.machine.mappings.vmAreaMapPages(
      area: machine, start: machine + 0x1000, end: machine + 0x2000, pages: page)
    story.machine.context = .irq
    _ = try? story.machine.mappings.vmAreaMapPages(
      area: machine, start: machine + 0x8000, end: machine + 0x9000, pages: page)
    story.machine.context = .process
    for _ in 0..<1_000_000 { story.machine.tick() }
    _ = try? story.machine.vmAreas.getVMArea(size: 1 << 50)
    _ = try? story.machine.mappings.vmAreaMapPages(
      area: machine, start: machine + 0x8000, end: machine + 0x8000, pages: [])
    let text = story.shown { Views.dmesg($0, to: &$1) }
    #expect(
      text == """
        [    0.000000] Linux version 6.18.0-vmemctl (vmemctl@vmemctl) (vmemctl) #1 vmemctl
        [    0.000016] ------------[ cut here ]------------
        [    0.000016] WARNING: CPU: 0 PID: 1 at vmap_pages_pte_range
        [    0.000016] ---[ end trace 0000000000000000 ]---
        [    0.000017] BUG: sleeping function called from invalid context at vm_area_map_pages
        [    0.000017] in_atomic(): 1, irqs_disabled(): 1, non_block: 0, pid: 1, name: vmemctl
        [    0.000017] preempt_count: 10000, expected: 0
        [    1.000018] vmalloc_node_range for size 1125899906846720 failed: Address range \
        restricted to 0xffffc90000000000 - 0xffffe8ffffffffff
        [    1.000019] ------------[ cut here ]------------
        [    1.000019] kernel BUG at __vmap_pages_range_noflush!
        [    1.000019] Oops: invalid opcode: 0000 [#1] SMP
        [    1.000019] CPU: 0 UID: 0 PID: 1 Comm: vmemctl
        [    1.000019] ---[ end trace 0000000000000000 ]---

        """)
  }

  @Test func whatAnOlderKernelSays() throws {
    var configuration = Configuration()
    configuration.kernel = .v6_1
    configuration.switches = KernelVersion.v6_1.switches
    let machine = try Machine(configuration)
    _ = try? machine.vmAreas.getVMArea(
      size: 4_194_304, start: 0xffff_c900_0000_0000, end: 0xffff_c900_0000_1000)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.dmesg(machine, to: &output)
    let text = output.writer.takeString()
    #expect(
      text.hasSuffix(
        "] vmap allocation for size 4198400 failed: use vmalloc=<size> to increase size\n"))
  }

  @Test(arguments: [
    (
      KernelFunction.vfree, 0xffff_d000_0000_0000 as UInt64,
      "Trying to vfree() nonexistent vm area (ffffd00000000000)"
    ),
    (.remove_vm_area, 0xffff_c900_0019_b001, "Trying to vfree() bad address (ffffc9000019b001)"),
    (.vunmap, 0xffff_d000_0000_0000, "Trying to vunmap() nonexistent vm area (ffffd00000000000)"),
  ])
  func freeingWhatIsNotThere(function: KernelFunction, at: UInt64, line: String) throws {
    let machine = try Machine(Configuration())
    machine.logMessage(.badVfree, function, at)
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.dmesg(machine, to: &output)
    let lines = output.writer.takeString().split(separator: "\n").map { String($0.dropFirst(15)) }
    #expect(
      lines.dropFirst() == [
        "------------[ cut here ]------------", line,
        "WARNING: CPU: 0 PID: 1 at \(function)", "---[ end trace 0000000000000000 ]---",
      ])
  }

  @Test func onlyTheLastRecordsAreKept() throws {
    let machine = try Machine(Configuration())
    let count = KernelLog.capacity + 10
    for number in 0..<count { machine.logMessage(.allocationFailed, nil, number) }
    var output = ViewOutput(descriptor: nil, format: .json)
    Views.dmesg(machine, to: &output)
    #expect(output.takeRows() == KernelLog.capacity)
    let text = output.writer.takeString()
    #expect(text.split(separator: "\n").allSatisfy { JSONText.isObject(String($0)) })
    #expect(text.contains("for size \(count - 1) failed"))
    #expect(!text.contains("for size 9 failed"))
  }

  // MARK: info, page, check

  @Test func infoNamesRegistersAndWindows() throws {
    var configuration = Configuration()
    configuration.levels = 5
    configuration.memory = 2 << 30
    let story = try Story.told(configuration)
    let text = story.shown { Views.info($0, hash: false, to: &$1) }
    let top = address(story.machine.mmu.topTable << 12)
    for line in [
      "kernel: 6.18", "memory: 2147483648 bytes", "levels: 5", "CR3: \(top)", "context: process",
      "CR4: 0x00000000000010b0 PSE PAE PGE LA57", "EFER: 0x0000000000000d01 SCE LME LMA NXE",
      "direct map: 0xff11000000000000..0xff11000080000000",
      "vmalloc: 0xffa0000000000000..0xffd2000000000000",
      "vmemmap: 0xffd4000000000000..0xffd4000002000000",
      "modules: 0xffffffffa0000000..0xffffffffff000000",
    ] { #expect(text.split(separator: "\n").contains(Substring(line))) }
    let hashed = story.shown { Views.info($0, hash: true, to: &$1) }
    let hash = "hash: " + address(story.machine.hash()).dropFirst(2) + "\n"
    #expect(hashed == text + hash)
  }

  @Test func pageLinesSayWhoHasTheFrame() throws {
    let story = try Story.told()
    func line(_ pfn: UInt64) -> String { story.shown { Views.page($0, pfn, to: &$1) } }
    let first = story.frames[0]
    #expect(
      line(first) == "pfn=\(first) flags=0x0 refcount=1 mapcount=0 order=0 node=0 owner=P[0]\n")
    try story.machine.pageSets.getPages([first])
    #expect(line(first).contains(" refcount=2 "))
    #expect(line(0).hasSuffix(" owner=reserved\n"))
    #expect(line(story.machine.mmu.topTable).hasSuffix(" owner=page-table\n"))
    #expect(line(1 << 30).hasSuffix(" owner=device\n"))
    #expect(line(200_000).hasSuffix(" owner=free\n"))
    try story.machine.pageSets.freePages([story.frames[3]])
    #expect(line(story.frames[3]).hasSuffix(" owner=free-per-cpu\n"))
    let unnamed = try #require(story.machine.frames.allocate(order: 2))
    #expect(line(UInt64(unnamed)).hasSuffix(" order=2 node=0 owner=unnamed\n"))
  }

  @Test func violationsAreOneLineEach() throws {
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.violations(
      [Violation("frame without owner", 0x12, 0)], to: &output)
    let text = output.writer.takeString()
    #expect(text == "frame without owner: 0x12, 0x0\n")
  }

  @Test func inJSONEveryRowIsAnObject() throws {
    let story = try Story.told()
    let views: [(borrowing Machine, inout ViewOutput) -> Void] = [
      { Views.info($0, hash: true, to: &$1) }, { Views.meminfo($0, to: &$1) },
      { Views.buddyinfo($0, to: &$1) }, { Views.dmesg($0, to: &$1) },
      { Views.page($0, 77, to: &$1) }, { Views.vmallocinfo($0, pointers: .hashed, to: &$1) },
      { Views.pageTables($0, range: nil, format: .ptdump, to: &$1) },
      { Views.pageTables($0, range: nil, format: .tree, to: &$1) },
      { Views.pageTables($0, range: nil, format: .count, to: &$1) },
      {
        Views.violations([Violation("w", 1, 2)], to: &$1); _ = $0.clock
      },
    ]
    for view in views {
      var output = ViewOutput(descriptor: nil, format: .json)
      view(story.machine, &output)
      let lines = output.writer.takeString().split(separator: "\n").map(String.init)
      #expect(output.takeRows() == UInt64(lines.count))
      #expect(!lines.isEmpty)
      let areObjects = lines.allSatisfy(JSONText.isObject)
      #expect(areObjects)
    }
  }
}
