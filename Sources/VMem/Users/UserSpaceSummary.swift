/// A user address space as readers of a dump see it.
package struct UserSpaceSummary: Sendable {
  /// What `mm_create` returned.
  package let address: UInt64
  /// Frame of its top-level table.
  package let top: UInt64
}

extension UserSpaces {
  package var summaries: [UserSpaceSummary] {
    var spaces: [UserSpaceSummary] = []
    forEachSpace { space in
      spaces.append(
        UserSpaceSummary(address: address(of: space), top: UInt64(ram[space].top)))
    }
    return spaces
  }

}

extension Tasks {
  /// Tasks besides the one the machine boots with.
  package var count: Int { min(Int(ram[ram.tasks].count), Self.maximumTasks) }

  /// The number of the task that a CPU runs: 0 is the one the machine boots with.
  package func task(ofCPU cpu: Int) -> Int { Int(ram[ram.tasks].running[cpu]) }

  /// The address space of a task, as `mm_create` named it, or 0: what a CPU that runs it has switched
  /// to, the current one before others, else the task's own.
  package func addressSpace(ofTask number: Int) -> UInt64 {
    let cpus = ([cpu] + (0..<cpuCount)).filter { task(ofCPU: $0) == number }
    let used = cpus.map { users.space(ofCPU: $0) }
    let space = used.first { !$0.isNone } ?? used.first ?? ram[task(number)].memory
    return space.isNone ? 0 : users.address(of: space)
  }
}
