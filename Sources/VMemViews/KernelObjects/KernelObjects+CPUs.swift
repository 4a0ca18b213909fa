internal import VMem

/// What each CPU has of its own: a copy of the image's per-CPU variables, and behind it what is
/// allocated for every CPU at once. A CPU's copy lies `__per_cpu_offset` from the image's.
extension KernelObjects {
  /// The address of room in the image's copy, which is none: readers add a CPU's offset.
  mutating func allocatePerCPU(_ structure: String) -> UInt64 {
    let size = UInt64(table.size(structure) + 63) & ~63
    perCPUSize += size
    return image["__per_cpu_start"] + perCPUSize - size
  }

  /// - Parameters:
  ///   - idle: addresses of the task of each CPU that runs when no other does.
  ///   - running: and of the task that runs.
  mutating func addCPUs(idle: [UInt64], running: [UInt64]) {
    for cpu in idle.indices {
      let chunk = memory.allocate(bytes: Int(perCPUSize), alignment: 4096)
      let distance = chunk &- image["__per_cpu_start"]
      memory.set("__per_cpu_offset[\(cpu)]", distance)
      let stack = memory.allocate(bytes: Self.stackSize, alignment: Self.stackSize)
      var values: [(String, UInt64)] = [
        ("this_cpu_off", distance), ("runqueues.cpu", UInt64(cpu)), ("runqueues.nr_running", 1),
        ("runqueues.idle", idle[cpu]), ("runqueues.curr", running[cpu]),
      ]
      let place = image.has("pcpu_hot") ? "pcpu_hot." : ""
      values += [
        ("\(place)cpu_number", UInt64(cpu)), ("\(place)current_task", running[cpu]),
        ("\(place)hardirq_stack_ptr", stack + UInt64(Self.stackSize)),
      ]
      for (path, value) in values { memory.set(path, value, distance: distance) }
    }
  }
}
