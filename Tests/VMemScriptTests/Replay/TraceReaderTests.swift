import TestSupport
import Testing
import VMem
import VMemViews

@testable import VMemScript

/// Lines of traces as four tools print them, and what is no event.
@Suite struct TraceReaderTests {
  static func read(_ text: String) throws(TraceReader.Defect) -> Trace {
    try read(bytes: Array(text.utf8))
  }

  static func read(bytes: [UInt8]) throws(TraceReader.Defect) -> Trace {
    let source = ScriptSource(name: "trace", bytes: bytes)
    var reader = TraceReader()
    try reader.read(source.text)
    return try reader.finish()
  }

  static let fields = """
    va_start: 18446683600570023936 size=20480 align=16384 vstart=0xffffc90000000000 \
    vend=0xffffe8ffffffffff failed=0
    """

  /// The same event in the words of each tool.
  @Test(
    arguments: [
      "            bash-1234    [001] .....   123.456789: alloc_vmap_area: ",
      "     kworker/1:2-1234    [001] .l.1.   123.456789: alloc_vmap_area: ",
      "            bash-1234    (   1230) [001] .....   123.456789: alloc_vmap_area: ",
      "            bash-1234    (-------) [001] d..2.   123.456789: alloc_vmap_area: ",
      "            bash-1234  [001]   123.456789: alloc_vmap_area:      ",
      "            bash-1234  [001] .....   123.456789000: alloc_vmap_area:      ",
      "            bash  1234 [001]   123.456789: vmalloc:alloc_vmap_area: ",
      "   a b [7] c: d-e  1234 [001]   123.456789: vmalloc:alloc_vmap_area: ",
      "bash-1234 [1] 123456789000: alloc_vmap_area: ",
    ])
  func wrappers(_ head: String) throws {
    let trace = try Self.read(head + Self.fields + "\n")
    let event = try #require(trace.events.first)
    #expect(trace.events.count == 1 && trace.notes.isEmpty, "\(trace.notes)")
    #expect(event.kind == .alloc && event.cpu == 1 && event.pid == 1234)
    #expect(event.time == 123_456_789_000)
    #expect(event.address == 0xffff_c900_0042_c000 || event.address == 18_446_683_600_570_023_936)
    #expect(event.size == 20480 && event.align == 16384 && !event.failed)
    #expect(event.start == 0xffff_c900_0000_0000 && event.end == 0xffff_e8ff_ffff_ffff)
  }

  /// CPU and time where tools put other things beside them.
  @Test(
    arguments: [
      ("            bash  1234 [001]   123.456789:          1 vmalloc:alloc_vmap_area: ", true),
      ("            bash-1234  [001]   123.456789: (+17) alloc_vmap_area:      ", true),
      ("    bash-1234       1..... 123456789us : alloc_vmap_area: ", true),
      ("    bash-1234       1dNh2. 123456789us+: alloc_vmap_area: ", true),
      ("    bash-1234    1.....   123.456789: alloc_vmap_area:      ", true),
      (
        "bash    1234   1   0 00000000 0000000a [075bcd15] 123456.789ms (+   0.000ms): "
          + "alloc_vmap_area: ", true
      ), ("            bash  1234 [001] vmalloc:alloc_vmap_area: ", false),
    ])
  func otherWrappers(_ head: String, _ hasTime: Bool) throws {
    let trace = try Self.read(head + Self.fields + "\n")
    let event = try #require(trace.events.first)
    #expect(trace.badLines == 0 && event.cpu == 1 && event.pid == 1234, "\(trace.notes)")
    #expect(event.time == (hasTime ? 123_456_789_000 : nil))
    #expect(trace.notes.count == (hasTime ? 0 : 1))
    let names = trace.taskNames.texts
    #expect(Array(names.bytes[names.range(event.task)]) == Array("bash".utf8))
  }

  /// Lines that only name the functions are none of their events.
  @Test(
    arguments: [
      " => alloc_vmap_area", " => alloc_vmap_area (ffffffff81234567)",
      "\tffffffff81234567 alloc_vmap_area+0x7b7 ([kernel.kallsyms])",
      "  bash-1  [001] .....  1.5: alloc_vmap_area <-__get_vm_area_node",
      " 1)   0.512 us    |  alloc_vmap_area();", " 1)               |  alloc_vmap_area() {",
      "  bash-1  [001] .....  1.5: my_probe: (alloc_vmap_area+0x0/0x7b0) size=0x5000",
      "  bash-1  [001] .....  1.5: alloc_vmap_area: (alloc_vmap_area+0x0/0x7b0)",
      "  bash-1  [001] .....  1.5: tracing_mark_write: before alloc_vmap_area",
      "  bash-1  [001] .....  1.5: tracing_mark_write: alloc_vmap_area: now",
      "  bash-1  [001] .....  1.5: bputs: 0xffffffff: alloc_vmap_area: hello",
    ])
  func namesAlone(_ line: String) throws {
    let trace = try Self.read("x-1 [000] 1.0: alloc_vmap_area: \(Self.fields)\n\(line)\n")
    #expect(trace.events.count == 1 && trace.badLines == 0)
    #expect(trace.otherLines + trace.otherEvents == 1, "\(trace.notes)")
  }

  /// What is left of an event, at either end.
  @Test(
    arguments: [
      "x-1 [000] 1.0: alloc_vmap_area", "x-1 [000] 1.0: purge_vmap",
      "c_vmap_area: \(fields)", "_vmap_area_noflush: va_start=0x1000 nr_lazy=2 nr_lazy_max=3",
    ])
  func cutEvents(_ line: String) throws {
    let trace = try Self.read("x-1 [000] 1.0: alloc_vmap_area: \(Self.fields)\n\(line)\n")
    #expect(trace.events.count == 1 && trace.badLines == 1)
  }

  @Test func allThreeEvents() throws {
    let trace = try Self.read(
      """
      # tracer: nop
      #
      # entries-in-buffer/entries-written: 4/4   #P:2
      bash-1 [000] ..... 1.000001: alloc_vmap_area: va_start: 18446744073709551600 size=8192 \
      align=4096 vstart=0xffffffffc0000000 vend=0xffffffffff000000 failed=1
      bash-1 [000] ..... 1.000002: purge_vmap_area_lazy: start=0xffffffffffffffff end=0x0 \
      num_purged=0
      bash-1 [000] ..... 1.000003: free_vmap_area_noflush: va_start=0xffffc90000000000 nr_lazy=5 \
      nr_lazy_max=16384
      perf  2 [001] 1.000004: vmalloc:purge_vmap_area_lazy: start=0x1000, end=0x3000, num_purged=2

      """)
    #expect(trace.notes.isEmpty, "\(trace.notes)")
    #expect(trace.events.map(\.kind) == [.alloc, .purge, .free, .purge])
    #expect(trace.events[0].failed && trace.events[0].address == 0 &- 16)
    #expect(trace.events[1].address == .max && trace.events[1].align == 0)
    #expect(trace.events[2].size == 5 && trace.events[2].align == 16384)
    #expect(trace.events[3].align == 2 && trace.events[3].line == 7)
  }

  /// The shortest lines: numbers only, those of the range in hexadecimal without a mark.
  @Test func shortLines() throws {
    let trace = try Self.read(
      """
      Attaching 1 probe...
      A 18446683600570023936 20480 16384 ffffc90000000000 ffffe8ffffffffff 0
      A 18446744073709551600 4294971392 4096 ffffffffc0000000 0xffffffffff000000 1
      A 18446683600570023936 20480 16384 ffffc90000000000 ffffe8ffffffffff
      A 18446683600570023936 20480 16384 ffffc90000000000 xffe8ffffffffff 0
      A 18446683600570023936 20480 16384 ffffc90000000000 ffffe8ffffffffff 2
      A 1844
      A few words

      """)
    #expect(trace.events.count == 2 && trace.badLines == 4 && trace.otherLines == 1)
    #expect(trace.events[0].address == 0xffff_c900_0000_0000 && !trace.events[0].failed)
    #expect(trace.events[0].size == 20480 && trace.events[0].align == 16384)
    #expect(trace.events[0].end == 0xffff_e8ff_ffff_ffff)
    #expect(trace.events[1].failed && trace.events[1].start == 0xffff_ffff_c000_0000)
    #expect(trace.notes.contains { $0.line == 2 && $0.message.contains("no frees") })
    #expect(trace.withoutCPU == 2 && trace.withoutTime == 2)
    let mixed = try Self.read(
      "A 18446683600570023936 20480 1 ffffc90000000000 ffffe8ffffffffff 0\n"
        + "free_vmap_area_noflush: va_start=0xffffc90000000000 nr_lazy=5 nr_lazy_max=16384\n")
    #expect(mixed.events.count == 2 && !mixed.notes.contains { $0.message.contains("no frees") })
  }

  /// What tools say of events that they have lost.
  @Test(
    arguments: [
      ("CPU:0 [LOST 12 EVENTS]", 12), ("CPU:3 [LOST EVENTS]", 0),
      ("CPU:1 [7 EVENTS DROPPED]", 7), ("Lost 9 events", 9), ("LOST 4 events!", 4),
      ("# entries-in-buffer/entries-written: 5/8   #P:2", 3),
    ])
  func lost(_ line: String, _ count: UInt64) throws {
    let trace = try Self.read("x-1 [000] 1.0: alloc_vmap_area: \(Self.fields)\n\(line)\n")
    #expect(trace.lostMarks == 1 && trace.lostEvents == count)
    #expect(trace.notes.count == 1 && trace.notes[0].line == 2)
  }

  /// Lines that are cut or make no sense are left out and named.
  @Test(
    arguments: [
      "va_start: 18446683600570023936 size=20480 align=16384 vstart=0xffffc90000000000 vend=0xff",
      "va_start: 18446683600570023936 size=", "", "va_start: 1x size=4096",
      "va_start: 18446683600570023936 size=20481 align=1 vstart=0x0 vend=0xffffffffffffffff failed=0",
      "va_start: 18446683600570023936 size=20480 align=3 vstart=0x0 vend=0xffffffffffffffff failed=0",
      "va_start: 18446683600570023936 size=20480 align=1 vstart=0x0 vend=0x1000 failed=0",
      "va_start: 18446683600570023936 size=20480 align=1 vstart=0x0 vend=0xffffffffffffffff failed=2",
      "va_start: 18446683600570023937 size=4096 align=1 vstart=0x0 vend=0xffffffffffffffff failed=0",
      "va_start: 18446744073709551616 size=4096 align=1 vstart=0x0 vend=0xffffffffffffffff failed=0",
      "size=4096 va_start: 0 align=1 vstart=0x0 vend=0xffffffffffffffff failed=0",
      "va_start: 0 size=0 align=1 vstart=0x0 vend=0xffffffffffffffff failed=0",
    ])
  func badLines(_ fields: String) throws {
    let trace = try Self.read(
      """
      x-1 [000] 1.0: alloc_vmap_area: \(Self.fields)
      x-1 [000] 2.0: alloc_vmap_area: \(fields)
      x-1 [000] 3.0: alloc_vmap_area: \(Self.fields)

      """)
    #expect(trace.events.count == 2 && trace.badLines == 1)
    #expect(trace.notes.map(\.line) == [2])
  }

  @Test func otherLinesAreToldOnce() throws {
    let trace = try Self.read(
      """
      cpus=2
      Attaching 3 probes...
      hello
      there
      x-1 [000] ..... 1.5: sched_switch: prev_comm=x
      x-1 [000] ..... 1.6: sched_switch: prev_comm=x
      x-1 [000] 2.0: alloc_vmap_area: \(Self.fields)
      x-1 [000] 2.0: alloc_vmap_ar
      """)
    #expect(trace.otherLines == 2 && trace.otherEvents == 2 && trace.badLines == 1)
    #expect(trace.notes.map(\.line) == [3, 5, 8])
  }

  /// The order is that of the time stamps; equal ones keep that of the lines.
  @Test func buffersOfCPUsAreMerged() throws {
    let trace = try Self.read(
      """
      x-1 [000] 1.000001: alloc_vmap_area: \(Self.fields)
      x-1 [000] 1.000004: alloc_vmap_area: \(Self.fields)
      x-1 [001] 1.000002: alloc_vmap_area: \(Self.fields)
      x-1 [001] 1.000004: alloc_vmap_area: \(Self.fields)

      """)
    #expect(trace.events.map(\.line) == [1, 3, 2, 4])
    #expect(trace.unordered == 1 && trace.notes.map(\.line) == [3])
    let bare = try Self.read(
      "alloc_vmap_area: \(Self.fields)\nx-1 [001] 0.5: alloc_vmap_area: \(Self.fields)\n")
    #expect(bare.events.map(\.line) == [1, 2])
    #expect(bare.withoutCPU == 1 && bare.withoutTime == 1)
  }

  @Test(
    arguments: [
      ("", "no line"), ("hello\n", "no line"), ("\u{17}\u{8}Dtracing\u{1}", "trace-cmd report"),
      ("PERFILE2xx", "perf script"), ("a\0b", "not a text"),
      ("x-1 [000] ..... 1.5: sched_switch: a\n", "none of them"),
    ])
  func filesThatAreNoTrace(_ text: String, _ message: String) {
    #expect {
      _ = try Self.read(text)
    } throws: { error in
      (error as? TraceReader.Defect)?.message.contains(message) == true
    }
  }

  @Test func headAloneIsATrace() throws {
    let trace = try Self.read("# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:2\n")
    #expect(trace.events.isEmpty)
  }

  private static let line = "x-1 [000] 1.0: alloc_vmap_area: \(fields)"

  /// The line ends of other systems, and a last line without one.
  @Test(arguments: ["\n", "\r\n", "\r", "\r\r\n", String(repeating: "\r", count: 8) + "\n"])
  func lineEnds(_ end: String) throws {
    let trace = try Self.read("\(Self.line)\(end)\(end)\(Self.line)\(end)")
    #expect(trace.events.map(\.line) == [1, 3] && trace.badLines == 0 && trace.notes.isEmpty)
    let cut = try Self.read("\(Self.line)\(end)\(Self.line)")
    #expect(cut.events.count == 2 && cut.badLines == 0 && cut.notes.map(\.line) == [2])
  }

  /// More of them are lines of their own, however many there are.
  @Test func manyCarriageReturns() throws {
    let many = String(repeating: "\r", count: 200_000)
    let trace = try Self.read("\(many)\(Self.line)\(many)\n\(Self.line)\n")
    #expect(trace.events.map(\.line) == [200_001, 399_994] && trace.notes.isEmpty)
  }

  /// Marks of quoted mail and stamps of a log stand before lines that were pasted.
  @Test(arguments: ["> ", ">> ", "> > \t", "[   12.345678] ", "> [12.3] "])
  func pasted(_ before: String) throws {
    let text = before + "   x-1 [000] 1.0: alloc_vmap_area: \(Self.fields)\n"
    let source = ScriptSource(name: "trace", bytes: Array(text.utf8))
    let line = TraceLine(source.text, 0..<text.utf8.count - 1)
    let name = try #require(line.eventName)
    #expect(source.text[line.head(before: name.start).task].printable == "x")
    let short = try Self.read(
      "\(before)# tracer: nop\n\(before)A 4096 4096 1 0x1000 0x10000 0\n")
    #expect(short.hasHead && short.events.count == 1 && short.otherLines == 0)
  }

  /// A line that is longer than any event is none, whatever stands in it.
  @Test(arguments: [0, 1]) func longLines(_ more: Int) throws {
    let spaces = TraceReader.longestLine - Self.line.utf8.count + more
    let trace = try Self.read(
      "\(Self.line)\n\(String(repeating: " ", count: spaces))\(Self.line)\n")
    #expect(trace.events.count == 2 - more && trace.otherLines == more)
    #expect(trace.notes.map(\.line) == (more == 0 ? [] : [2]))
  }
}
