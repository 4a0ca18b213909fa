import Glibc
import TestSupport
import Testing
import VMem

@testable import VMemScript

/// `replay FILE`: a recorded trace, and traces that say something else than the machine.
@Suite struct ReplayTests {
  static let recorded =
    "boot --kernel 6.12 --cpus 2 --config distribution "
    + "--lists \(Fixture.folder)trace/6.12.117.lists --rows \(Fixture.folder)trace/6.12.117.rows\n"

  /// Runs lines after `replay` of a trace.
  static func replay(
    _ trace: [UInt8], boot: String = "boot --cpus 2\n", options: String = "",
    then lines: String = "",
    json: Bool = false
  ) throws -> Transcript {
    let path = "/tmp/vmemctl-replay-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let file = try #require(fopen(path, "w"))
    _ = trace.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
    defer { unlink(path) }
    return run("\(boot)replay \(path) \(options)\n\(lines)") { $0.json = json }
  }

  static func alloc(
    _ time: Int, cpu: Int = 0, at address: UInt64, _ size: UInt64 = 8192, align: UInt64 = 1,
    pid: Int = 1, failed: Bool = false
  ) -> String {
    "x-\(pid) [00\(cpu)] ..... 1.\(100000 + time): alloc_vmap_area: va_start: \(address) "
      + "size=\(size) align=\(align) vstart=0xffffc90000000000 vend=0xffffe8ffffffffff "
      + "failed=\(failed ? 1 : 0)\n"
  }

  static func free(_ time: Int, cpu: Int = 0, at address: UInt64) -> String {
    "x-1 [00\(cpu)] ..... 1.\(100000 + time): free_vmap_area_noflush: "
      + "va_start=0x\(String(address, radix: 16)) nr_lazy=2 nr_lazy_max=16384\n"
  }

  static func purge(_ time: Int, cpu: Int = 0, _ count: Int, pid: Int = 1) -> String {
    "x-\(pid) [00\(cpu)] ..... 1.\(100000 + time): purge_vmap_area_lazy: start=0x0 end=0x0 "
      + "num_purged=\(count)\n"
  }

  static let base: UInt64 = 0xffff_c900_0000_0000

  static func counts(_ ran: Transcript) -> [String: String] {
    var counts: [String: String] = [:]
    for line in ran.lines {
      let words = line.split(separator: " ")
      if words.count >= 2 { counts[String(words[0])] = String(words[1]) }
    }
    return counts
  }

  /// Every address of the recording, on a machine that began as that one did.
  @Test func recording() throws {
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    let ran = try Self.replay(trace, boot: Self.recorded, then: "check")
    let counts = Self.counts(ran)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(counts["allocations"] == "216" && counts["matches"] == "216")
    #expect(counts["differences"] == "0" && counts["unknown_frees"] == "0")
    #expect(ran.lines.last == "0")
  }

  /// The same by JSON, which has all that is promised.
  @Test func json() throws {
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    let ran = try Self.replay(trace, boot: Self.recorded, json: true)
    let keys = try #require(JSONText.keys(ran.lines[0]))
    #expect(
      Set(keys).isSuperset(of: [
        "events", "allocations", "matches", "differences", "first", "unknown_frees", "peak_bytes",
        "largest_hole",
      ]))
    #expect(ran.lines[0].contains("\"differences\":0,\"first\":null"))
  }

  /// A difference is an object with the areas beside it.
  @Test func differencesInJSON() throws {
    let trace =
      Self.alloc(1, at: Self.base) + Self.alloc(2, at: Self.base + 0x5000)
      + Self.alloc(3, at: Self.base + 0x2000)
    let ran = try Self.replay(Array(trace.utf8), json: true)
    for line in ran.lines { #expect(JSONText.isObject(line), "\(line)") }
    let first = try #require(ran.lines.first { $0.contains("\"first\":{") })
    #expect(first.contains("\"below\":{\"start\":\"") && first.contains("\"above\":null"))
  }

  /// Where lines do not name their CPU, no two of them raced.
  @Test func noRaceWithoutCPUs() throws {
    let (one, other) = (Self.base, Self.base + 0x2000)
    let lines = [Self.alloc(1, at: other), Self.alloc(2, cpu: 1, at: one)]
    #expect(
      try Self.replay(Array(lines.joined().utf8)).output.contains("two CPUs raced: CPU 1 got"))
    for (at, word) in [(0, "[000] "), (1, "[001] ")] {
      var without = lines
      without[at] = without[at].replacing(word, with: "")
      let ran = try Self.replay(Array(without.joined().utf8))
      #expect(Self.counts(ran)["differences"] == "1", "\(ran.output)")
      #expect(
        !ran.output.contains("CPUs raced") && !ran.output.contains("the race"), "\(ran.output)")
    }
  }

  /// A machine that was not primed goes on from the traced addresses, and says what is missing.
  @Test func freshMachine() throws {
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    let ran = try Self.replay(
      trace, boot: "boot --kernel 6.12 --cpus 2 --config distribution\n", then: "check")
    let counts = Self.counts(ran)
    #expect(ran.exit == .success, "\(ran.messages)")
    #expect(counts["differences"] != "0")
    #expect(ran.lines.last == "0")
    #expect(
      ran.output.contains("there were areas before the trace began, and this machine has none"))
    let missing =
      "  why: what was there before the trace began is missing here, so that this is free"
    #expect(ran.lines.first { $0.hasPrefix("  why:") } == missing)
  }

  /// A trace that begins with its machine says nothing of areas before it.
  @Test func freshMachineAndTrace() throws {
    let trace = Self.alloc(1, at: Self.base) + Self.alloc(2, at: Self.base + 0x5000)
    let ran = try Self.replay(Array(trace.utf8))
    #expect(
      Self.counts(ran)["differences"] == "1" && !ran.output.contains("before the trace began"))
  }

  /// What is as large as its alignment, and so has no guard page, is a block of vm_map_ram: whatever
  /// becomes of it here.
  @Test(arguments: ["6.1", "6.12"]) func mapBlocks(_ kernel: String) throws {
    let (block, other) = (Self.base + 1 << 20, Self.base + 8 << 20)
    let trace =
      Self.alloc(1, at: block, 1 << 20, align: 1 << 20) + Self.alloc(2, at: other, 1 << 20)
      + Self.alloc(3, at: Self.base + 16 << 20, 2 << 20 + 4096, align: 2 << 20)
      + Self.alloc(4, at: Self.base, 2 << 20, align: 2 << 20) + Self.free(5, at: Self.base)
    let ran = try Self.replay(
      Array(trace.utf8), boot: "boot --kernel \(kernel) --cpus 2\n", then: "vmallocinfo\ncheck")
    // The fourth lies where the first is, whose free the trace does not have.
    #expect(
      ran.lines.suffix(4) == [
        "0xffffc90000800000-0xffffc90000900000 1048576 replay+0x0/0x0",
        "0xffffc90001000000-0xffffc90001201000 2101248 replay+0x0/0x0",
        "0xffffc90000000000-0xffffc90000200000 2097152 unpurged vm_area", "0",
      ], "\(ran.output)")
    let rest = try Self.replay(
      Array(Self.alloc(1, at: block, 1 << 20, align: 1 << 20).utf8),
      boot: "boot --kernel \(kernel) --cpus 2\n",
      then: "vmallocinfo\ntotals\nvm_unmap_aliases\ncheck")
    #expect(rest.lines.contains("0xffffc90000100000-0xffffc90000200000 1048576 vm_map_ram"))
    #expect(rest.lines.contains { $0.hasSuffix("  vm_map_ram") } && rest.lines.last == "0")
  }

  /// All of the window but what is busy, to the last byte.
  @Test func largestHole() throws {
    let trace = Self.alloc(1, at: Self.base)
    let ran = try Self.replay(Array(trace.utf8), then: "print machine.largest_hole")
    #expect(Self.counts(ran)["largest_hole"] == "\(32 << 40 - 0x2000)")
    #expect(ran.lines.last == "\(32 << 40 - 0x2000)")
  }

  /// Lists without a pool are lists of pools all the same; rows tell of none.
  @Test func poolsAreKnownFromLists() throws {
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    #expect(try Fixture.text("trace/6.12.117.lists").contains("[pools]\n\n"))
    let listed = try Self.replay(trace, boot: Self.recorded)
    #expect(!listed.output.contains("pools unknown"))
    let rows = "import_vmallocinfo \(Fixture.folder)trace/6.12.117.rows --kernel 6.12 --cpus 2\n"
    let imported = try Self.replay(trace, boot: rows)
    #expect(imported.output.contains("pools unknown: the machine was made of rows"))
    let other = Self.alloc(1, at: Self.base + 0x1000_0000)
    let pooled = try Self.replay(Array(other.utf8), boot: rows)
    #expect(pooled.output.contains("why: it may come from a pool"))
    let json = try Self.replay(trace, boot: rows, json: true)
    #expect(json.output.contains("\"pools_known\":false"))
    let old = try Self.replay(trace, boot: rows.replacing("--kernel 6.12", with: "--kernel 6.6"))
    #expect(!old.output.contains("pools unknown"))
  }

  /// A difference is named with what lies beside it, and the areas are where the trace has them.
  @Test func goesOnFromTheTracedAddress() throws {
    let trace =
      Self.alloc(1, at: Self.base) + Self.alloc(2, at: Self.base + 0x5000)
      + Self.alloc(3, at: Self.base + 0x2000)
    let ran = try Self.replay(Array(trace.utf8), then: "vmallocinfo\ncheck")
    #expect(Self.counts(ran)["matches"] == "2" && Self.counts(ran)["differences"] == "1")
    let text = ran.output
    #expect(text.contains("difference in line 2 at 1.100002, CPU 0, x-1: 8192 bytes aligned to 1"))
    #expect(text.contains("traced 0xffffc90000005000, here 0xffffc90000002000"))
    #expect(text.contains("below: 0xffffc90000000000-0xffffc90000002000 replay+0x0/0x0"))
    #expect(text.contains("0xffffc90000005000-0xffffc90000007000    8192 replay+0x0/0x0"))
    #expect(ran.exit == .success && ran.lines.last == "0", "\(ran.messages)")
  }

  @Test func strictStopsAtTheFirstDifference() throws {
    let trace =
      Self.alloc(1, at: Self.base) + Self.alloc(2, at: Self.base + 0x5000)
      + Self.alloc(3, at: Self.base + 0x9000)
    let ran = try Self.replay(Array(trace.utf8), options: "--strict")
    #expect(ran.exit == .failedExpectation)
    #expect(Self.counts(ran)["differences"] == "1" && Self.counts(ran)["events"] == "2")
    #expect(ran.messages.contains("line 2 of the trace has 0xffffc90000005000"))
    let same = try Self.replay(Array(Self.alloc(1, at: Self.base).utf8), options: "--strict")
    #expect(same.exit == .success)
  }

  /// A failed attempt, the purge of its reclaim, which fills no pool, and the success that follows.
  @Test func reclaim() throws {
    let whole: UInt64 = 0x1fff_ffff_f000
    let trace =
      Self.alloc(1, at: Self.base) + Self.free(2, at: Self.base)
      + Self.alloc(3, at: 0 &- 16, whole, failed: true) + Self.purge(4, 1)
      + Self.alloc(5, at: Self.base, whole)
    let ran = try Self.replay(Array(trace.utf8), then: "check")
    let counts = Self.counts(ran)
    #expect(counts["allocations"] == "3" && counts["matches"] == "3", "\(ran.output)")
    #expect(ran.output.contains("1 of them failed") && ran.lines.last == "0")
    let roomy = try Self.replay(Array(Self.alloc(1, at: 0 &- 16, failed: true).utf8))
    #expect(Self.counts(roomy)["differences"] == "1")
  }

  /// A purge says how many areas it found: later frees wait on, earlier ones may be events behind it.
  @Test func purgesThatMeetFrees() throws {
    let two = Self.alloc(1, at: Self.base) + Self.alloc(2, at: Self.base + 0x2000)
    let late = two + Self.free(3, at: Self.base) + Self.free(4, cpu: 1, at: Self.base + 0x2000)
    var ran = try Self.replay(Array((late + Self.purge(5, 1)).utf8), then: "vmallocinfo")
    #expect(ran.output.contains("0xffffc90000002000-0xffffc90000004000    8192 unpurged"))
    #expect(!ran.output.contains("0xffffc90000000000-0xffffc90000002000    8192 unpurged"))
    let early =
      two + Self.free(3, at: Self.base) + Self.purge(4, 2)
      + Self.free(5, cpu: 1, at: Self.base + 0x2000)
    ran = try Self.replay(Array(early.utf8), then: "vmallocinfo")
    #expect(!ran.output.contains("unpurged") && Self.counts(ran)["events"] == "5")
  }

  /// Frees of what nothing has allocated are counted, the first one is named, and nothing happens.
  @Test func unknownFrees() throws {
    let trace =
      Self.free(1, at: Self.base) + Self.alloc(2, at: Self.base) + Self.free(3, at: Self.base)
      + Self.free(4, at: Self.base)
    let ran = try Self.replay(Array(trace.utf8), then: "vmallocinfo\ncheck")
    #expect(Self.counts(ran)["frees"] == "3" && Self.counts(ran)["unknown_frees"] == "2")
    #expect(ran.output.contains("line 1: nothing starts at 0xffffc90000000000"))
    #expect(ran.lines.suffix(2).first?.hasSuffix("unpurged vm_area") == true)
  }

  /// Other CPUs, another limit and another window than this machine's are said.
  @Test func otherMachines() throws {
    let trace = Self.alloc(1, cpu: 5, at: Self.base) + Self.free(2, at: Self.base)
    let ran = try Self.replay(Array(trace.utf8), boot: "boot --cpus 4\n")
    #expect(ran.output.contains("line 1: an event of CPU 5, but this machine has 4: boot --cpus 6"))
    #expect(ran.output.contains("line 2: nr_lazy_max=16384, but here it is 24576"))
    #expect(ran.output.contains("--lazy-max 16384 takes it over"))
    // Only a number that the option takes is recommended.
    for (limit, fits) in [("4294967295", true), ("4294967296", false), ("0", false)] {
      let line = Self.free(2, at: Self.base).replacing("=16384", with: "=" + limit)
      let ran = try Self.replay(Array((Self.alloc(1, at: Self.base) + line).utf8))
      #expect(ran.output.contains("nr_lazy_max=\(limit), but here it is"), "\(ran.output)")
      #expect(ran.output.contains("--lazy-max") == fits, "\(ran.output)")
    }
    for (cpu, fits) in [(63, true), (64, false)] {
      let ran = try Self.replay(Array(Self.alloc(1, cpu: cpu, at: Self.base).utf8))
      #expect(ran.output.contains("an event of CPU \(cpu), but this machine has "))
      #expect(ran.output.contains("boot --cpus 64 or more") == fits, "\(ran.output)")
    }
    let same = try Self.replay(Array(trace.utf8), boot: "boot --cpus 8 --lazy-max 16384\n")
    #expect(!same.output.contains("nr_lazy_max"))
    let moved = Self.alloc(1, at: 0xffff_b3c1_c000_0000).replacing(
      "vstart=0xffffc90000000000 vend=0xffffe8ffffffffff",
      with: "vstart=0xffffb3c1c0000000 vend=0xffffd3c1bfffffff")
    let there = try Self.replay(Array(moved.utf8), then: "check")
    #expect(there.output.contains("window begins at 0xffffb3c1c0000000"))
    #expect(Self.counts(there)["matches"] == "1" && there.lines.last == "0")
  }

  /// The picture that a recorded trace gives.
  private static func plotted(_ name: String) throws -> String {
    let path = "/tmp/vmemctl-\(name)-\(getpid()).svg"
    defer { unlink(path) }
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    let ran = try replay(trace, boot: recorded, options: "--plot \(path)")
    #expect(ran.exit == .success, "\(ran.messages)")
    return try TestFiles.read(path)
  }

  @Test(.enabled(if: PictureTool.hasXMLLint, "xmllint is not installed"))
  func plotIsXML() throws {
    #expect(try PictureTool.fault(of: Self.plotted("plot-xml")) == nil)
  }

  @Test func plot() throws {
    let document = try Self.plotted("plot")
    #expect(DrawnText.faults(in: document) == [])
    #expect(document.contains("largest hole of the modules"))
    let trace = try Array(Fixture.text("trace/6.12.117.trace").utf8)
    let refused = try Self.replay(trace, boot: Self.recorded, options: "--plot -")
    #expect(refused.exit == .badScript)
  }

  @Test func badFiles() throws {
    #expect(run("replay /nonexistent/trace").exit == .noInput)
    let ran = try Self.replay(Array("nonsense\n".utf8))
    #expect(ran.exit == .badScript && ran.messages.contains(":1: no line is an event of a trace"))
  }

  /// Whatever is done to a trace: a message, or a report, and a sound machine.
  @Test func damagedTraces() throws {
    let text = try Fixture.lines("trace/6.12.117.trace").prefix(160).joined(separator: "\n") + "\n"
    var generator = SeededGenerator(seed: 18)
    for round in 0..<Scale.operations(60, long: 20000) {
      let bytes =
        round % 4 == 0
        ? Array(text.utf8.prefix(generator.index(text.utf8.count)))
        : Mutation.mutated(Array(text.utf8), &generator)
      let ran = try Self.replay(bytes, then: "check")
      #expect([.success, .badScript].contains(ran.exit), "round \(round): \(ran.messages)")
      #expect(ran.exit != .success || ran.lines.last == "0", "round \(round): \(ran.output)")
    }
  }
}
