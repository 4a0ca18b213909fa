/// Who runs on the CPUs: messages of the kernel name the task. Its memory is what `switch_mm` says.
extension Tasks {
  /// Tasks a machine can have besides the one it boots with, whose name is vmemctl and whose pid 1.
  package static let maximumTasks = 32
  /// Carries out `Machine.task`.
  var task: Int { Int(ram[ram.tasks].running[cpu]) }

  /// Carries out `Machine.taskName`.
  func taskName(_ task: Int) -> [UInt8]? {
    guard task > 0, task <= Int(ram[ram.tasks].count), task <= Self.maximumTasks else {
      return nil
    }
    let record = ram[self.task(task)]
    return (0..<min(Int(record.nameLength), Task.maximumName)).map { record.name[$0] }
  }

  /// The record of a task that there is.
  func task(_ number: Int) -> Ref<Task> {
    number == 0 ? Task.boot : ram[ram.tasks].records[number - 1]
  }

  /// The record of the current CPU's task (`current`).
  var currentTask: Ref<Task> { task(task) }

  /// Carries out `Machine.run`.
  @discardableResult
  package func run(task name: Span<UInt8>, mm: UInt64? = nil) throws(Refusal) -> UInt64? {
    try beginCall(onBusyCPU: true)
    defer { endCall() }
    try checkTaskName(name)
    var memory: Ref<UserSpace>?
    if let mm { memory = mm == 0 ? .some(.none) : try users.userSpace(at: mm) }
    if ram[ram.perCPU(cpu)].step.kind != 0, !highmem.isAsleep {
      throw Refusal(.errno(.EBUSY), .cpuInTheMiddle, UInt64(cpu))
    }
    let number = try findTask(name)
    for other in 0..<cpuCount where other != cpu && number != 0 {
      guard ram[ram.tasks].running[other] == UInt8(number) else { continue }
      // One that has been woken may go on wherever it is let.
      guard ram[ram.perCPU(other)].step.kind == StepState.Kind.asleep.rawValue else {
        throw Refusal(.errno(.EBUSY), .taskRuns, UInt64(other))
      }
      try highmem.checkMayRun(number)
      ram[ram.tasks].running[other] = 0
      highmem.settle(other)
    }
    try highmem.checkMayRun(number)
    if let memory { ram[self.task(number)].memory = memory }
    if number != task { highmem.switchTask(to: number) }
    loadMemory()
    return try highmem.wakeUp()
  }

  func checkTaskName(_ name: Span<UInt8>) throws(Refusal) {
    guard !name.isEmpty, name.count <= Task.maximumName else {
      throw Refusal(.errno(.EINVAL), .taskName, UInt64(name.count), UInt64(Task.maximumName))
    }
  }

  /// Makes the current CPU use its task's address space; a task of the kernel leaves it the one it
  /// had.
  func loadMemory() {
    let own = ram[currentTask].memory
    if !own.isNone { users.switchMM(to: own) }
  }

  func hasTask(_ name: Span<UInt8>) -> Bool {
    (0...Int(ram[ram.tasks].count)).contains { ram[task($0)].isNamed(name) }
  }

  /// The number of the task of a name, which is made when there is none.
  func findTask(_ name: Span<UInt8>) throws(Refusal) -> Int {
    let count = Int(ram[ram.tasks].count)
    for task in 0...count where ram[self.task(task)].isNamed(name) { return task }
    guard count < Self.maximumTasks else {
      throw Refusal(.errno(.EAGAIN), .tooManyTasks, UInt64(Self.maximumTasks))
    }
    guard !ram.fails(.taskStruct), let record = caches.allocate(Task.self) else {
      throw Refusal(.errno(.ENOMEM), .noDescriptor)
    }
    ram[record] = Task(name: name, number: count + 1)
    ram[ram.tasks].records[count] = record
    ram[ram.tasks].count += 1
    return count + 1
  }

  /// Every task has a name of its own, and runs on one CPU at most.
  func check(_ checker: inout Checker) {
    let state = ram[ram.tasks]
    let count = Int(state.count)
    checker.expect(count <= Self.maximumTasks, "tasks: count", UInt64(count))
    guard count <= Self.maximumTasks else { return }
    var names: Set<[UInt8]> = []
    for number in 0...Self.maximumTasks {
      let record = number == 0 ? Task.boot : state.records[number - 1]
      if number > count {
        checker.expect(record.isNone, "tasks: record", UInt64(number))
      } else if number == 0 || checker.use(record, "task") {
        check(record, number, &names, &checker)
      }
    }
    var running: Set<UInt8> = []
    for cpu in 0..<Configuration.maximumCPUs {
      let task = state.running[cpu]
      checker.expect(
        cpu < cpuCount ? Int(task) <= count : task == 0, "tasks: running", UInt64(cpu))
      if task != 0 {
        checker.expect(running.insert(task).inserted, "tasks: on two CPUs", UInt64(task))
      }
    }
  }

  private func check(
    _ task: Ref<Task>, _ number: Int, _ names: inout Set<[UInt8]>, _ checker: inout Checker
  ) {
    let record = ram[task]
    let length = Int(record.nameLength)
    guard (1...Task.maximumName).contains(length) else {
      return checker.expect(false, "tasks: name", UInt64(number))
    }
    let isSound =
      record.name.span.indices.allSatisfy { ($0 < length) == (record.name[$0] != 0) }
      && names.insert((0..<length).map { record.name[$0] }).inserted
    checker.expect(isSound, "tasks: name", UInt64(number))
    checker.expect(
      record.number == UInt32(number) && record.unused == 0 && record.unusedToo == 0,
      "tasks: record", UInt64(number))
  }
}
