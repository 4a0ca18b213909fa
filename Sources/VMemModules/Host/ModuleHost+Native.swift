internal import CHost
internal import CModule
internal import Glibc
internal import VMem

/// What native code asks the engine: memory at a fault, and calls.
extension ModuleHost {
  static let fill: chost_native_fill = { context, address, error, page in
    // Safe: the context is the host that has opened the windows.
    let host = Unmanaged<ModuleHost>.fromOpaque(context!).takeUnretainedValue()
    return host.fill(address, error, page) ? 1 : 0
  }

  private func fill(
    _ address: UInt64, _ error: UInt32, _ page: UnsafeMutablePointer<chost_native_page>
  ) -> Bool {
    let kernel = address | UInt64(VMEM_TOP_BITS)
    guard let found = view.pages(at: kernel, error: error) else { return false }
    var result = chost_native_page()
    result.start = folded(found.start)
    result.count = found.count
    result.offset = found.physical
    result.file = memory
    if kernel &- map.vmemmap < memorySize >> 6 {
      result.file = pageRecords.file
      pageRecords.show(page: found.physical >> 12, view)
    } else if !view.isMemory(found.physical >> 12) {
      result.file = devices
      result.offset = found.physical % UInt64(Self.deviceBytes)
      result.count = 1
      answerOnes(result.offset)
    }
    result.protection = PROT_READ
    if found.isWritable { result.protection |= PROT_WRITE }
    if found.isExecutable { result.protection |= PROT_EXEC }
    page.pointee = result
    return true
  }

  /// Nobody answers at a device's addresses: all bits are read as ones, until something is written.
  private func answerOnes(_ offset: UInt64) {
    guard devicePages.insert(offset).inserted else { return }
    let ones = [UInt8](repeating: 0xff, count: 4096)
    _ = pwrite(devices, ones, ones.count, off_t(offset))
  }

  static let dispatch: chost_native_dispatch = {
    context, number, arguments, stack, caller, result in
    // Safe: as above.
    let host = Unmanaged<ModuleHost>.fromOpaque(context!).takeUnretainedValue()
    let call = NativeCall(
      host: host, function: Int(number), arguments: arguments, stack: stack, caller: caller)
    do throws(CallStop) {
      result.pointee = try host.carryOut(call)
      return Int32(CHOST_NATIVE_RETURNS.rawValue)
    } catch {
      switch error {
      case .wait: return Int32(CHOST_NATIVE_REPEATS.rawValue)
      case .oops(let oops):
        host.pendingOops = oops
        return Int32(CHOST_NATIVE_DIES.rawValue)
      }
    }
  }

  private func carryOut(_ call: NativeCall) throws(CallStop) -> UInt64 {
    if preemption != nil, let task = running, task.mayBePreempted, mayLeave(task) {
      task.wasPreempted = true
      if preemption!.next() % 4 == 0 { throw interrupt(task) }
    }
    if nextTick != .max, now >= nextTick, let task = running, task.mayBePreempted, callbacks == 0 {
      nextTick = .max
      task.isTicked = true
      throw interrupt(task)
    }
    // Who only asks lets others run now and then.
    if table.polls[call.function], idleness.calls & 63 == 63, let task = running,
      task.mayBePreempted, mayLeave(task),
      tasks.contains(where: { $0 !== task && $0.state == .ready })
    {
      throw interrupt(task)
    }
    running?.wasPreempted = false
    let value = try table.handlers[call.function](call)
    hasMoved = true
    let asks = table.asks[call.function]
    if !asks { chost_native_moved() }
    if asks, let running, sleepsThrough(running) {
      idleness.reset()
    } else {
      idleness.count(asks: asks, turns, now)
    }
    running?.wakeTime = nil
    running?.isWaiting = false
    return value
  }
}
