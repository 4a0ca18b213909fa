internal import VMem

/// Tasks, the tree of their numbers, and who runs.
extension KernelObjects {
  private static let task = "struct task_struct"
  /// Bytes of a kernel stack, which is room for the registers only.
  static let stackSize = 16384

  mutating func addTasks(_ machine: borrowing Machine) {
    addSpaces(machine)
    prepareShared()
    var all = [image["init_task"]]
    fill(all[0], number: 0, name: Array("swapper/0".utf8), space: 0)
    memory.set("init_task.stack", image["init_thread_union"])
    for number in 0...machine.tasks.count {
      let at = memory.allocate(Self.task)
      let name = machine.taskName(number) ?? Array("vmemctl".utf8)
      fill(
        at, number: UInt64(number) + 1, name: name,
        space: machine.tasks.addressSpace(ofTask: number))
      addStack(at)
      all.append(at)
      tasks.append(at)
    }
    let list = image.offset(Self.task, "tasks")
    memory.link(all[0] + list, all.dropFirst().map { $0 + list })
    let siblings = image.offset(Self.task, "sibling")
    memory.link(all[0] + image.offset(Self.task, "children"), tasks.map { $0 + siblings })
    addNumbers(all)
    memory.set("nr_threads", UInt64(tasks.count))
    memory.set("runqueues.idle", all[0])
    memory.set("runqueues.curr", tasks[machine.tasks.task(ofCPU: 0)])
    memory.set("runqueues.nr_running", 1)
    for (cpu, runner) in runners(machine).enumerated() {
      store(runner, Self.task, "on_cpu", 1)
      store(runner, Self.task, "thread_info.cpu", UInt64(cpu))
    }
  }

  /// The tasks that the CPUs run.
  private func runners(_ machine: borrowing Machine) -> [UInt64] {
    var runners: [UInt64] = []
    for cpu in 0..<machine.cpuCount { runners.append(tasks[machine.tasks.task(ofCPU: cpu)]) }
    return runners
  }

  /// The CPUs, each with a task that runs when no other does; that of the first is the image's.
  mutating func addCPUs(_ machine: borrowing Machine) {
    var idle = [image["init_task"]]
    for cpu in 1..<max(machine.cpuCount, 1) {
      let at = memory.allocate(Self.task)
      fill(at, number: 0, name: Array("swapper/\(cpu)".utf8), space: 0)
      addStack(at)
      store(at, Self.task, "thread_info.cpu", UInt64(cpu))
      idle.append(at)
    }
    addCPUs(idle: idle, running: runners(machine))
  }

  private mutating func addStack(_ task: UInt64) {
    let stack = memory.allocate(bytes: Self.stackSize, alignment: Self.stackSize)
    store(task, Self.task, "stack", stack)
    store(task, Self.task, "thread.sp", stack + UInt64(Self.stackSize) - 256)
  }

  /// `thread.sp` of a task.
  func stackPointer(of task: UInt64) -> UInt64 {
    memory.load(at: task + image.offset(Self.task, "thread.sp"))
  }

  /// What all tasks share.
  private mutating func prepareShared() {
    let threads = memory.address("init_signals.thread_head")
    memory.link(threads, [])
    memory.link(memory.address("init_signals.shared_pending.list"), [])
    memory.set("init_signals.nr_threads", 1)
    memory.set("init_signals.rlim[3].rlim_cur", 8 << 20)
    memory.set("init_files.fdt", memory.address("init_files.fdtab"))
    memory.set("init_files.count.counter", 1)
    memory.set("init_nsproxy.uts_ns", image["init_uts_ns"])
    memory.set("init_nsproxy.pid_ns_for_children", image["init_pid_ns"])
  }

  private mutating func fill(_ at: UInt64, number: UInt64, name: [UInt8], space: UInt64) {
    let values: [(String, UInt64)] = [
      ("pid", number), ("tgid", number), ("real_parent", image["init_task"]),
      ("parent", image["init_task"]), ("group_leader", at), ("prio", 120), ("static_prio", 120),
      ("normal_prio", 120), ("usage", 1), ("files", image["init_files"]),
      ("fs", image["init_fs"]), ("nsproxy", image["init_nsproxy"]),
      ("sighand", image["init_sighand"]),
      ("cpus_mask.bits[0]", memory.load(at: image["__cpu_online_mask"])),
    ]
    for (field, value) in values { store(at, Self.task, field, value) }
    // PF_KTHREAD where there is no address space.
    store(at, Self.task, "flags", space == 0 ? 0x20_0000 : 0)
    let mm = spaces[space] ?? 0
    store(at, Self.task, "mm", mm)
    store(at, Self.task, "active_mm", mm == 0 ? image["init_mm"] : mm)
    if mm != 0 { use(mm, by: at) }
    memory.store(name, at: at + image.offset(Self.task, "comm"))
    for list in ["tasks", "children", "sibling", "thread_node", "pending.list"] {
      memory.link(at + image.offset(Self.task, list), [])
    }
    guard number > 0 else {
      store(at, Self.task, "signal", image["init_signals"])
      return
    }
    // A process of one thread.
    let signals = memory.allocate("struct signal_struct")
    store(at, Self.task, "signal", signals)
    store(signals, "struct signal_struct", "nr_threads", 1)
    memory.link(
      signals + image.offset("struct signal_struct", "thread_head"),
      [at + image.offset(Self.task, "thread_node")])
    memory.link(signals + image.offset("struct signal_struct", "shared_pending.list"), [])
  }

  /// Who uses an address space first owns it.
  private mutating func use(_ mm: UInt64, by task: UInt64) {
    let count = spaceUsers[mm, default: 0] + 1
    spaceUsers[mm] = count
    if count == 1 { store(mm, "struct mm_struct", "owner", task) }
    store(mm, "struct mm_struct", "mm_users", count)
  }

  /// `struct pid`s, in the radix tree of the namespace: one node holds the 33 numbers there can be.
  private mutating func addNumbers(_ all: [UInt64]) {
    var entries: [(index: UInt64, entry: UInt64)] = []
    for (number, task) in all.enumerated() {
      let pid = memory.allocate("struct pid")
      store(pid, "struct pid", "count", 1)
      store(pid, "struct pid", "numbers[0].nr", UInt64(number))
      store(pid, "struct pid", "numbers[0].ns", image["init_pid_ns"])
      for kind in 0..<4 {
        let head = pid + image.offset("struct pid", "tasks[\(kind)]")
        memory.link(head, only: task + image.offset(Self.task, "pid_links[\(kind)]"))
      }
      store(task, Self.task, "thread_pid", pid)
      // The idle task's number stands outside of the tree.
      if number > 0 { entries.append((UInt64(number), pid)) }
    }
    addTree(of: entries, to: memory.address("init_pid_ns.idr.idr_rt"))
    memory.set("init_pid_ns.child_reaper", tasks[0])
    memory.set("init_pid_ns.pid_max", 32768)
    memory.set("init_pid_ns.idr.idr_next", UInt64(all.count))
    memory.set("init_pid_ns.pid_allocated", UInt64(tasks.count) | 1 << 31)
  }

  /// Makes an `xarray` of entries, which are pointers, at ascending indices.
  mutating func addTree(of entries: [(index: UInt64, entry: UInt64)], to xarray: UInt64) {
    guard let last = entries.last else { return }
    var shift: UInt64 = 0
    while last.index >> shift > 63 { shift += 6 }
    let root = addNode(entries[...], shift, offset: 0, parent: 0, xarray)
    memory.store(root | 2, at: xarray, table.field("struct xarray", "xa_head"))
  }

  private mutating func addNode(
    _ entries: ArraySlice<(index: UInt64, entry: UInt64)>, _ shift: UInt64, offset: UInt64,
    parent: UInt64, _ xarray: UInt64
  ) -> UInt64 {
    let structure = "struct xa_node"
    let node = memory.allocate(structure)
    store(node, structure, "shift", shift)
    store(node, structure, "offset", offset)
    store(node, structure, "parent", parent)
    store(node, structure, "array", xarray)
    memory.link(node + image.offset(structure, "private_list"), [])
    let slots = node + image.offset(structure, "slots")
    var count: UInt64 = 0
    var rest = entries
    while let first = rest.first {
      let slot = first.index >> shift & 63
      let end = rest.firstIndex { $0.index >> shift != first.index >> shift } ?? rest.endIndex
      let below = rest[rest.startIndex..<end]
      rest = rest[end...]
      let entry =
        shift == 0 ? first.entry : addNode(below, shift - 6, offset: slot, parent: node, xarray) | 2
      memory.store(entry, at: slots + slot * 8)
      count += 1
    }
    store(node, structure, "count", count)
    return node
  }
}
