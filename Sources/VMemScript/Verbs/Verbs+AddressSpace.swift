internal import VMem
internal import VMemViews

extension Subsystem {
  static let addressSpace = Subsystem(
    "holes fit totals",
    verbs: Verb.addressSpace, counters: Counter.addressSpace)
}

/// What is occupied, what is free, and what would fit: of the machine, or of a file of rows.
extension Verb {
  static let addressSpace: [Verb] = [
    Verb(
      "holes", .views, .nothing, .reader, [],
      options: [.top, .mapRange, .purged, .vmallocinfoFile, .prometheus],
      summary: "list the holes of the vmalloc space, the largest first, and what lies beside them",
      returns: """
        text: a line a hole: first byte, end, bytes, what lies below and above; then how many more. \
        Of a file without real addresses what the holes are at least
        """,
      example: "holes --top 3 --purged", exits: [.foreignLine, .noFile], .control(holes)),
    Verb(
      "fit", .views, .nothing, .reader, [.size],
      options: [.flags, .align, .searchRange, .vmallocinfoFile, .prometheus],
      summary: "say which address get_vm_area would return; nothing changes",
      kernel: "__get_vm_area_node",
      returns: """
        the address, or NULL and why: the largest hole, holes that are not aligned, what a purge \
        gives, and which areas stand between the largest neighbouring holes. Of a file that does not \
        tell where the vmalloc window ends, a sentence instead of NULL. With --prometheus whether \
        there is an address
        """,
      example: "fit 16M --align 2M", exits: [.foreignLine, .noFile],
      answers: [
        .reserves,
        [
          .null(.sizeRoundsToZero, .sizeWraps, .alignmentNotPowerOfTwo),
          .bug(.sizeWraps, .alignmentNotPowerOfTwo), .errno(.EBUSY, .cpuInTheMiddle, .cpuSleeps),
          .note(.onlyAfterPurge),
        ],
      ], .control(fit)),
    Verb(
      "totals", .views, .nothing, .reader, [],
      options: [totalKeys.parameter, .mapRange, .vmallocinfoFile, .prometheus],
      summary: "add up areas, their addresses and their pages",
      returns: """
        text: a line a group, the largest first: areas, bytes of addresses, pages, and what part of \
        the vmalloc space or of --range that is; then the same of the modules' space, if areas lie \
        there, and of what lies elsewhere
        """,
      example: "totals --by module", exits: [.foreignLine, .noFile], .control(totals)),
  ]

  /// Lines of `holes` when no other number is asked for.
  private static let defaultTop: UInt64 = 20

  // MARK: holes

  private static func holes(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let isMetric = try interpreter.call.wantsMetrics()
    try interpreter.call.checkTop()
    guard interpreter.call.arguments.has(.vmallocinfoFile) else {
      return try holes(interpreter.machine, &interpreter.call, isMetric)
    }
    let file = try interpreter.call.vmallocinfo(for: interpreter.fileName)
    guard file.addresses == .real else {
      try interpreter.call.refuseRange(file)
      let purged = interpreter.call.arguments.has(.purged)
      let chains = AddressChains(file, purged: purged)
      return interpreter.call.view { output in
        guard isMetric else { return Views.holes(chains, to: &output) }
        output.writer.write(Views.holeMetrics(chains).span)
      }
    }
    let space = try interpreter.call.space(file, .mapRange)
    return holes(space, file, &interpreter.call, isMetric)
  }

  private static func holes(
    _ machine: borrowing Machine, _ call: inout Call, _ isMetric: Bool
  ) throws(LineFailure) -> Result {
    let range = call.arguments.has(.mapRange) ? try call.shownRange(.mapRange) : nil
    return holes(AddressSpace(machine, in: range), machine, &call, isMetric)
  }

  private static func holes<S: AddressSource & ~Copyable>(
    _ space: AddressSpace, _ source: borrowing S, _ call: inout Call, _ isMetric: Bool
  ) -> Result {
    let isPurged = call.arguments.has(.purged)
    let space = isPurged ? space.purged(source.idleBlocks) : space
    let most = Int(clamping: call.arguments[.top, default: defaultTop])
    return call.view { output in
      guard isMetric else { return Views.holes(space, of: source, most: most, to: &output) }
      output.writer.write(Views.holeMetrics(space).span)
    }
  }

  // MARK: fit

  private static func fit(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let isMetric = try interpreter.call.wantsMetrics()
    if interpreter.call.arguments.has(.vmallocinfoFile) {
      let file = try interpreter.call.vmallocinfo(for: interpreter.fileName)
      return try fit(file, &interpreter.call, isMetric)
    }
    do throws(Refusal) {
      guard isMetric else { return try fit(interpreter.machine, &interpreter.call) }
      return try fitMetrics(interpreter.machine, &interpreter.call)
    } catch {
      throw .refusal(error)
    }
  }

  private static func fit(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.searchRange)
    let hasRange = call.arguments.has(.searchRange)
    let flags = call.areaFlags
    let align = call.arguments[.align, default: 1]
    do throws(Refusal) {
      return .address(
        try machine.fit(
          size: call.arguments[.size], flags: flags, align: align, start: hasRange ? start : nil,
          end: hasRange ? end : nil))
    } catch {
      if hasRange, end != 0, end <= start {
        call.explainNoRange()
      } else if error.rule == .noHole || error.rule == .holePastRangeEnd,
        let need = VMAreas.extent(call.arguments[.size], flags, align: align)
      {
        let (from, to) =
          hasRange ? (start, end) : (machine.map.vmallocStart, machine.map.vmallocEnd)
        call.explain(
          FitReport(
            Extent(size: need.size, align: need.align), in: AddressSpace(machine, in: (from, to)),
            of: machine, from: from, to: to))
      }
      throw error
    }
  }

  /// Whether `fit` finds an address, as metrics.
  private static func fitMetrics(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let extent = try call.extent(pageShift: 12)
    var fits = true
    do throws(Refusal) {
      _ = try fit(machine, &call)
    } catch {
      // Who cannot be asked does not say no.
      guard error.outcome == .null else { throw error }
      fits = false
    }
    call.explanation = nil
    call.note = nil
    let range = call.arguments.has(.searchRange) ? call.range(.searchRange) : nil
    let space = AddressSpace(machine, in: range)
    let size = call.arguments[.size]
    return call.view { output in
      output.writer.write(Views.fitMetrics(extent, asked: size, fits: fits, in: space).span)
    }
  }

  private static func fit(
    _ file: VmallocinfoFile, _ call: inout Call, _ isMetric: Bool
  ) throws(LineFailure) -> Result {
    let extent: Extent
    do throws(Refusal) {
      extent = try call.extent(pageShift: file.pageShift)
    } catch {
      throw .refusal(error)
    }
    guard file.addresses == .real else {
      try call.refuseRange(file)
      let chains = AddressChains(file)
      let size = call.arguments[.size]
      return call.view { output in
        guard isMetric else { return Views.fit(extent, chains, to: &output) }
        output.writer.write(Views.fitMetrics(extent, asked: size, in: chains).span)
      }
    }
    let space = try call.space(file, .searchRange)
    // The kernel takes the window's last byte for the end of searches.
    let range = try call.range(of: file, .searchRange)
    let end = call.arguments.has(.searchRange) ? range.end : range.end &- 1
    let place = space.place(for: extent, from: range.start, to: end)
    let later = place ?? space.purged([]).place(for: extent, from: range.start, to: end)
    if isMetric {
      let fits = later == nil && !space.isWhole ? nil : later != nil
      let size = call.arguments[.size]
      return call.view { output in
        output.writer.write(Views.fitMetrics(extent, asked: size, fits: fits, in: space).span)
      }
    }
    if let place { return .address(place) }
    if let place = later {
      call.note = Refusal(.null, .onlyAfterPurge, extent.size)
      return .address(place)
    }
    if range.end != 0, range.end <= range.start {
      call.explainNoRange()
    } else {
      let report = FitReport(extent, in: space, of: file, from: range.start, to: end)
      guard space.isWhole else {
        return call.view { output in Views.fitUnknown(report, to: &output) }
      }
      call.explain(report)
    }
    throw .refusal(Refusal(.null, .noHole, extent.size, extent.align))
  }

  // MARK: totals

  private static func totals(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let isMetric = try interpreter.call.wantsMetrics()
    let key = interpreter.call.choice(totalKeys) ?? .kind
    let totals: AddressTotals
    if interpreter.call.arguments.has(.vmallocinfoFile) {
      let file = try interpreter.call.vmallocinfo(for: interpreter.fileName)
      totals = try self.totals(file, &interpreter.call, key)
    } else {
      totals = try self.totals(interpreter.machine, interpreter.call, key)
    }
    return interpreter.call.view { output in
      guard isMetric else { return Views.totals(totals, to: &output) }
      output.writer.write(Views.metrics(totals).span)
    }
  }

  private static func totals(
    _ machine: borrowing Machine, _ call: borrowing Call, _ key: AddressTotals.Key
  ) throws(LineFailure) -> AddressTotals {
    let hasRange = call.arguments.has(.mapRange)
    let space = AddressSpace(machine, in: hasRange ? try call.shownRange(.mapRange) : (0, 0))
    let windows: [AddressTotals.Window] =
      hasRange
      ? [.init(space.label, (space.start, space.last))]
      : [
        .init("vmalloc", (machine.map.vmallocStart, machine.map.vmallocEnd)),
        .init("modules", (machine.map.modulesStart, AddressMap.modulesEnd - 1)),
      ]
    guard key == .node else { return AddressTotals(space, by: key, windows: windows) }
    return AddressTotals(
      nodesOf: machine, in: hasRange ? (space.start, space.last) : nil, windows: windows)
  }

  private static func totals(
    _ file: VmallocinfoFile, _ call: inout Call, _ key: AddressTotals.Key
  ) throws(LineFailure) -> AddressTotals {
    guard file.addresses == .real else {
      try call.refuseRange(file)
      let window = AddressChains(file).window ?? 0
      return key == .node
        ? AddressTotals(nodesOf: file, window: window)
        : AddressTotals(file, by: key, window: window)
    }
    let hasRange = call.arguments.has(.mapRange)
    let space = try call.space(file, hasRange ? .mapRange : nil)
    let windows =
      hasRange
      ? [AddressTotals.Window(space.label, (space.start, space.last))] : file.windowsOfTotals
    guard key == .node else {
      return AddressTotals(space, by: key, windows: windows, pageShift: file.pageShift)
    }
    return AddressTotals(
      nodesOf: file, in: hasRange ? (space.start, space.last) : nil, windows: windows)
  }
}

extension Call {
  /// Refuses a list of no lines.
  fileprivate func checkTop() throws(LineFailure) {
    let most = arguments[.top, default: 1]
    guard !(1...UInt64(Int.max)).contains(most) else { return }
    throw .script(
      "--top \(Int64(bitPattern: most)) is no number of lines", hint: "1 or more",
      tokens[arguments.token(.top)])
  }
}

extension Verb {
  private static let totalKeys = Choice<AddressTotals.Key>(
    id: 213, option: "--by",
    ["caller": .caller, "kind": .kind, "module": .module, "node": .node],
    """
    who asked for the area, what it is, the module of who asked, or the nodes of its pages (default \
    kind)
    """)
}

extension Counter {
  static let addressSpace: [Counter] = [
    Counter("machine", "largest_hole", "bytes of the largest hole of vmalloc space") { m, _ in
      holes(m).largest
    },
    Counter(
      "machine", "fragmentation",
      "thousandths of the free vmalloc space that its largest hole lacks"
    ) { m, _ in holes(m).fragmentation },
  ]

  private static func holes(_ machine: borrowing Machine) -> HoleSummary {
    var summary = HoleSummary()
    let (first, last) = (machine.map.vmallocStart, machine.map.vmallocEnd)
    machine.vmAreas.forEachFreeBlock { start, end in
      let (from, to) = (max(start, first), min(end &- 1, last))
      if from <= to { summary.add(to - from + 1) }
    }
    return summary
  }
}

extension Parameter {
  static let top = Parameter(
    id: 210, option: "--top", .number, "N", "lines at most, 1 or more (default 20)")
  static let purged = Parameter(
    id: 211, option: "--purged", .flag,
    "as a purge of everything would leave it; nothing is purged")
  static let vmallocinfoFile = Parameter(
    id: 212, option: "--file", .word, "FILE",
    """
    not of the machine, but of this file of /proc/vmallocinfo's rows, or that file itself; - is \
    standard input
    """)
  static let prometheus = Parameter(
    id: 214, option: "--prometheus", .flag, "as metrics in Prometheus's text format, no --json")
}
