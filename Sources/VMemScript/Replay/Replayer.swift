internal import VMem
internal import VMemViews

/// Does the events of a trace once more on a machine, and compares where areas come to lie.
///
/// Addresses are compared one by one; after a difference the replay goes on from the address that
/// the trace has.
struct Replayer {
  let trace: Trace
  private let isStrict: Bool
  private(set) var report = ReplayReport()

  /// The whole vmalloc window of the machine that was traced: only requests for it look into pools.
  private var window: (start: UInt64, end: UInt64) = (0, 0)
  /// First bytes of areas that were freed since the last purge, in that order, and how many waited
  /// when the trace began.
  private var waiting: [UInt64] = []
  private var waitingBefore = 0
  /// What vmallocinfo shows of areas of the trace.
  private var caller = Ref<Symbol>.none
  /// Tasks whose last attempt failed, and whether the reclaim that follows has purged.
  private var reclaiming: [Int32: Bool] = [:]
  /// Events that were done before their turn.
  private var done: Set<Int> = []
  /// Areas that could not be filed: nothing is said of their frees.
  private var unfiled: Set<UInt64> = []
  /// Addresses that this machine chose where the trace had others, by line, for the last ones.
  private var chosen: [(own: UInt64, event: TraceEvent)] = []

  /// How far events of CPUs that raced can be from each other.
  private static let reach = 64
  private static let mostSamples = 512
  /// Whether this machine began empty, and the traced one did not.
  private var lacksAreas = false

  init(_ trace: Trace, isStrict: Bool) {
    self.trace = trace
    self.isStrict = isStrict
  }

  /// Replays everything; with `isStrict` up to the first difference.
  mutating func run(_ machine: borrowing Machine, caller: Ref<Symbol>) {
    self.caller = caller
    prepare(machine)
    let cpu = machine.cpu
    let step = max(1, (trace.events.count + Self.mostSamples - 1) / Self.mostSamples)
    for (index, event) in trace.events.enumerated() {
      guard done.isEmpty || done.remove(index) == nil else { continue }
      report.events += 1
      machine.traces.runsTraced(on: max(0, Int(event.cpu)))
      switch event.kind {
      case .alloc: allocate(machine, event, index, caller)
      case .free: free(machine, event)
      case .purge: purge(machine, event, index)
      }
      let isLast = index + 1 == trace.events.count
      if index % step == 0 || isLast { sample(machine, event) }
      if isStrict, report.differenceCount > 0 {
        if !isLast { sample(machine, event) }
        report.isStopped = true
        break
      }
    }
    machine.traces.endReplay(on: cpu)
  }

  private mutating func prepare(_ machine: borrowing Machine) {
    let map = machine.map
    window = (map.vmallocStart, map.vmallocEnd)
    if let whole = trace.events.first(where: { $0.kind == .alloc && $0.end - $0.start >= 1 << 44 })
    {
      window = (whole.start, whole.end)
      if window.start != map.vmallocStart {
        report.note(
          Int(whole.line),
          "the traced machine's vmalloc window begins at \(hexadecimal(window.start)), this one's at "
            + hexadecimal(map.vmallocStart))
      }
    }
    waitingBefore = machine.traces.lazyAreaCount
    var busy: UInt64 = 0
    machine.vmAreas.forEachBusyArea { busy += $0.reserved }
    report.busyBytes = busy
    report.peakBytes = busy
    report.arePoolsKnown = !machine.traces.arePoolsUnknown
    compareCPUs(machine)
    guard busy == 0, waitingBefore == 0 else { return }
    // The first address is the lowest of an empty window.
    let first = trace.events.first {
      $0.kind == .alloc && !$0.failed && $0.start == window.start && $0.end == window.end
    }
    guard let first, first.address > window.start else { return }
    lacksAreas = true
    report.note(
      Int(first.line),
      "there were areas before the trace began, and this machine has none: addresses differ until "
        + "it has them (boot --lists --rows, or import_vmallocinfo)")
  }

  /// Says so when the traced machine had other CPUs: pools and the limit of waiting pages depend on
  /// them.
  private mutating func compareCPUs(_ machine: borrowing Machine) {
    let count = machine.cpuCount
    if let far = trace.events.first(where: { Int($0.cpu) >= count }) {
      let most = trace.events.reduce(0) { max($0, Int($1.cpu)) }
      report.note(
        Int(far.line),
        "an event of CPU \(far.cpu), but this machine has \(count): "
          + (most < Configuration.maximumCPUs ? "boot --cpus \(most + 1) or more; until then " : "")
          + "CPU n counts as n modulo \(count)")
    }
    let limit = machine.traces.lazyMaximum
    if let other = trace.events.first(where: { $0.kind == .free && $0.align != limit }) {
      let isTaken = (1...UInt64(UInt32.max)).contains(other.align)
      report.note(
        Int(other.line),
        "nr_lazy_max=\(other.align), but here it is \(limit): the traced machine had another number of "
          + "CPUs online"
          + (isTaken ? "; --lazy-max \(other.align) takes it over" : ""))
    }
  }

  // MARK: Allocations

  private mutating func allocate(
    _ machine: borrowing Machine, _ event: TraceEvent, _ index: Int, _ caller: Ref<Symbol>
  ) {
    report.allocations += 1
    let isWhole = event.start == window.start && event.end == window.end
    var request = event.request(isWhole: isWhole)
    request.meetsPurge = isWhole && purge(around: index) != nil
    guard !event.failed else { return fail(machine, event, request) }
    if !reclaiming.isEmpty { reclaiming[event.pid] = nil }
    let place = machine.traces.replay(request, at: event.address, caller: caller)
    report.busyBytes -= place.evicted
    if place.isFiled {
      report.busyBytes += event.size
      report.peakBytes = max(report.peakBytes, report.busyBytes)
    } else {
      report.unfiled += 1
      unfiled.insert(event.address)
    }
    if case .same = place.found {
      report.matches += 1
      return
    }
    // Why an address differs takes longer to find out than that it does.
    let isKept = report.differences.count < ReplayReport.mostDifferences
    differ(machine, event, place.own, isKept ? reason(machine, event, index, place) : "")
  }

  private mutating func fail(
    _ machine: borrowing Machine, _ event: TraceEvent, _ request: TracedRequest
  ) {
    report.failed += 1
    // After a reclaim a failure is final.
    reclaiming[event.pid] = reclaiming[event.pid] == true ? nil : false
    guard let own = machine.traces.replayFailure(request) else {
      report.matches += 1
      return
    }
    differ(machine, event, own, "the attempt failed there, but there is room here")
  }

  private mutating func differ(
    _ machine: borrowing Machine, _ event: TraceEvent, _ own: UInt64?, _ why: String
  ) {
    report.differenceCount += 1
    guard report.differences.count < ReplayReport.mostDifferences else { return }
    if let own {
      chosen.append((own, event))
      if chosen.count > Self.reach { chosen.removeFirst() }
    }
    let below = event.address == 0 ? nil : machine.vmAreas.neighbours(of: event.address - 1).below
    let above = machine.vmAreas.neighbours(of: event.address).above
    report.differences.append(
      ReplayDifference(
        event: event, task: task(of: event), own: own,
        below: below.map { Self.neighbour(machine, $0) },
        above: above.map { Self.neighbour(machine, $0) }, why: why))
  }

  private static func neighbour(
    _ machine: borrowing Machine, _ area: VMArea
  ) -> ReplayDifference.Neighbour {
    ReplayDifference.Neighbour(
      start: area.start, end: area.end, caller: machine.traces.callerText(area))
  }

  private func task(of event: TraceEvent) -> String {
    let names = trace.taskNames.texts
    return String(hostBytes: Array(names.bytes[names.range(event.task)])).printable
  }

  /// Why an address is another one, as far as the trace tells.
  private func reason(
    _ machine: borrowing Machine, _ event: TraceEvent, _ index: Int, _ place: TracedPlace
  ) -> String {
    if let race = race(event, index, place) { return race }
    switch place.found {
    case .passedPool:
      return "the pool was empty for a moment: the purge of line \(purge(around: index) ?? 0) was "
        + "decaying it"
    case .emptiedPools:
      return
        "the pools were empty there: the shrinker ran, or a purge was one of a reclaim, and no "
        + "event says so"
    case .pool(let node, let position):
      let own = machine.cpu % max(1, machine.vmAreas.vmapNodeCount)
      return node != own
        ? "it was in the pool of node \(node): the task asked on another CPU than it ended on"
        : "it was in the pool, but not at its head (position \(position) here)"
    case .unpurged: return "it had been purged there, but waits or stands in a pool here"
    case .stale: return "an area of the trace was still there, whose free the trace does not have"
    case .busy(let start):
      return "the area at \(hexadecimal(start)) is in the way, so that nothing could be filed there"
    case .nowhere: return "nothing could be filed there"
    case .same, .free:
      if lacksAreas, let own = place.own, own < event.address {
        return "what was there before the trace began is missing here, so that this is free"
      }
      if !report.arePoolsKnown, event.size >> 12 <= 256 {
        return "it may come from a pool, or be free since one was emptied: rows tell of no pools"
      }
      if let line = purge(around: index) {
        return "the purge of line \(line) was under way"
      }
      return place.own == nil
        ? "there is no room for it here"
        : "what is free or in the pools is not as it was there\(since)"
    }
  }

  /// The difference after which another one is no wonder.
  private var since: String {
    guard let last = report.differences.last else { return "" }
    return ", perhaps since line \(last.event.line)"
  }

  /// Another CPU that got the one address when this one got the other.
  private func race(_ event: TraceEvent, _ index: Int, _ place: TracedPlace) -> String? {
    for (own, other) in chosen.reversed()
    where own == event.address && other.isOnAnotherCPU(than: event)
      && event.line &- other.line < Self.reach
    {
      return "the other half of the race of line \(other.line)"
    }
    guard let own = place.own else { return nil }
    for next in trace.events[(index + 1)...].prefix(Self.reach)
    where next.kind == .alloc && next.address == own && next.isOnAnotherCPU(than: event) {
      return "two CPUs raced: CPU \(next.cpu) got the address of this machine in line \(next.line)"
    }
    return nil
  }

  /// Line of a purge that ended soon after an event, on another CPU.
  private func purge(around index: Int) -> UInt32? {
    let event = trace.events[index]
    return trace.events[(index + 1)...].prefix(Self.reach / 2).first {
      $0.kind == .purge && $0.isOnAnotherCPU(than: event)
    }?.line
  }

  // MARK: Frees and purges

  private mutating func free(_ machine: borrowing Machine, _ event: TraceEvent) {
    report.frees += 1
    waiting.append(event.address)
    if !unfiled.isEmpty, unfiled.remove(event.address) != nil { return }
    switch machine.traces.replayFree(event.address, caller: caller) {
    case .freed(let size): report.busyBytes -= min(size, report.busyBytes)
    case .unknown:
      report.unknownFrees += 1
      if report.unknownFrees == 1 {
        report.note(
          Int(event.line),
          "nothing starts at \(hexadecimal(event.address)): it was allocated before the trace began, "
            + "or by what is no event (per-CPU areas)")
      }
    case .kept:
      report.keptFrees += 1
      if report.keptFrees == 1 {
        report.note(
          Int(event.line),
          "\(hexadecimal(event.address)) belongs to an object of this machine, and stays")
      }
    }
  }

  private mutating func purge(_ machine: borrowing Machine, _ event: TraceEvent, _ index: Int) {
    report.purges += 1
    let isFull = reclaiming[event.pid] == false
    if isFull { reclaiming[event.pid] = true }
    var late = 0
    // The event says how many areas the purge found; kernels that merge what waits count ranges.
    if trace.lostMarks == 0, trace.badLines == 0, !machine.traces.mergesLazyAreas {
      let expected = waitingBefore + waiting.count
      if expected > Int(clamping: event.align) {
        late = min(waiting.count, expected - Int(event.align))
      } else if expected < Int(clamping: event.align) {
        takeEarly(machine, event, index, Int(clamping: event.align) - expected)
      }
    }
    let kept = waiting.suffix(late)
    machine.traces.replayPurge(full: isFull, butFor: kept)
    waiting = Array(kept)
    waitingBefore = 0
  }

  /// Does the frees that a purge has found although their events come behind it: a free is an event
  /// when the area waits already.
  private mutating func takeEarly(
    _ machine: borrowing Machine, _ event: TraceEvent, _ index: Int, _ count: Int
  ) {
    var left = count
    for at in (index + 1)..<min(trace.events.count, index + 1 + Self.reach) where left > 0 {
      let next = trace.events[at]
      if next.kind == .purge { break }
      guard next.kind == .free, next.isOnAnotherCPU(than: event), !done.contains(at) else {
        continue
      }
      done.insert(at)
      report.events += 1
      machine.traces.runsTraced(on: max(0, Int(next.cpu)))
      free(machine, next)
      left -= 1
    }
    machine.traces.runsTraced(on: max(0, Int(event.cpu)))
  }

  // MARK: Samples

  private mutating func sample(_ machine: borrowing Machine, _ event: TraceEvent) {
    let map = machine.map
    report.samples.append(
      ReplaySample(
        line: Int(event.line), time: event.time,
        vmallocHole: machine.traces.largestFree(from: map.vmallocStart, to: map.vmallocEnd &+ 1),
        modulesHole: machine.traces.largestFree(from: map.modulesStart, to: AddressMap.modulesEnd),
        busy: report.busyBytes))
  }
}
