import TestSupport
import Testing
import VMem
import VMemViews

@testable import VMemScript

/// What a machine does is written down as a kernel's tracepoints would, and another machine of the
/// same kernel does it once more: every address is the same, and so is the whole state.
@Suite struct ReplayPropertyTests {
  /// Writes the events of calls as lines of ftrace.
  struct Tracer {
    private(set) var text = "# tracer: nop\n"
    private var time = 0

    mutating func event(_ cpu: Int, _ event: String) {
      time += 1
      let clock = 1_000_000 + time
      text += "test-\(7 + cpu) [00\(cpu)] ..... \(clock / 1_000_000)."
      text += "\(String(clock % 1_000_000 + 1_000_000).dropFirst()): \(event)\n"
    }
  }

  struct Request {
    var size: UInt64
    var align: UInt64
    var start: UInt64
    var end: UInt64

    func event(_ address: UInt64, failed: Bool) -> String {
      "alloc_vmap_area: va_start: \(address) size=\(size) align=\(align) "
        + "vstart=0x\(String(start, radix: 16)) vend=0x\(String(end, radix: 16)) "
        + "failed=\(failed ? 1 : 0)"
    }
  }

  static func state(_ machine: borrowing Machine) -> String {
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.vmapState(machine, form: .lists, to: &output)
    return output.writer.takeString()
  }

  static func pooled(_ machine: borrowing Machine) -> Int {
    var count = 0
    machine.vmAreas.forEachPool { _, _, addresses in count += addresses.count }
    return count
  }

  static func purge(_ tracer: inout Tracer, _ cpu: Int, _ count: Int) {
    tracer.event(cpu, "purge_vmap_area_lazy: start=0x0 end=0x1000 num_purged=\(count)")
  }

  static func request(
    _ generator: inout SeededGenerator, _ map: AddressMap
  ) -> Request {
    let pages = generator.once(in: 40) ? 6000 : 1 + generator.below(generator.once(in: 4) ? 300 : 9)
    let align: UInt64 = 1 << generator.pick([0, 0, 0, 12, 14, 17, 20])
    var request = Request(
      size: (pages + 1) << 12, align: align, start: map.vmallocStart, end: map.vmallocEnd)
    if generator.once(in: 5) {
      // A small window, so that some attempts fail.
      request.start = map.vmallocStart + 1 << 40
      request.end = request.start + 64 << 12
      request.align = min(align, 1 << 14)
      request.size = (2 + generator.below(12)) << 12
    }
    return request
  }

  /// Allocates, and writes down what `alloc_vmap_area` and its reclaim log.
  static func allocate(
    _ machine: borrowing Machine, _ generator: inout SeededGenerator, _ tracer: inout Tracer
  ) -> UInt64? {
    let request = request(&generator, machine.map)
    let before = (waiting: machine.traces.lazyAreaCount, pooled: pooled(machine))
    let address = try? machine.vmAreas.getVMArea(
      size: request.size - 4096, align: request.align, start: request.start, end: request.end)
    let isReclaimed =
      address == nil
      || request.end < machine.map.vmallocEnd && before.waiting + before.pooled > 0
        && machine.traces.lazyAreaCount + pooled(machine) == 0
    if isReclaimed {
      tracer.event(machine.cpu, request.event(0 &- 16, failed: true))
      purge(&tracer, machine.cpu, before.waiting)
    }
    tracer.event(machine.cpu, request.event(address ?? 0 &- 16, failed: address == nil))
    return address
  }

  @Test(arguments: [("6.6", 1), ("6.12", 2), ("6.18", 2), ("6.18", 4), ("7.2", 3)])
  func sameMachineAgain(_ kernel: String, _ cpus: Int) throws {
    for seed in 0..<UInt64(Scale.operations(3, long: 200)) {
      var configuration = Configuration()
      configuration.memory = 256 << 20
      configuration.cpus = cpus
      configuration.kernel = try #require(KernelVersion(text: kernel))
      configuration.switches = configuration.kernel.switches
      let machine = try Machine(configuration)
      var generator = SeededGenerator(seed: seed)
      var tracer = Tracer()
      var areas: [UInt64] = []
      for _ in 0..<400 {
        try machine.selectCPU(generator.below(UInt64(cpus)))
        switch generator.index(20) {
        case 0...9:
          if let address = Self.allocate(machine, &generator, &tracer) { areas.append(address) }
        case 10...18 where !areas.isEmpty:
          let address = areas.remove(at: generator.index(areas.count))
          try machine.vmAreas.freeVMArea(address)
          tracer.event(
            machine.cpu,
            "free_vmap_area_noflush: va_start=0x\(String(address, radix: 16)) nr_lazy=1 "
              + "nr_lazy_max=\(machine.traces.lazyMaximum)")
          let waiting = machine.traces.lazyAreaCount
          machine.vmAreas.runScheduledWork()
          if machine.traces.lazyAreaCount == 0 { Self.purge(&tracer, machine.cpu, waiting) }
        default:
          let waiting = machine.traces.lazyAreaCount
          try machine.unmapAliases()
          Self.purge(&tracer, machine.cpu, waiting)
        }
      }
      try Self.compare(tracer.text, machine, configuration, seed)
    }
  }

  private static func compare(
    _ text: String, _ machine: borrowing Machine, _ configuration: Configuration, _ seed: UInt64
  ) throws {
    let source = ScriptSource(name: "trace", bytes: Array(text.utf8))
    var reader = TraceReader()
    try reader.read(source.text)
    let trace = try reader.finish()
    #expect(trace.notes.isEmpty, "\(trace.notes)")
    let other = try Machine(configuration)
    var replayer = Replayer(trace, isStrict: false)
    let caller = try other.intern(caller: Array("replay+0x0/0x0".utf8).span)
    replayer.run(other, caller: caller)
    let report = replayer.report
    #expect(report.events == trace.events.count && report.notes.isEmpty, "\(report.notes)")
    #expect(report.matches == report.allocations && report.allocations > 100)
    #expect(
      report.differenceCount == 0,
      "seed \(seed), line \(report.differences.first.map { "\($0.event.line): \($0.why)" } ?? "")")
    #expect(other.check().isEmpty)
    #expect(state(other) == state(machine), "seed \(seed)")
  }
}
