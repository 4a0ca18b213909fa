internal import VMem
internal import VMemViews

extension Verb {
  static let machine: [Verb] = [
    Verb(
      "boot", .machine, .nothing, .language, [],
      options: [
        .memory, .highmem, .cpus, .nodes, .levels, .kernel, .config, .with, .without, .seed,
        .tlbEntries,
        .window, .listsFile, .rowsFile,
      ],
      summary: "make the machine; only as a script's first line, and defaults apply without it",
      returns: "nothing is printed", example: "boot --memory 2G --cpus 4 --nodes 2 --kernel 7.0",
      facts: [.boots, .replaces], .control(boot), check: checkBoot),
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
      .control(check)),
    Verb(
      "cpu", .machine, .nothing, .writer, [.cpu],
      summary: "choose the CPU that runs the calls to come",
      returns: "0, or -EINVAL", example: "cpu 3", facts: [.forBusyCPUs], .call(selectCPU)),
    Verb(
      "task", .machine, .nothing, .writer, [.task], options: [.taskSpace],
      summary: "let a task run on the current CPU, with its address space if it has one",
      kernel: "context_switch",
      returns: """
        0, -ENOENT, or what the kmap answers in which it slept; BLOCKED while it sleeps; -EBUSY for one that \
        runs on another CPU or cannot leave it, -EINVAL, -EAGAIN, or -ENOMEM
        """,
      example: "task kworker/0:1", facts: [.forBusyCPUs], .call(runTask)),
    Verb(
      "kernel_thread", .machine, .nothing, .writer, [.newTask],
      summary: "make a task that is a copy of the current one, but for what that has mapped",
      kernel: "kernel_thread, kmap_local_fork",
      returns: "the pid, -EEXIST, -EINVAL, -EAGAIN, or -ENOMEM; a warn where kmap_local is held",
      example: "kernel_thread child", .call(makeTask)),
    Verb(
      "do_exit", .machine, .nothing, .writer,
      summary: "end the current task; the one the machine boots with runs instead",
      kernel: "do_exit", returns: "0, or -EINVAL for that one", example: "task worker\ndo_exit",
      .call(exitTask)),
    Verb(
      "context", .machine, .nothing, .writer, [.context],
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
      try machine.run(task: name, mm: mm)
    }
    return address.map { .address($0) } ?? .ok
  }

  private static func makeTask(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(
      try call.word(.newTask).withSpan { name throws(Refusal) in
        try machine.kernelThread(name)
      })
  }

  private static func exitTask(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.exitTask()
    return .ok
  }

  private static func setContext(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let value = UInt8(truncatingIfNeeded: call.arguments[.context])
    machine.context = ExecutionContext(rawValue: value) ?? .process
    return .ok
  }
}
