internal import VMem
internal import VMemViews

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
      example: "step 0 vunmap_range a..a+4K\nstep 0", .control(step))
  ]

  /// Verbs that `step` can divide.
  static let divided = [
    "vfree", "vm_area_map_pages", "vmap_pages_range", "vm_area_unmap_pages", "vunmap_range",
    "vm_unmap_aliases", "drain_vmap_work", "arena_free_pages", "schedule",
  ]

  private static func step(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let cpu = interpreter.call.arguments[.steppedCPU]
    let words = interpreter.call.words(.dividedCall)
    let call = words.isEmpty ? nil : try dividedCall(&interpreter, words.lowerBound)
    do throws(Refusal) {
      let done =
        if let call {
          try interpreter.machine.begin(call, on: cpu)
        } else {
          try interpreter.machine.step(cpu)
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

  /// The call that the words from `at` on make.
  private static func dividedCall(
    _ interpreter: inout Interpreter, _ at: Int
  ) throws(LineFailure) -> DividedCall {
    let token = interpreter.call.tokens[at]
    let name = token.text.string.split(separator: "-").joined(separator: "_")
    guard divided.contains(name), let index = interpreter.table.find(token.text) else {
      throw .script(
        "\(interpreter.call.quoted(token.text.string)) is not divided into parts",
        hint: "divided are \(divided.joined(separator: " "))", token)
    }
    try interpreter.call.decode(interpreter.machine, interpreter.shapes[index], from: at + 1)
    let (start, end) = interpreter.call.range(.range)
    switch name {
    case "vfree": return .vfree(interpreter.call.arguments[.address])
    case "vm_unmap_aliases": return .unmapAliases
    case "drain_vmap_work": return .drain
    case "schedule": return .schedule
    case "arena_free_pages":
      return .arenaFreePages(
        arena: interpreter.call.arguments[.arena],
        address: interpreter.call.arguments[.address],
        count: interpreter.call.pageCount())
    case "vunmap_range": return .vunmapRange(start: start, end: end)
    case "vm_area_unmap_pages":
      return .vmAreaUnmapPages(area: interpreter.call.arguments[.area], start: start, end: end)
    case "vm_area_map_pages":
      return .vmAreaMapPages(
        area: interpreter.call.arguments[.area], start: start, end: end,
        pages: interpreter.call.arguments.pages)
    default:
      let list = interpreter.call.tokens[interpreter.call.arguments.token(.pagesOrNull)]
      guard !(list.text == "null") else {
        throw .script("tables alone are not built in parts", list)
      }
      return .vmapPagesRange(start: start, end: end, pages: interpreter.call.arguments.pages)
    }
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
    guard call.note == nil, shapes[line.head.verb].effect == .writer else { return }
    let isStep = "\(table.verbs[line.head.verb].name)" == "step"
    let own = isStep ? call.arguments[.steppedCPU] : UInt64(machine.cpu)
    let ended = before & ~machine.busyCPUs & ~(own < 64 ? 1 << own : 0)
    guard ended != 0 else { return }
    call.note = Refusal(.null, .otherCallEnded, UInt64(ended.trailingZeroBitCount))
  }
}
