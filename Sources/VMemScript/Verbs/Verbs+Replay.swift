internal import Glibc
internal import VMem
internal import VMemViews

extension Subsystem {
  static let traces = Subsystem(
    "replay",
    verbs: Verb.traces)
}

/// Traces of real machines.
extension Verb {
  static let traces: [Verb] = [
    Verb(
      "replay", .areas, .nothing, .writer, [.traceFile], options: [.isStrict, .plotFile],
      summary:
        "do once more what a trace of the vmalloc tracepoints has, and compare every address",
      kernel: "alloc_vmap_area, free_vmap_area_noflush, purge_vmap_area_lazy",
      returns: """
        text: counts, what to know of the trace by line, then each address that differs, why, and \
        the areas beside it; with --strict exit 2 at the first one
        """,
      example: "replay trace.txt", facts: [.replaces, .lasts],
      exits: [
        ExitCondition(.failedExpectation, when: "--strict is said, and an address differs"),
        .foreignLine, .noFile, .cannotMakePicture, .sameFile, .sessionsFile,
      ], .control(replay),
      check: { parser throws(LineFailure) in try parser.call.checkReplay() }, ask: readTrace,
      details: tracing)
  ]

  /// How a trace is made; the program's lines are those of ftrace, with nanoseconds.
  private static let tracing: StaticString = """
    Make a trace in one of these ways, as root:

      cd /sys/kernel/tracing; echo 1 > events/vmalloc/enable; sleep 60; cat trace > /tmp/trace.txt
      trace-cmd record -e vmalloc sleep 60; trace-cmd report > trace.txt
      perf record -a -e 'vmalloc:*' sleep 60; perf script > trace.txt
      bpftrace -e 'tracepoint:vmalloc:alloc_vmap_area { printf("%s-%d [%d] %llu: \
    alloc_vmap_area: va_start: %lu size=%lu align=%lu vstart=0x%lx vend=0x%lx failed=%d\\n", comm, \
    tid, cpu, nsecs, args.addr, args.size, args.align, args.vstart, args.vend, args.failed); } \
    tracepoint:vmalloc:free_vmap_area_noflush { printf("%s-%d [%d] %llu: \
    free_vmap_area_noflush: va_start=0x%lx nr_lazy=%lu nr_lazy_max=%lu\\n", comm, tid, cpu, nsecs, \
    args.va_start, args.nr_lazy, args.nr_lazy_max); } tracepoint:vmalloc:purge_vmap_area_lazy { \
    printf("%s-%d [%d] %llu: purge_vmap_area_lazy: start=0x%lx end=0x%lx num_purged=%u\\n", comm, \
    tid, cpu, nsecs, args.start, args.end, args.npurged); }' > trace.txt

    Lines of "A ADDRESS SIZE ALIGN START END FAILED", the first three in decimal, are read, too.
    Events are taken in the order of their time stamps, each on its CPU. To begin where the traced
    machine did: boot with --lists and --rows, or import its rows; rows do not tell what the pools
    of kernels from 6.9 on keep. Attempts that failed count as allocations, too.
    """

  /// Reads the trace, and opens the picture: what is wrong with them is known before the machine is
  /// touched.
  private static func readTrace(_ interpreter: inout Interpreter) throws(LineFailure) {
    var file = try interpreter.call.traceFile(for: interpreter.fileName)
    let replayer = try interpreter.call.replayer(&file)
    let hasPicture = interpreter.call.arguments.has(.plotFile)
    let picture = hasPicture ? try interpreter.openBeside(.plotFile, apartFrom: .traceFile) : nil
    interpreter.trace = TraceInput(file.name, replayer, picture: picture)
  }

  private static func replay(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    guard let input = interpreter.trace else { return .ok }
    interpreter.trace = nil
    var replayer = input.replayer
    let caller: Ref<Symbol>
    do throws(Refusal) {
      let bytes = Array("replay+0x0/0x0".utf8)
      caller = try interpreter.machine.intern(caller: bytes.span)
    } catch {
      throw .refusal(error)
    }
    replayer.run(interpreter.machine, caller: caller)
    let report = replayer.report
    if let picture = input.takePicture() {
      let name = input.name
      try interpreter.write(picture, .plotFile) { writer in
        Views.replay(name, report.samples, to: &writer)
      }
    }
    let trace = replayer.trace
    let result = interpreter.call.view { output in report.write(trace, to: &output) }
    guard report.isStopped, let first = report.differences.first else { return result }
    throw .assertion(
      "line \(first.event.line) of the trace has "
        + (first.event.failed ? "a failure" : hexadecimal(first.event.address))
        + ", this machine \(first.own.map { hexadecimal($0) } ?? "no room"): \(first.why)")
  }
}

extension Parameter {
  static let traceFile = Parameter(
    id: 190, .word, "FILE",
    """
    a trace as text: of ftrace (trace or trace_pipe), trace-cmd report, perf script, or the bpftrace \
    program below; - is standard input
    """)
  static let isStrict = Parameter(
    id: 191, option: "--strict", .flag, "stop at the first difference, with exit 2")
  static let plotFile = Parameter(
    id: 192, option: "--plot", .word, "FILE.svg",
    "draw the largest holes and the bytes in use over time, as SVG")
}

extension Call {
  fileprivate func checkReplay() throws(LineFailure) {
    guard arguments.has(.plotFile), word(.plotFile) == "-" else { return }
    throw .script(
      "standard output is for the report", hint: "name a file for the picture",
      tokens[arguments.token(.plotFile)])
  }

  /// The file of the trace, open.
  ///
  /// - Parameter script: the name of the script that the line is of.
  fileprivate func traceFile(for script: String?) throws(LineFailure) -> LineFile {
    let token = tokens[arguments.token(.traceFile)]
    let path = token.text.string
    try checkIsNoScript(path, script, token)
    try checkIsForeign(path, token)
    if let file = LineFile(path: path) { return file }
    throw Self.unreadable(path, token)
  }

  /// What replays it.
  fileprivate func replayer(_ file: inout LineFile) throws(LineFailure) -> Replayer {
    let token = tokens[arguments.token(.traceFile)]
    let trace: Trace?
    do throws(TraceReader.Defect) {
      trace = try TraceReader.read(&file)
    } catch {
      throw .script("\(file.name):\(error.line): \(error.message)", token)
    }
    guard let trace else { throw Self.unreadable(token.text.string, token) }
    return Replayer(trace, isStrict: arguments.has(.isStrict))
  }
}
