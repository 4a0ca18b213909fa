import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct PhysicalViewsTests {
  private func lines(
    _ configuration: Configuration = Configuration(),
    _ view: (borrowing Machine, inout ViewOutput) -> Void
  ) throws -> [String] {
    try Story.told(configuration).shown(.text, view).split(separator: "\n").map(String.init)
  }

  // MARK: vmstat

  @Test func vmstatHasARealKernelsNamesAndOrder() throws {
    let order = try Fixture.lines("vmstat").map { $0.prefix { $0 != " " } }
    let lines = try lines { Views.vmstat($0, to: &$1) }
    let places = lines.map { line in order.firstIndex(of: line.prefix { $0 != " " }) ?? -1 }
    #expect(!places.contains(-1))
    #expect(places == places.sorted())
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      #expect(words.count == 2 && UInt64(words[1]) != nil)
    }
  }

  private func value(_ name: String, _ story: Story) -> UInt64? {
    let text = story.shown { Views.vmstat($0, to: &$1) }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.flatMap { UInt64($0.split(separator: " ")[1]) }
  }

  @Test func vmstatFollowsTheMachine() throws {
    var configuration = Configuration()
    configuration.kernel = .v7_1
    configuration.switches = KernelVersion.v7_1.switches
    let story = try Story.told(configuration)
    let free = try #require(value("nr_free_pages", story))
    let tables = try #require(value("nr_page_table_pages", story))
    _ = try story.machine.allocatePages(count: 1, order: 8)
    #expect(value("nr_free_pages", story) == free - 256)
    let far = story.area + 2 << 30
    try story.machine.mappings.populate(start: far, end: far + 0x1000, level: .pte)
    #expect(value("nr_page_table_pages", story) == tables + 2)
    #expect(value("nr_vmalloc", story) == 0)
    let older = try Story.told()
    #expect(value("nr_vmalloc", older) == nil)
  }

  // MARK: iomem

  @Test func iomemCoversPhysicalMemoryWithoutGaps() throws {
    for memory: UInt64 in [1 << 20, 64 << 20, 6 << 30] {
      var configuration = Configuration()
      configuration.memory = memory
      let rows = try lines(configuration) { Views.iomem($0, to: &$1) }
      var next: UInt64 = 0
      var ram: UInt64 = 0
      var reserved: UInt64 = 0
      for row in rows {
        let words = row.split(separator: " ", maxSplits: 2).map(String.init)
        let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
        #expect(ends.count == 2 && words[1] == ":")
        let size = ends[1] + 1 - ends[0]
        guard !row.hasPrefix(" ") else {
          #expect(words[2] == "Reserved" && ends[1] < next)
          reserved += size
          continue
        }
        #expect(ends[0] == next)
        next = ends[1] + 1
        if words[2] == "System RAM" { ram += size }
      }
      #expect(next == 1 << 40)
      #expect(ram == memory - 0x60000)
      let managed = try Story.told(configuration).machine.counters.managedFrames
      #expect(ram - reserved == managed << 12)
    }
  }

  @Test func iomemHasTheKernelsColumns() throws {
    let rows = try lines { Views.iomem($0, to: &$1) }
    #expect(rows.contains("00000000-0009ffff : System RAM"))
    #expect(rows.contains("000a0000-000fffff : PCI Bus 0000:00"))
    #expect(rows.contains("00100000-3fffffff : System RAM"))
    #expect(rows.last == "40000000-ffffffffff : PCI Bus 0000:00")
    #expect(rows.contains { $0.hasPrefix("  00000000-") && $0.hasSuffix(" : Reserved") })
  }
}
