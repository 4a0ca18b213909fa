internal import CHost
internal import CModule
internal import VMem

/// CPUs, per-CPU memory, and facts of the machine.
extension CallTable {
  static let machine: [CallEntry] = [
    CallEntry("raw_smp_processor_id") { call in UInt64(call.machine.cpu) },
    CallEntry("smp_processor_id") { call in
      if let task = call.task, task.preemptCount == 0, !task.interruptsOff,
        task.record.pointee.flags & 0x20_0000 == 0
      {
        call.host.complain(
          ["BUG: using smp_processor_id() in preemptible [00000000] code: \(call.host.taskTitle)"])
        call.host.explain("\(call.callerName) may be moved to another CPU: get_cpu() keeps it")
      }
      return UInt64(call.machine.cpu)
    },
    CallEntry("nr_cpu_ids") { call in UInt64(call.machine.cpuCount) },
    CallEntry("num_online_cpus") { call in UInt64(call.machine.cpuCount) },
    CallEntry("num_online_nodes") { call in UInt64(call.machine.configuration.nodes) },
    CallEntry("numa_node_id") { call in call.node(ofCPU: call.machine.cpu) },
    CallEntry("cpu_to_node") { call in call.node(ofCPU: Int(call.int(0))) },
    CallEntry("page_to_nid") { call throws(CallStop) in
      (call.machine.pageSets.structPage(try call.pfn(0))?.flags ?? 0) >> 58
    },
    CallEntry("page_zonenum") { call throws(CallStop) in
      (call.machine.pageSets.structPage(try call.pfn(0))?.flags ?? 0) >> 56 & 3 + 1
    },
    CallEntry("pfn_valid") { call in call[0] < call.host.memorySize >> 12 ? 1 : 0 },
    CallEntry("page_is_ram") { call in
      call[0] < call.host.memorySize >> 12 ? 1 : 0
    },
    CallEntry("max_pfn") { call in call.host.memorySize >> 12 },
    CallEntry("totalram_pages") { call in
      call.machine.pageSets.zoneSummaries.reduce(0) { $0 + $1.managedFrames }
    },
    CallEntry("nr_free_pages") { call in call.freeFrames },
    CallEntry("vmalloc_nr_pages") { call in call.host.view.mappings.vmallocPages },
    CallEntry("si_meminfo") { call throws(CallStop) in
      let total = call.machine.pageSets.zoneSummaries.reduce(0) { $0 + $1.managedFrames }
      // uptime, three loads, total, free, shared, buffers, swap, free swap, processes, high, free, unit
      var words = [UInt64](repeating: 0, count: 14)
      words[0] = call.host.now / 1_000_000
      (words[4], words[5], words[13]) = (total, call.freeFrames, 4096)
      for (index, word) in words.enumerated() {
        try call.write(word: word, size: index == 13 ? 4 : 8, to: call[0] &+ UInt64(8 * index))
      }
      return 0
    },
    CallEntry("on_each_cpu") { call throws(CallStop) in
      let before = call.machine.cpu
      for cpu in 0..<call.machine.cpuCount {
        _ = try? call.machine.selectCPU(UInt64(cpu))
        try call.host.interrupt(call[0], call[1])
      }
      _ = try? call.machine.selectCPU(UInt64(before))
      return 0
    },
    CallEntry("smp_call_function_single") { call throws(CallStop) in
      let before = call.machine.cpu
      guard (try? call.machine.selectCPU(call[0])) != nil else { return UInt64(bitPattern: -6) }
      try call.host.interrupt(call[1], call[2])
      _ = try? call.machine.selectCPU(UInt64(before))
      return 0
    },
  ]

  static let percpu: [CallEntry] = [
    // size, align
    CallEntry("__alloc_percpu") { call throws(CallStop) in try call.allocPerCPU() },
    CallEntry("__alloc_percpu_gfp") { call throws(CallStop) in try call.allocPerCPU() },
    CallEntry("free_percpu") { call throws(CallStop) in
      if call[0] == 0 { return 0 }
      call.take(call.address(0))
      return try call.nothing { () throws(Refusal) in
        try call.machine.percpu.freePerCPU(call.address(0))
      }
    },
    // address, cpu
    CallEntry("per_cpu_address") { call in
      let cpu = call.int(1) < 0 ? call.machine.cpu : Int(call.int(1))
      var address = call[0]
      for module in call.host.modules {
        if let (original, chunk) = module.percpu, original.contains(address) {
          address = call.host.folded(chunk) + address - original.lowerBound
          break
        }
      }
      return address &+ call.host.perCPUOffset(cpu)
    },
  ]

  static let random: [CallEntry] = [
    CallEntry("get_random_u64") { call in call.host.view.selfTest.random() },
    CallEntry("get_random_u32_below") { call in
      call.host.view.selfTest.random(below: UInt64(call.uint(0)))
    },
    CallEntry("get_random_bytes") { call throws(CallStop) in
      try call.fill(call[0], call[1]) { UInt8(call.host.view.selfTest.random() >> 56) }
      return 0
    },
  ]
}

extension NativeCall {
  fileprivate func node(ofCPU cpu: Int) -> UInt64 {
    // NUMA_NO_NODE.
    guard cpu >= 0, cpu < machine.cpuCount else { return UInt64(bitPattern: -1) }
    return UInt64(cpu * machine.configuration.nodes / max(1, machine.cpuCount))
  }

  fileprivate var freeFrames: UInt64 {
    machine.pageSets.zoneSummaries.reduce(0) { sum, zone in
      var free = zone.perCPUFrames
      for order in 0..<11 { free += zone.freeBlocks[order] << UInt64(order) }
      return sum + free
    }
  }

  fileprivate func allocPerCPU() throws(CallStop) -> UInt64 {
    mightSleep()
    let address = try pointer { () throws(Refusal) in
      try machine.percpu.allocPerCPU(size: self[0], align: self[1])
    }
    give(.percpu, address, self[0])
    return address
  }
}

extension ModuleHost {
  /// Calls a function as an interrupt of another CPU would: with interrupts off.
  fileprivate func interrupt(_ function: UInt64, _ argument: UInt64) throws(CallStop) {
    let task = running
    let before = (off: task?.interruptsOff ?? false, within: task?.isInterrupted ?? false)
    task?.interruptsOff = true
    task?.isInterrupted = true
    defer {
      task?.interruptsOff = before.off
      task?.isInterrupted = before.within
    }
    try callBack(function, argument)
  }

  /// Calls a function of a module from within a call of the engine.
  @discardableResult
  func callBack(
    _ function: UInt64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0
  ) throws(CallStop) -> UInt64 {
    callbacks += 1
    let end = chost_native_call(function, a, b, c)
    callbacks -= 1
    guard end.how == Int32(CHOST_NATIVE_FINISHED.rawValue) else { throw .oops(unwound(end.fault)) }
    return end.value
  }
}
