/// Who runs on the CPUs: messages of the kernel name the task. Its memory is what `switch_mm` says.
extension Machine {
  /// Tasks a machine can have besides the one it boots with, whose name is vmemctl and whose pid 1.
  public static let maximumTasks = 32
  /// Bytes of a name (`TASK_COMM_LEN`, without the zero at its end).
  public static let maximumTaskName = 15

  /// The current CPU's task: 0 is the one the machine boots with, pid 1.
  public var task: Int { Int(ram[Superblock.ref].runningTasks[cpu]) }

  /// The name of a task; nil for the one the machine boots with, and where there is none.
  public func taskName(_ task: Int) -> [UInt8]? {
    guard task > 0, task <= Int(ram[Superblock.ref].taskCount), task <= Self.maximumTasks else {
      return nil
    }
    let symbol = ram[Ref<Symbol>(granule: ram[Superblock.ref].tasks[task - 1])]
    return (0..<min(Int(symbol.length), Self.maximumTaskName)).map { symbol.text[$0] }
  }

  /// Lets a task run on the current CPU, which is made when there is none of that name.
  ///
  /// Refuses with -EINVAL for a name that is empty or longer than 15 bytes, -EBUSY for a task that runs
  /// on another CPU, -EAGAIN for one task too many, and -ENOMEM without memory for the name.
  public func run(task name: Span<UInt8>) throws(Refusal) {
    guard !name.isEmpty, name.count <= Self.maximumTaskName else {
      throw Refusal(.errno(.EINVAL), .taskName, UInt64(name.count), UInt64(Self.maximumTaskName))
    }
    let task = try find(task: name)
    for other in 0..<cpuCount
    where other != cpu && task != 0 && ram[Superblock.ref].runningTasks[other] == UInt8(task) {
      throw Refusal(.errno(.EBUSY), .taskRuns, UInt64(other))
    }
    ram[Superblock.ref].runningTasks[cpu] = UInt8(task)
  }

  private func find(task name: Span<UInt8>) throws(Refusal) -> Int {
    let first: StaticString = "vmemctl"
    // Safe: a literal lives as long as the process.
    let isFirst =
      name.count == first.utf8CodeUnitCount
      && name.indices.allSatisfy { unsafe name[$0] == first.utf8Start[$0] }
    if isFirst { return 0 }
    let count = Int(ram[Superblock.ref].taskCount)
    for task in stride(from: 1, through: count, by: 1) {
      let known = taskName(task) ?? []
      if known.count == name.count, name.indices.allSatisfy({ known[$0] == name[$0] }) {
        return task
      }
    }
    guard count < Self.maximumTasks else {
      throw Refusal(.errno(.EAGAIN), .tooManyTasks, UInt64(Self.maximumTasks))
    }
    ram[Superblock.ref].tasks[count] = try intern(caller: name).granule
    ram[Superblock.ref].taskCount += 1
    return count + 1
  }

  /// Every task has a name of its own, and runs on one CPU at most.
  func checkTasks(_ checker: inout Checker) {
    let state = ram[Superblock.ref]
    let count = Int(state.taskCount)
    checker.expect(count <= Self.maximumTasks, "tasks: count", UInt64(count))
    guard count <= Self.maximumTasks else { return }
    var names: Set<UInt32> = []
    for task in 0..<Self.maximumTasks {
      let symbol = Ref<Symbol>(granule: state.tasks[task])
      checker.expect(
        task < count
          ? checker.isUsed(symbol, .symbol) && names.insert(symbol.granule).inserted
          : symbol.isNone, "tasks: name", UInt64(task))
    }
    var running: Set<UInt8> = []
    for cpu in 0..<Configuration.maximumCPUs {
      let task = state.runningTasks[cpu]
      checker.expect(
        cpu < cpuCount ? Int(task) <= count : task == 0, "tasks: running", UInt64(cpu))
      if task != 0 {
        checker.expect(running.insert(task).inserted, "tasks: on two CPUs", UInt64(task))
      }
    }
  }
}
