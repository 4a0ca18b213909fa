internal import VMem
internal import VMemViews

extension Subsystem {
  static let stacks = Subsystem(
    """
    stack_alloc stack_free stack_touch stack_run stack_reclaim stack_stat schedule
    """,
    verbs: Verb.stacks, counters: Counter.stacks)
}

extension Verb.Group {
  static let stacks = Verb.Group("stacks", "Stacks of threads")
}

/// Stacks of threads.
extension Verb {
  static let stacks: [Verb] = [
    Verb(
      "stack_alloc", .stacks, .address, .writer,
      options: [.stackSize, policies.parameter, .caller],
      summary: "make a thread's stack", kernel: "alloc_thread_stack_node",
      returns: "its lowest address, -EINVAL for another size, or NULL",
      example: "t = stack_alloc --policy dynamic",
      answers: [.reserves, .mapsOwnArea, [.errno(.EINVAL, .stackSize), .null(.noFrames)]],
      .call(allocate)),
    Verb(
      "stack_free", .stacks, .nothing, .writer, [.stack],
      summary: "give a stack back, with its pages", kernel: "free_thread_stack",
      returns: "0, or -ENOENT", example: "t = stack_alloc\nstack_free t",
      answers: [[.errno(.ENOENT, .noStack)]], .call(free)),
    Verb(
      "stack_touch", .stacks, .nothing, .writer, [.stack, .stackDepth], options: [.stackWrite],
      summary: "access the word so deep on a stack, as a push does; a dynamic one gets its pages",
      kernel: "dynamic_stack_fault", returns: "0, -ENOENT, or -EFAULT and an oops in the log",
      example: "t = stack_alloc --policy dynamic\nstack_touch t 5000 --write\nread t.end-5000 8",
      answers: [
        [
          .errno(.ENOENT, .noStack),
          .fault(.stackGuard, .belowStack, .aboveStack, .doubleFault),
        ], .faults,
      ],
      .call(touch)),
    Verb(
      "stack_run", .stacks, .nothing, .writer, [.stack, .runDepth], options: [.runFrame],
      summary: "run a native function on a stack, which calls itself until it is so deep",
      returns: """
        bytes of its frames, -ENOENT, -EINVAL, -ENOMEM without a window of the host, or -EFAULT and \
        an oops in the log
        """,
      example: "t = stack_alloc --policy dynamic\nstack_run t --depth 12K\nread t.end-12K 8",
      answers: [
        [
          .errno(.ENOENT, .noStack), .errno(.EINVAL, .stackFrame, .noDepth),
          .errno(.ENOMEM, .noHostWindow),
          .fault(.stackGuard, .belowStack, .aboveStack, .doubleFault, .invalidFrame),
        ]
      ],
      .call(run)),
    Verb(
      "stack_reclaim", .stacks, .nothing, .writer, [.stack],
      summary: "take back the pages of a stack that were never accessed",
      returns: "how many pages, -ENOENT, or -EINVAL for a stack of another policy",
      example: "t = stack_alloc --policy reclaim\nstack_touch t 8\nstack_reclaim t",
      answers: [[.errno(.ENOENT, .noStack), .errno(.EINVAL, .notReclaimable)]],
      .call(takeBack)),
    Verb(
      "stack_stat", .stacks, .nothing, .reader,
      summary: "show every stack, their statistics, and the CPUs' stashes",
      returns: "text: a line a stack, the statistics in kB, a line a CPU", example: "stack_stat",
      .call(stat)),
    Verb(
      "schedule", .stacks, .nothing, .writer,
      summary: "enter the scheduler: what the task has taken from the CPU's stash is replaced",
      kernel: "__schedule", returns: "0", example: "schedule",
      answers: [[.warns("scheduling while atomic")]], .call(schedule),
      parts: { _ throws(LineFailure) in .schedule }),
  ]

  /// What vmallocinfo names as caller of the stacks of a 6.18 kernel.
  private static let caller: StaticString = "kernel_clone+0x94/0x3e0"

  private static func allocate(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var symbol = Ref<Symbol>.none
    if call.arguments.has(.caller) {
      symbol = try call.caller(machine)
    } else {
      // Safe: literals live as long as the process.
      let name = unsafe Text(base: caller.utf8Start, count: caller.utf8CodeUnitCount)
      symbol = try name.withSpan { span throws(Refusal) in try machine.intern(caller: span) }
    }
    return .address(
      try machine.stacks.allocateStack(
        size: call.arguments[.stackSize, default: 16384],
        policy: call.choice(policies) ?? .static, caller: symbol))
  }

  private static func free(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.stacks.freeStack(call.arguments[.stack])
    return .ok
  }

  private static func touch(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.stacks.touchStack(
      call.arguments[.stack], depth: call.arguments[.stackDepth],
      isWrite: call.arguments.has(.stackWrite))
    return .ok
  }

  private static func run(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(
      try machine.stacks.runOnStack(
        call.arguments[.stack], depth: call.arguments[.runDepth],
        frame: call.arguments[.runFrame, default: 256]))
  }

  private static func takeBack(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(try machine.stacks.reclaimStack(call.arguments[.stack]))
  }

  private static func stat(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.stackStat(machine, to: &output) }
  }

  private static func schedule(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.schedule()
    return .ok
  }
}

extension Verb {
  private static let policies = Choice<StackPolicy>(
    id: 147, option: "--policy", ["static": .static, "dynamic": .dynamic, "reclaim": .reclaim],
    """
    static: all pages at once; dynamic: the top one, others by faults; reclaim: all, and \
    stack_reclaim takes back what was never accessed (default static)
    """)
}

extension Counter {
  static let stacks: [Counter] = [
    Counter("machine", "kernel_stack", "kB of stacks (nr_kernel_stack)") { m, _ in
      m.stacks.stackStatistics.kernel
    },
    Counter(
      "machine", "stack_faults", "kB of them that faults have mapped (nr_dynamic_stacks_faults)"
    ) { m, _ in m.stacks.stackStatistics.faults },
    Counter("machine", "stash", "pages in the current CPU's stash") { m, _ in
      UInt64(m.stacks.stackStash(ofCPU: m.cpu).count { $0.pfn != nil && !$0.isTaken })
    },
  ]
}

extension Parameter {
  static let stack = Parameter(
    id: 145, .address, "STACK", "a stack, by its lowest address")
  static let stackSize = Parameter(
    id: 146, option: "--size", .number, "SIZE",
    "4K 8K 16K 32K or 64K, its alignment too (default 16K)")
  static let stackDepth = Parameter(
    id: 148, .number, "DEPTH", "bytes below the top; what is negative lies above")
  static let stackWrite = Parameter(
    id: 149, option: "--write", .flag, "write the word's depth there; otherwise read")
  static let runDepth = Parameter(
    id: 150, option: "--depth", .number, "BYTES",
    "bytes below the top that the native code's frames are to reach")
  static let runFrame = Parameter(
    id: 151, option: "--frame", .number, "BYTES",
    "bytes of a frame, 16 to 64K, a multiple of 16 (default 256)")
}
