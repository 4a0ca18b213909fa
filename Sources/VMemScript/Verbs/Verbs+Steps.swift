internal import VMem
internal import VMemViews

extension Subsystem {
  static let steps = Subsystem(
    "step",
    verbs: Verb.steps)
}

/// Calls in parts, so that two CPUs interleave in a stated order.
extension Verb {
  static let steps: [Verb] = [
    Verb(
      "step", .machine, .nothing, .writer, [.steppedCPU, .dividedCall],
      summary: "let a CPU do the first part of a call, or the next part of the one it has begun",
      returns: """
        N/M and what was done; -ENOENT without a call, -EBUSY on a CPU that has one; until the last \
        part only interrupts (context irq) run on that CPU
        """,
      example: "step 0 vunmap_range a..a+4K\nstep 0", facts: [.forBusyCPUs, .namesCPU],
      answers: [
        [
          .errno(.EINVAL, .noSuchCPU), .errno(.ENOENT, .noCallToStep),
          .errno(.E2BIG, .tooManySteps),
          .errno(.EBUSY, .cpuInTheMiddle, .cpuSleeps, .cpuInInterrupt, .purgeUnderWay),
          .errno(.ENOMEM, .noFrames), .note(.otherCallEnded),
        ]
      ],
      .control(step), check: checkStep)
  ]

  private static func step(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let cpu = interpreter.call.arguments[.steppedCPU]
    let words = interpreter.call.words(.dividedCall)
    let call =
      words.isEmpty
      ? nil
      : try interpreter.call.dividedCall(
        interpreter.machine, interpreter.table, words.lowerBound)
    do throws(Refusal) {
      let done =
        if let call {
          try interpreter.machine.steps.begin(call, on: cpu)
        } else {
          try interpreter.machine.steps.step(cpu)
        }
      interpreter.call.scratch.write("\(done.number)/\(done.total) \(text(done))")
    } catch {
      guard let call, isIgnored(error, by: call) else { throw .refusal(error) }
      interpreter.call.note = interpreter.call.note ?? error
      interpreter.call.scratch.write("1/1 done: nothing to divide")
    }
    return .line
  }

  /// Whether a call that returns nothing passes over what it refuses.
  private static func isIgnored(_ error: Refusal, by call: DividedCall) -> Bool {
    switch call {
    case .vmAreaUnmapPages: isIgnored(error)
    case .arenaFreePages: error.outcome == .null
    default: false
    }
  }

  private static func checkStep(_ parser: inout Parser) throws(LineFailure) {
    let words = parser.call.words(.dividedCall)
    guard !words.isEmpty else { return }
    _ = try parser.call.dividedCall(parser.names, parser.table, words.lowerBound)
  }

  private static func text(_ step: Step) -> String {
    switch step.part {
    case .whole: "done: nothing to divide"
    case .entriesCleared: "entries cleared, nothing flushed yet"
    case .permissionsReset: "permissions of the direct map reset"
    case .pagesFreed: "pages freed"
    case .pageMapped: "page mapped at \(hexadecimal(step.value))"
    case .listsDetached: "lazy areas taken, nothing flushed yet"
    case .tlbFlushed: "TLB of CPU \(step.value) flushed"
    case .addressesGivenBack: "addresses given back"
    case .lockTaken: "the arena's lock taken"
    case .markCleared: "the task's mark cleared, nothing refilled yet"
    case .slotFilled: "slot \(step.value) of the stash refilled"
    case .slotLost: "slot \(step.value) of the stash has no page any more"
    case .slotNotMarked: "slot \(step.value) of the stash was refilled meanwhile"
    case .usersZapped: "pages taken from the users of \(hexadecimal(step.value))"
    }
  }
}

extension Interpreter {
  /// Notes that a line has ended another CPU's call, which it had to wait for.
  ///
  /// - Parameter before: the CPUs that were in the middle of calls.
  @inline(never)
  mutating func noteEndedCalls(_ before: UInt64, _ line: Line) {
    guard call.note == nil, shapes[Int(line.head.verb)].effect == .writer else { return }
    let facts = shapes[Int(line.head.verb)].facts
    let own = facts.contains(.namesCPU) ? call.arguments[.steppedCPU] : UInt64(machine.cpu)
    let ended = before & ~machine.steps.busyCPUs & ~(own < 64 ? 1 << own : 0)
    guard ended != 0 else { return }
    call.note = Refusal(.null, .otherCallEnded, UInt64(ended.trailingZeroBitCount))
  }
}

extension Call {
  /// The call that the words from `at` on make.
  fileprivate mutating func dividedCall<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ table: borrowing VerbTable, _ at: Int
  ) throws(LineFailure) -> DividedCall {
    let token = tokens[at]
    guard let index = table.find(token.text), let parts = table[index].parts else {
      let divided = table.verbs.filter { $0.parts != nil }.map { "\($0.name)" }
      throw .script(
        "\(quoted(token.text.string)) is not divided into parts",
        hint: "divided are \(divided.joined(separator: " "))", token)
    }
    var shapes = Shapes()
    shapes.prepare(index, table)
    try decode(scope, shapes.place(index), from: at + 1)
    return try parts(&self)
  }
}

extension Parameter {
  static let steppedCPU = Parameter(
    id: 100, .number, "CPU", "the CPU that does the part; the current one stays what it is")
  static let dividedCall = Parameter(
    id: 101, .optionalRest, "[VERB ARGUMENT…]",
    """
    the call that begins: vfree, vm_area_map_pages, vmap_pages_range, vm_area_unmap_pages, \
    vunmap_range, vm_unmap_aliases, drain_vmap_work, arena_free_pages or schedule; without it the \
    next part is done
    """)
}
