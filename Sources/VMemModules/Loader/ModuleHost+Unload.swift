internal import CModule
internal import VMem

/// What keeps a module from being unloaded, and what it may not leave to run when its exit function returns.
extension ModuleHost {
  private static let countOffset = UInt64(MemoryLayout<module>.offset(of: \.refcount)!)

  /// Uses that `try_module_get` has counted and `module_put` has not given back.
  func ownUses(of loaded: LoadedModule) -> Int {
    guard loaded.structure != 0, let word = words(loaded.structure + Self.countOffset, 1) else {
      return 0
    }
    return max(0, Int(Int32(truncatingIfNeeded: word[0])))
  }

  /// Whether a kernel's rmmod refuses a module that no other one uses.
  package func isKept(_ loaded: LoadedModule) -> Bool {
    loaded.isPermanent || ownUses(of: loaded) > 0
  }

  /// Throws what a kernel answers where a module is not to be unloaded.
  func checkUnload(of loaded: LoadedModule, isForced: Bool) throws(ModuleFailure) {
    guard loaded.users.isEmpty else { throw ModuleFailure(.EAGAIN, .moduleInUse) }
    guard loaded.state != .died else { throw ModuleFailure(.EBUSY, .moduleOops) }
    let count = ownUses(of: loaded)
    guard isForced else {
      guard !loaded.isPermanent else { throw ModuleFailure(.EBUSY, .modulePermanent) }
      guard count == 0 else { throw ModuleFailure(.EAGAIN, .moduleInUse) }
      return
    }
    guard count > 0 else { return }
    explain(
      "\(loaded.name) is unloaded although it is in use: \(count) of its try_module_get or __module_get "
        + "have no module_put")
  }

  /// What `call_rcu` and work queues have still to call when the exit function returns: here it is called
  /// before the code goes, in a kernel perhaps later.
  func reportPendingCalls(into loaded: LoadedModule) {
    for task in tasks where task.module === loaded && task.later != nil && !task.isTimer {
      if task.isOver { continue }
      report(left: task, of: loaded)
      task.isReported = true
    }
  }

  /// Says which physical addresses a module has requested and not released.
  func reportRegions(of loaded: LoadedModule) {
    for region in resources where region.module == loaded.name {
      let range = "0x\(hex(region.start, digits: 1)) to 0x\(hex(region.end, digits: 1))"
      explain("leak: the region from \(range) was never released: a kernel keeps it busy")
    }
    resources.removeAll { $0.module == loaded.name }
  }

  /// Says what the build of a kernel would stop at.
  func explainLicense(of loaded: LoadedModule) {
    if loaded.information.contains(where: { $0.tag == "license" }) { return }
    explain(
      "\(loaded.name) has no MODULE_LICENSE: a kernel's build ends with an error of modpost for that"
    )
  }
}
