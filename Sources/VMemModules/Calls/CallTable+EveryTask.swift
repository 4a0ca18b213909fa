internal import CModule

/// The tasks that there are, one behind the other.
extension CallTable {
  static let everyTask: [CallEntry] = [
    CallEntry("next_task") { call in call.host.task(behind: call[0]) }
  ]
}

extension ModuleTask {
  func setParent(_ parent: UnsafeMutablePointer<task_struct>?) {
    (record.pointee.parent, record.pointee.real_parent) = (parent, parent)
    record.pointee.group_leader = record
  }
}

extension ModuleHost {
  /// The address of the task with the next PID; of the idle task behind the last, and behind one that
  /// is gone.
  fileprivate func task(behind address: UInt64) -> UInt64 {
    let kernel = [objects.idleTask, objects.initTask, objects.threadDaemon].compactMap { $0 }
    let running = tasks.filter { !$0.isOver && !$0.isOwnedByHost }.map(\.record)
    let all = kernel + running.sorted { $0.pointee.pid < $1.pointee.pid }
    let addresses = all.map { UInt64(UInt(bitPattern: $0)) }
    guard let place = addresses.firstIndex(of: address) else { return addresses.first ?? 0 }
    return addresses[(place + 1) % addresses.count]
  }
}
