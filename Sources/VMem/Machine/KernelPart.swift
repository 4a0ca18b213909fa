/// What every part of the emulated kernel works with: RAM, where its areas lie, and by these all other
/// parts.
///
/// A part is a small value without state of its own. It must not outlive its machine, so the outside
/// sees the machine's calls only.
@usableFromInline
package protocol KernelPart: ~Copyable {
  /// The emulated RAM.
  var ram: RAM { get }
  /// Where the kernel's areas lie.
  var map: AddressMap { get }
}

extension KernelPart where Self: ~Copyable {
  // MARK: Parts

  @inline(__always)
  var frames: FrameAllocator { FrameAllocator(ram: ram) }
  @inline(__always)
  var caches: ObjectCaches { ObjectCaches(ram: ram) }
  @inline(__always)
  var tables: PageTables { PageTables(ram: ram, map: map) }
  @inline(__always)
  package var log: KernelLog { KernelLog(ram: ram) }
  @inlinable @inline(__always)
  package var areas: AreaAllocator { AreaAllocator(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var vmAreas: VMAreas { VMAreas(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var mappings: Mappings { Mappings(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var percpu: PerCPUAllocator { PerCPUAllocator(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var pageSets: PageSets { PageSets(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var users: UserSpaces { UserSpaces(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var files: Files { Files(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var arenas: Arenas { Arenas(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var stacks: Stacks { Stacks(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var highmem: Highmem { Highmem(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var mmu: MMU { MMU(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var tasks: Tasks { Tasks(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var steps: Steps { Steps(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var names: Names { Names(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var traces: TraceReplay { TraceReplay(ram: ram, map: map) }
  @inlinable @inline(__always)
  package var selfTest: SelfTest { SelfTest(ram: ram, map: map) }

  // MARK: Identity

  /// The configuration the machine was booted with.
  package var configuration: Configuration { ram.configuration }

  @inline(__always)
  func has(_ switches: Switches) -> Bool { ram.has(switches) }

  // MARK: Clock, CPUs, contexts

  /// Ticks since boot: one for each verb that may change the machine, and for each call of a test.
  package var clock: UInt64 { ram[Superblock.ref].clock }

  /// Advances the clock.
  @inline(__always)
  package func tick() { ram[Superblock.ref].clock += 1 }

  package var cpu: Int { ram[Superblock.ref].cpu }
  package var cpuCount: Int { Int(ram[Superblock.ref].cpuCount) }

  /// Makes `cpu` the CPU that runs the calls to come.
  package func selectCPU(_ cpu: UInt64) throws(Refusal) {
    try beginCall(onBusyCPU: true)
    defer { endCall() }
    guard cpu < UInt64(cpuCount) else {
      throw Refusal(.errno(.EINVAL), .noSuchCPU, cpu, UInt64(cpuCount))
    }
    switchCPU(to: Int(cpu))
  }

  /// As `selectCPU`, for a CPU that there is.
  func switchCPU(to cpu: Int) {
    ram[Superblock.ref].currentCPU = UInt32(cpu)
    ram[TLBState.ref].current = ram[TLBState.ref].firstSlot(cpu)
  }

  /// The context the current CPU runs in.
  package var context: ExecutionContext {
    get { ExecutionContext(rawValue: ram[Superblock.ref].contexts[cpu]) ?? .process }
    nonmutating set {
      let before = context
      ram[Superblock.ref].contexts[cpu] = newValue.rawValue
      if has(.pks), before.isInterrupt != newValue.isInterrupt { highmem.enterOrLeaveInterrupt() }
    }
  }

  // MARK: Warnings

  /// WARNs since boot, those that WARN_ONCE kept out of the log included.
  package var warnings: UInt64 { ram[ram.log].warnings }

  func logMessage(
    _ message: KernelMessage, level: UInt8 = 4, _ function: KernelFunction? = nil,
    _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0
  ) {
    log.write(message, level: level, function, a, b, c, d)
  }

  /// The kernel's `WARN`, with a text of its own or without.
  func warn(
    _ function: KernelFunction, _ message: KernelMessage = .warning, level: UInt8 = 4,
    _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0
  ) {
    ram[ram.log].warnings += 1
    logMessage(message, level: level, function, a, b, c, d)
  }

  /// The kernel's `WARN_ONCE`.
  func warnOnce(
    _ place: WarnOnce, _ function: KernelFunction, _ message: KernelMessage = .warning,
    _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0
  ) {
    let bit = UInt32(1) << UInt32(place.rawValue)
    guard ram[ram.log].warnedOnce & bit == 0 else {
      ram[ram.log].warnings += 1
      return
    }
    ram[ram.log].warnedOnce |= bit
    warn(function, message, a, b, c, d)
  }

  /// The kernel's `pr_warn_once`.
  func logOnce(_ place: WarnOnce, _ message: KernelMessage) {
    let bit = UInt32(1) << UInt32(place.rawValue)
    guard ram[ram.log].warnedOnce & bit == 0 else { return }
    ram[ram.log].warnedOnce |= bit
    logMessage(message)
  }

  /// The kernel's `might_sleep`: complains and goes on where sleeping is not allowed.
  @inline(__always)
  func mightSleep(_ function: KernelFunction) {
    if ram[Superblock.ref].contexts[cpu] != ExecutionContext.process.rawValue {
      complainAboutSleeping(function, context)
    }
  }

  @inline(never)
  private func complainAboutSleeping(_ function: KernelFunction, _ context: ExecutionContext) {
    ram[ram.log].warnings += 1
    logMessage(.sleepingInAtomic, level: 3, function, UInt64(context.rawValue))
  }
}
