internal import CModule
internal import VMem

/// Which tasks may run while another is in the middle of what nobody may come between on its CPU.
extension ModuleHost {
  /// Whether a task can end its turn in the middle of such, so that tasks of other CPUs run.
  func mayLeave(_ task: ModuleTask) -> Bool {
    callbacks == 0 && (!task.isAtomic || place!.pointee.cpuCount > 1)
  }

  /// Whether the CPU of a task is kept by another one. A task that is not bound to it goes to a free CPU.
  func isKeptAway(_ task: ModuleTask) -> Bool {
    guard hasKeepers, !task.keepsCPU else { return false }
    let keepers = tasks.filter { $0.keepsCPU && !$0.isOver }
    guard !keepers.isEmpty else {
      hasKeepers = false
      return false
    }
    guard let keeper = keepers.first(where: { $0.cpu == task.cpu }) else { return false }
    if isInterrupt(task, of: keeper) { return false }
    guard !task.isBound, !task.isAtomic else { return true }
    let kept = Set(keepers.map(\.cpu))
    guard let free = (0..<place!.pointee.cpuCount).first(where: { !kept.contains($0) }) else {
      return true
    }
    task.record.pointee.cpu = UInt32(free)
    return false
  }

  /// Whether a task stands for an interrupt that may come in the middle of what another does.
  private func isInterrupt(_ task: ModuleTask, of keeper: ModuleTask) -> Bool {
    if keeper.interruptsOff || keeper.isHardirq { return false }
    return task.isHardirq || task.isSoftirq && keeper.softirqsOff == 0 && !keeper.isSoftirq
  }

  /// Keeps a task on a CPU, if there is such.
  func bind(_ task: ModuleTask, cpu: UInt32) {
    guard cpu < UInt32(place!.pointee.cpuCount) else {
      log(["process \(task.pid) (\(task.name)) no longer affine to cpu\(cpu)"], level: 6)
      return
    }
    task.record.pointee.cpu = cpu
    task.isBound = true
  }

  /// Whether a task still reads that had entered the read side of RCU by a turn.
  func hasReaders(since turn: UInt64, but task: ModuleTask) -> Bool {
    tasks.contains { $0 !== task && !$0.isOver && $0.readers > 0 && $0.readSide <= turn }
  }
}
