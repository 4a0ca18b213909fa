/// Failure injection: allocations that fail at a chosen call, so that the way back is tried too.
extension Machine {
  /// Makes allocations of a kind fail from now on as `injection` says; its counts start at 0. The
  /// kernel's users write this to debugfs, to `fail_page_alloc` and `failslab`.
  ///
  /// Descriptors: every CPU is taken to have its spare one, as in a kernel that has run for a while.
  /// Refuses with -EINVAL a filter for tables that the machine lacks.
  public func inject(_ kind: InjectionKind, _ injection: Injection) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    precondition(injection.every >= 1 && (injection.times >= 1 || injection.times == -1))
    precondition(injection.filter ?? 0 <= kind.lastFilter)
    if kind == .pageTable, let level = injection.filter, Int(level) + 1 >= map.levels {
      throw Refusal(.errno(.EINVAL), .noSuchTable, UInt64(level) + 1, UInt64(map.levels))
    }
    var armed = injection
    armed.seen = 0
    armed.failed = 0
    ram[ram.injections].points[Int(kind.rawValue)] = armed
    ram[Superblock.ref].injects |= kind.bit
    if kind == .slab { ram[ram.injections].spares = .max }
  }

  /// Lets allocations of a kind succeed again.
  package func stopInjecting(_ kind: InjectionKind) {
    ram[ram.injections].points[Int(kind.rawValue)] = Injection()
    ram[Superblock.ref].injects &= ~kind.bit
    if kind == .slab { ram[ram.injections].spares = 0 }
  }

  /// What is armed for a kind, with its counts; nil when nothing is.
  package func injection(_ kind: InjectionKind) -> Injection? {
    ram.injects(kind) ? ram[ram.injections].points[Int(kind.rawValue)] : nil
  }

  /// Failures that were injected since boot.
  package var injectedFailures: UInt64 { ram[ram.injections].failed }
}
