import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

/// Machines of the shapes of real ones show what these did: the same lines in the same order and
/// columns, and the same addresses where firmware and a kernel's own image have no say.
@Suite struct RecordedBootTests {
  static let boots: [Boot] = [
    Boot("kernel-6.12.117", .v6_12, "boot"), Boot("kernel-6.12.117", .v6_12, "boot-la57"),
    Boot("kernel-6.12.117", .v6_12, "boot-2nodes"), Boot("kernel-6.12.117", .v6_12, "boot-4cpus"),
    Boot("kernel-6.18.15", .v6_18, "boot"), Boot("kernel-6.18.15", .v6_18, "boot-la57"),
    Boot("kernel-6.18.15", .v6_18, "boot-2nodes"), Boot("kernel-6.18.15", .v6_18, "boot-4cpus"),
    Boot("kernel-7.0.13", .v7_0, "boot"),
    Boot("kernel-7.2.12", .v7_2, "boot"), Boot("kernel-7.2.12", .v7_2, "boot-la57"),
    Boot("kernel-7.3.4", .v7_3, "boot"),
  ]

  /// A recorded boot: a folder of files, and how a machine of its shape is booted.
  struct Boot: Sendable, CustomTestStringConvertible {
    let folder: String
    let kernel: KernelVersion
    let nodes: Int
    let cpus: Int
    let levels: Int

    init(_ machine: String, _ kernel: KernelVersion, _ shape: String) {
      folder = "\(machine)/\(shape)"
      self.kernel = kernel
      nodes = shape == "boot-2nodes" ? 2 : 1
      cpus = shape == "boot-4cpus" ? 4 : 2
      levels = shape == "boot-la57" ? 5 : 4
    }

    var testDescription: String { folder }

    func lines(_ file: String) throws -> [String] { try Fixture.lines("\(folder)/\(file)") }

    /// What a view shows of a new machine.
    func shown(_ view: (borrowing Machine, inout ViewOutput) -> Void) throws -> [String] {
      var configuration = Configuration()
      configuration.memory = 1 << 30
      configuration.nodes = nodes
      configuration.cpus = cpus
      configuration.levels = levels
      configuration.kernel = kernel
      configuration.switches = kernel.switches.union([.nrCPUs8192, .randomizeBase, .initOnAlloc])
      let story = try Story.told(configuration)
      return story.shown(.text, view).split(separator: "\n").map(String.init)
    }
  }

  @Test(arguments: boots)
  func meminfo(_ boot: Boot) throws {
    let real = try boot.lines("meminfo")
    let lines = try boot.shown { Views.meminfo($0, to: &$1) }
    func label(_ line: String) -> String { String(line.prefix { $0 != ":" }) }
    let places = lines.map { real.map(label).firstIndex(of: label($0)) ?? -1 }
    #expect(!places.contains(-1))
    #expect(places == places.sorted())
    for (line, place) in zip(lines, places) { #expect(line.count == real[place].count) }
    func total(_ lines: [String]) -> String? { lines.first { label($0) == "VmallocTotal" } }
    #expect(total(lines) == total(real))
  }

  @Test(arguments: boots)
  func vmstat(_ boot: Boot) throws {
    let real = try boot.lines("vmstat").map { $0.prefix { $0 != " " } }
    let names = try boot.shown { Views.vmstat($0, to: &$1) }.map { $0.prefix { $0 != " " } }
    let places = names.map { real.firstIndex(of: $0) ?? -1 }
    #expect(!places.contains(-1), "\(zip(names, places).filter { $0.1 == -1 })")
    #expect(places == places.sorted())
    #expect(names.contains("nr_vmalloc") == real.contains("nr_vmalloc"))
  }

  @Test(arguments: boots)
  func buddyinfo(_ boot: Boot) throws {
    // RAM below 16 MiB is no zone of its own here.
    let real = try boot.lines("buddyinfo").filter { !$0.contains(" DMA ") }
    let lines = try boot.shown { Views.buddyinfo($0, to: &$1) }
    func zone(_ line: String) -> String { String(line.prefix(21)) }
    #expect(lines.map(zone) == real.map(zone))
    #expect(lines.map(\.count) == real.map(\.count))
  }

  @Test(arguments: boots)
  func kcoreHeaders(_ boot: Boot) throws {
    let real = try boot.lines("kcore.headers").compactMap(KcoreRow.init)
    let rows = try boot.shown { Views.kcoreHeaders($0, to: &$1) }.compactMap(KcoreRow.init)
    // The kernel's own image is no segment here; firmware keeps the first page of RAM, and the last.
    let segments = real.filter { row in
      row.type == "LOAD" && row.numbers[2] != 0x1000 && row.numbers[2] != 0x100_0000
    }
    #expect(segments.count == 5)
    func find(_ address: UInt64) throws -> KcoreRow {
      try #require(rows.first { $0.numbers[1] == address }, "\(String(address, radix: 16))")
    }
    // Segments begin where the headers and notes end: that shifts all offsets by the same.
    let shift = try find(segments[0].numbers[1]).numbers[0] &- segments[0].numbers[0]
    for segment in segments {
      let row = try find(segment.numbers[1])
      #expect(row.numbers[0] &- shift == segment.numbers[0])
      #expect(row.numbers[2] == segment.numbers[2])
      #expect(row.rest == segment.rest)
      if row.numbers[2] != 0x100000 { #expect(row.numbers[3...] == segment.numbers[3...]) }
    }
  }
}
