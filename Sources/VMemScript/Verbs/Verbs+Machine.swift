internal import VMem
internal import VMemViews

extension Subsystem {
  static let machine = Subsystem(
    """
    boot import_vmallocinfo info meminfo buddyinfo dmesg check cpu task kernel_thread \
    do_exit context
    """,
    verbs: Verb.machine, counters: Counter.machine)
}

extension Verb.Group {
  static let machine = Verb.Group("machine", "Machine")
}

extension Verb {
  static let machine: [Verb] = [
    Verb(
      "boot", .machine, .nothing, .language, [],
      options: [
        .memory, .highmem, .cpus, .nodes, .levels, .kernel, .config, .with, .without, .seed,
        .tlbEntries, .lazyMaximum, .window, .listsFile, .rowsFile,
      ],
      summary: "make the machine; only as a script's first line, and defaults apply without it",
      returns: "nothing is printed", example: "boot --memory 2G --cpus 4 --nodes 2 --kernel 7.0",
      facts: [.boots, .replaces],
      exits: [ExitCondition(.noInput, when: "--lists or --rows names no file"), .machineIsThere],
      .control(boot), check: checkBoot),
    importFile,
    Verb(
      "info", .machine, .nothing, .reader, [], options: [.hash],
      summary: "show what the machine is: CPUs, registers, windows",
      returns: "text", example: "info --hash", .call(info)),
    Verb(
      "meminfo", .machine, .nothing, .reader,
      summary: "show memory, as /proc/meminfo does", kernel: "meminfo_proc_show",
      returns: "text", example: "meminfo", .call(meminfo)),
    Verb(
      "buddyinfo", .machine, .nothing, .reader,
      summary: "show free blocks by order, as /proc/buddyinfo does", kernel: "frag_show",
      returns: "text", example: "buddyinfo", .call(buddyinfo)),
    Verb(
      "dmesg", .machine, .nothing, .reader,
      summary: "show the kernel log", kernel: "syslog_print", returns: "text",
      example: "dmesg", .call(dmesg)),
    Verb(
      "check", .machine, .nothing, .reader,
      summary: "verify every structure of the machine, and every frame of its image",
      returns: "0, or a line for each broken invariant and exit 4", example: "check",
      exits: [ExitCondition(.corrupt, when: "an invariant is broken")], .control(check)),
    Verb(
      "cpu", .machine, .nothing, .writer, [.cpu],
      summary: "choose the CPU that runs the calls to come",
      returns: "0, or -EINVAL", example: "cpu 3", facts: [.forBusyCPUs],
      answers: [[.errno(.EINVAL, .noSuchCPU)]], .call(selectCPU)),
    Verb(
      "task", .machine, .nothing, .writer, [.task], options: [.taskSpace],
      summary: "let a task run on the current CPU, with its address space if it has one",
      kernel: "context_switch",
      returns: """
        0, -ENOENT, or what the kmap answers in which it slept; BLOCKED while it sleeps; -EBUSY for one that \
        runs on another CPU or cannot leave it, -EINVAL, -EAGAIN, or -ENOMEM
        """,
      example: "task kworker/0:1", facts: [.forBusyCPUs],
      answers: [
        [
          .errno(.EINVAL, .taskName), .errno(.ENOENT, .noUserSpace),
          .errno(.EBUSY, .taskRuns, .migrationDisabled, .cpuInTheMiddle),
          .errno(.EAGAIN, .tooManyTasks), .errno(.ENOMEM, .noDescriptor),
          .blocked(.taskSleeps, .noKmapSlot), .bug(.sleepsInAtomic),
          .warns("scheduling while atomic"),
        ]
      ], .call(runTask)),
    Verb(
      "kernel_thread", .machine, .nothing, .writer, [.newTask],
      summary: "make a task that is a copy of the current one, but for what that has mapped",
      kernel: "kernel_thread, kmap_local_fork",
      returns: "the pid, -EEXIST, -EINVAL, -EAGAIN, or -ENOMEM; a warn where kmap_local is held",
      example: "kernel_thread child",
      answers: [
        [
          .errno(.EEXIST, .taskExists), .errno(.EINVAL, .taskName), .errno(.EAGAIN, .tooManyTasks),
          .errno(.ENOMEM, .noDescriptor), .warns("the task holds a mapping of kmap_local"),
        ], .sleeps,
      ], .call(makeTask)),
    Verb(
      "do_exit", .machine, .nothing, .writer,
      summary: "end the current task; the one the machine boots with runs instead",
      kernel: "do_exit", returns: "0, or -EINVAL for that one", example: "task worker\ndo_exit",
      answers: [
        [
          .errno(.EINVAL, .firstTask), .errno(.EBUSY, .migrationDisabled), .bug(.inInterrupt),
        ]
      ],
      .call(exitTask)),
    Verb(
      "context", .machine, .nothing, .writer, [contexts.parameter],
      summary: "put the current CPU into a context; only `process` may sleep",
      kernel: "in_interrupt", returns: "0",
      example: "context irq\nexpect warn vm_area_map_pages s s..s+1p P[0]",
      facts: [.forBusyCPUs], .call(setContext)),
  ]

  private static func info(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let hash = call.arguments.has(.hash)
    return call.view { output in Views.info(machine, hash: hash, to: &output) }
  }

  private static func meminfo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.meminfo(machine, to: &output) }
  }

  private static func buddyinfo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.buddyinfo(machine, to: &output) }
  }

  private static func dmesg(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    call.view { output in Views.dmesg(machine, to: &output) }
  }

  private static func check(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    var violations = interpreter.machine.check()
    interpreter.images?.forEachDamagedFrame { frame, sum, expected in
      violations.append(
        Violation("image: frame is not as it was written", UInt64(frame), UInt64(sum ^ expected)))
    }
    if violations.isEmpty { return .ok }
    _ = interpreter.call.view { output in Views.violations(violations, to: &output) }
    return .broken
  }

  private static func selectCPU(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.selectCPU(call.arguments[.cpu])
    return .ok
  }

  private static func runTask(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let mm = call.arguments.has(.taskSpace) ? call.arguments[.taskSpace] : nil
    let address = try call.word(.task).withSpan { name throws(Refusal) in
      try machine.tasks.run(task: name, mm: mm)
    }
    return address.map { .address($0) } ?? .ok
  }

  private static func makeTask(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(
      try call.word(.newTask).withSpan { name throws(Refusal) in
        try machine.highmem.kernelThread(name)
      })
  }

  private static func exitTask(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.highmem.exitTask()
    return .ok
  }

  private static func setContext(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    machine.context = call.required(contexts)
    return .ok
  }
}

extension Verb {
  private static let contexts = Choice<ExecutionContext>(
    id: 15,
    [
      "process": .process, "atomic": .atomic, "softirq": .softirq, "irq": .irq, "nmi": .nmi,
    ], "what the CPU is in; only `process` may sleep")
}

extension Counter {
  static let machine: [Counter] = [
    Counter("machine", "total", "pages of RAM") { _, c in c.totalFrames },
    Counter("machine", "managed", "pages the allocator has") { _, c in
      c.managedFrames
    },
    Counter("machine", "free", "pages that are free") { _, c in c.freeFrames },
    Counter("machine", "slab", "pages in slabs") { _, c in c.slabFrames },
    Counter("machine", "clock", "writing verbs, and calls of test_vmalloc") { m, _ in
      m.clock
    },
    Counter("machine", "warnings", "WARNs since boot") { m, _ in m.warnings },
    Counter("machine", "cpu", "the current CPU") { m, _ in UInt64(m.cpu) },
  ]
}

extension Parameter {
  static let memory = Parameter(
    id: 0, option: "--memory", .number, "BYTES",
    "RAM in bytes, whole pages, at most 64G (default 1G)")
  static let nodes = Parameter(
    id: 2, option: "--nodes", .number, "N", "NUMA nodes, 1 to 8, of at least 4M each (default 1)")
  static let levels = Parameter(
    id: 3, option: "--levels", .number, "N", "levels of page tables, 4 or 5 (default 4)")
  static let kernel = Parameter(
    id: 4, option: "--kernel", .word, "VERSION",
    "behave as this kernel, one of those that `help kernels` lists (default 6.18)",
    completion: { KernelVersion.allCases.map(\.text) })
  static let config = Parameter(
    id: 5, option: "--config", .word, "WORD,…",
    """
    how the kernel was built, words joined with commas: nr_cpus_8192 randomize_base \
    init_on_alloc, distribution for all of them, no_… to take one away (default none)
    """,
    completion: { ["distribution"] + BuildOption.all.flatMap { ["\($0.name)", "no_\($0.name)"] } })
  static let with = Parameter(
    id: 6, option: "--with", .word, "SWITCH,…",
    "switch on what the kernel version would not have; `help kernels` lists switches",
    completion: { Switch.all.map { "\($0.name)" } })
  static let without = Parameter(
    id: 7, option: "--without", .word, "SWITCH,…", "switch off what the kernel version would have",
    completion: { Switch.all.map { "\($0.name)" } })
  static let tlbEntries = Parameter(
    id: 9, option: "--tlb", .number, "N",
    "entries of each CPU's TLB: 12, 24, 48 … 12288, or 0 for none (default 1536)")
  static let lazyMaximum = Parameter(
    id: 215, option: "--lazy-max", .number, "N",
    """
    pages that may wait for a purge before one is due, lazy_max_pages (default 8192 for each doubling \
    of the CPUs)
    """)
  static let listsFile = Parameter(
    id: 10, option: "--lists", .word, "FILE",
    "begin with these areas, lazy ranges and free tree instead of none")
  static let rowsFile = Parameter(
    id: 11, option: "--rows", .word, "FILE",
    "rows of /proc/vmallocinfo that describe the areas of --lists")
  static let hash = Parameter(
    id: 12, option: "--hash", .flag, "add the hash of all of RAM")
  static let cpu = Parameter(
    id: 14, .number, "N", "the CPU that runs the calls to come")
  static let task = Parameter(
    id: 102, .word, "NAME",
    "the task's name, at most 15 bytes; one that is not there is made, with the next pid")
  static let newTask = Parameter(
    id: 103, .word, "NAME", "its name, at most 15 bytes, which no task has")
  static let taskSpace = Parameter(
    id: 120, option: "--mm", .address, "MM|0",
    """
    the task's address space from now on, on whichever CPU it runs; 0 for a task of the kernel, \
    which leaves a CPU the one it had; without it the task keeps what it has
    """)
  static let highmem = Parameter(
    id: 121, option: "--highmem", .number, "BYTES",
    "bytes at the end of RAM that the direct map does not have (default 0)")
  static let window = Parameter(
    id: 122, option: "--window", .word, "NAME[:SLOTS]",
    "slots of kmap and kmap_local as x86-64, i386-pae or i386 has them, or fewer of kmap (2, 4 …)",
    completion: { KmapWindow.Kind.allCases.filter { $0 != .none }.map { "\($0.name)" } })
}
