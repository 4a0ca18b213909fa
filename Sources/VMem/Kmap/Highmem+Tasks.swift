/// What tasks have of temporary mappings when they sleep, are switched, are copied and end.
extension Highmem {
  // MARK: Records

  /// The record of a task on a CPU, or none when it never needed one.
  func kmapControl(ofTask task: Int, onCPU cpu: Int) -> Ref<KmapControl> {
    task == 0 ? ram[ram.perCPU(cpu)].kmap : ram[tasks.task(task)].kmap
  }

  /// The current task's record, where there is one.
  var existingKmapControl: Ref<KmapControl>? {
    let control = kmapControl(ofTask: tasks.task, onCPU: cpu)
    return control.isNone ? nil : control
  }

  /// The current task's record, made when there is none. A kernel has it in the task itself; here
  /// it takes memory, and so can be refused.
  func kmapControl() throws(Refusal) -> Ref<KmapControl> {
    if let control = existingKmapControl { return control }
    return try makeKmapControl(ofTask: tasks.task)
  }

  private func makeKmapControl(ofTask number: Int) throws(Refusal) -> Ref<KmapControl> {
    guard let control = caches.allocate(KmapControl.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    ram[control] = KmapControl()
    ram[control].task = UInt32(number)
    if number == 0 {
      ram[control].cpu = UInt16(cpu)
      ram[ram.perCPU(cpu)].kmap = control
    } else {
      ram[tasks.task(number)].kmap = control
    }
    return control
  }

  /// Calls `body` for the record of each task that has one: those of the CPUs' first tasks first.
  func forEachKmapControl(_ body: (Ref<KmapControl>) -> Void) {
    for cpu in 0..<cpuCount {
      let control = ram[ram.perCPU(cpu)].kmap
      if !control.isNone { body(control) }
    }
    for number in 0..<min(Int(ram[ram.tasks].count), Tasks.maximumTasks) {
      let control = ram[tasks.task(number + 1)].kmap
      if !control.isNone { body(control) }
    }
  }

  // MARK: Sleep

  /// Puts the current task on the wait queue of kmap. Its CPU has nothing to do until a task is
  /// chosen.
  func fallAsleep(_ control: Ref<KmapControl>, _ page: UInt32, _ pkmap: Pkmap) {
    ram[control].sleep = KmapControl.Sleep.asleep.rawValue
    ram[control].page = page
    ram[pkmap.state].waiting += 1
    settle(cpu)
  }

  /// The name that gets the address when the current task's kmap has ended.
  package func bindWhenWoken(_ name: Ref<Name>) {
    if let control = existingKmapControl { ram[control].name = name }
  }

  /// Wakes every task on the queue: each tries again when it runs.
  func wakeKmapSleepers(_ pkmap: Pkmap) {
    forEachKmapControl { control in
      if ram[control].sleep == KmapControl.Sleep.asleep.rawValue {
        ram[control].sleep = KmapControl.Sleep.woken.rawValue
      }
    }
    ram[pkmap.state].waiting = 0
  }

  /// Whether a CPU's task sleeps: then the CPU does nothing but take interrupts.
  func settle(_ cpu: Int) {
    let control = kmapControl(ofTask: Int(ram[ram.tasks].running[cpu]), onCPU: cpu)
    let sleeps = !control.isNone && ram[control].sleep != KmapControl.Sleep.awake.rawValue
    let at = ram.perCPU(cpu)
    ram[at].step = StepState()
    if sleeps {
      ram[at].step.kind = StepState.Kind.asleep.rawValue
      ram[at].step.done = 1
      ram[at].step.total = 2
      ram[Superblock.ref].busyCPUs |= 1 << UInt64(cpu)
    } else {
      ram[Superblock.ref].busyCPUs &= ~(1 << UInt64(cpu))
    }
  }

  /// Whether the current CPU has a task that sleeps.
  package var isAsleep: Bool {
    ram[ram.perCPU(cpu)].step.kind == StepState.Kind.asleep.rawValue
  }

  /// Goes on with the kmap in which the current task slept, if it did. Returns its address.
  func wakeUp() throws(Refusal) -> UInt64? {
    guard let control = existingKmapControl, let pkmap,
      ram[control].sleep == KmapControl.Sleep.woken.rawValue
    else { return nil }
    ram[control].sleep = KmapControl.Sleep.awake.rawValue
    settle(cpu)
    let name = ram[control].name
    let address = try take(ram[control].page, pkmap)
    ram[control].name = .none
    ram[control].page = 0
    if !name.isNone, !ram[name].isLive { names.bind(name, address: address) }
    return address
  }

  // MARK: Switches

  /// Refuses to let a task run on the current CPU that sleeps, or cannot leave another CPU.
  func checkMayRun(_ number: Int) throws(Refusal) {
    let control = kmapControl(ofTask: number, onCPU: cpu)
    guard !control.isNone else { return }
    if ram[control].sleep == KmapControl.Sleep.asleep.rawValue {
      throw Refusal(.blocked, .taskSleeps, UInt64(ram[control].page))
    }
    if ram[control].migrationDisabled > 0, Int(ram[control].cpu) != cpu {
      throw Refusal(
        .errno(.EBUSY), .migrationDisabled, UInt64(ram[control].migrationDisabled),
        UInt64(ram[control].cpu))
    }
  }

  /// Makes another task the current CPU's. The corresponding kernel function is `context_switch`.
  func switchTask(to number: Int) {
    stacks.refillStash()
    if let control = existingKmapControl {
      if ram[control].raised != 0, context == .atomic {
        ram[ram.log].warnings += 1
        logMessage(.schedulingWhileAtomic, level: 3, .schedule)
        context = .process
      }
      switchKmapOut(control)
    }
    ram[ram.tasks].running[cpu] = UInt8(number)
    tasks.loadMemory()
    if let control = existingKmapControl {
      switchKmapIn(control)
      if ram[control].raised != 0, context == .process { context = .atomic }
    }
    settle(cpu)
    loadPKRS()
  }

  // MARK: Life

  /// Makes a task that is a copy of the current one. What the current one has mapped is not the
  /// copy's: a kernel complains, once, and the copy keeps nothing but that it cannot leave its CPU.
  /// Nor does it get the rights of protection keys: every task begins with the initial value.
  /// The corresponding kernel functions are `kernel_thread` and `kmap_local_fork`.
  ///
  /// Returns the pid. Refuses as `run(task:)` does, and with -EEXIST for a name that a task has.
  package func kernelThread(_ name: Span<UInt8>) throws(Refusal) -> UInt64 {
    mightSleep(.kernel_clone)
    try tasks.checkTaskName(name)
    guard !tasks.hasTask(name) else { throw Refusal(.errno(.EEXIST), .taskExists) }
    let number = try tasks.findTask(name)
    if let parent = existingKmapControl {
      if ram[parent].index > 0 { warnOnce(.forkWithKmapLocal, .kmap_local_fork) }
      if ram[parent].migrationDisabled > 0 {
        let child = try makeKmapControl(ofTask: number)
        ram[child].migrationDisabled = ram[parent].migrationDisabled
        ram[child].cpu = UInt16(cpu)
      }
    }
    return UInt64(number) + 1
  }

  /// Ends the current task, and the one that the machine boots with runs instead. What it has
  /// mapped goes without a word with the last switch away from it; the audit keeps it. The
  /// corresponding kernel function is `do_exit`. A task of that name begins anew.
  ///
  /// Refuses with -EINVAL for the task the machine boots with; in an interrupt it is a BUG.
  package func exitTask() throws(Refusal) {
    let number = tasks.task
    guard !context.isInterrupt else {
      throw bug(.do_exit, .inInterrupt, UInt64(context.rawValue))
    }
    guard number > 0 else { throw Refusal(.errno(.EINVAL), .firstTask) }
    let control = ram[tasks.task(number)].kmap
    try checkMayRun(0)
    switchTask(to: 0)
    ram[tasks.task(number)].memory = .none
    guard !control.isNone else { return }
    endAll(control)
    ram[tasks.task(number)].kmap = .none
    caches.free(control)
  }
}
