internal import CHost
internal import CModule
internal import Glibc
package import VMem

/// Modules that run natively on a machine: their memory, tasks and what they were given.
///
/// Native code sees the machine's RAM at the kernel's addresses without their top bits. One task runs
/// at a time; it leaves the CPU only where it waits.
package final class ModuleHost {
  // What every call touches says so: tests of exclusive access cost it a tenth.

  /// The machine, while something runs on it.
  @exclusivity(unchecked) var place: UnsafeMutablePointer<Machine>?
  /// RAM, and the pages that devices answer at.
  let memory: Int32
  let devices: Int32
  /// Pages of these that somebody has seen, by their offset.
  var devicePages: Set<UInt64> = []
  let map: AddressMap
  let view: NativeView
  /// Bytes of RAM.
  let memorySize: UInt64
  let table = CallTable.every
  private(set) var thunks: Thunks

  package internal(set) var modules: [LoadedModule] = []
  var tasks: [ModuleTask] = []
  @exclusivity(unchecked) var running: ModuleTask?
  /// All that modules may still point at.
  var tasksByAddress: [UInt64: ModuleTask] = [:]
  /// Tasks that have joined wait queues by hand.
  var joined: [UInt64: [QueueEntry]] = [:]
  var srcu: [UInt64: SRCUState] = [:]
  var workQueues: [UInt64: WorkQueue] = [:]
  var deferredFrees: [(address: UInt64, asked: Ledger.Event)] = []
  var nextPID: Int32 = 100
  /// Something has happened since the scheduler last looked.
  @exclusivity(unchecked) var hasMoved = false
  /// When a timer or the end of a sleep interrupts whoever runs; as soon as may be, not later.
  @exclusivity(unchecked) var nextTick = UInt64.max
  /// Turns of tasks.
  @exclusivity(unchecked) var turns: UInt64 = 0
  @exclusivity(unchecked) var idleness = Idleness()
  var slab = SlabHeap()
  var shadow = SlabShadow()
  @exclusivity(unchecked) var ledger = Ledger()
  /// Switches tasks at calls by chance; nil for only where they wait.
  @exclusivity(unchecked) var preemption: SplitMix?
  /// Whether the task that was waited for ended because all of them wait.
  var isDeadlocked = false
  /// Whether a task may have kept its CPU when it left its turn.
  @exclusivity(unchecked) var hasKeepers = false
  /// Functions that the engine has called and that have not returned.
  @exclusivity(unchecked) var callbacks = 0
  /// What tasks have died of since somebody asked.
  var deaths: [(task: ModuleTask, text: String)] = []
  /// The first complaints since they were asked for last, and how many there were.
  var complaints: [String] = []
  var complaintCount = 0
  /// Oopses that the machine had when somebody was last told of one.
  var toldOopses: UInt64 = 0
  /// Reports of a kernel that its log holds, but for oopses.
  var taints: Set<Taint> = []
  /// When tasks are looked at next that may have waited for long, and how many reports of such are left.
  @exclusivity(unchecked) var nextHungCheck: UInt64 = 0
  var hungWarnings = ModuleHost.mostReports
  /// Who has ended with a lock held, by the lock.
  var leftLocks: [UInt64: String] = [:]
  /// Whether a timer's function that leaves preemption off has been warned of (`WARN_ONCE`).
  var hasWarnedOfTimer = false
  /// Why the call that runs ends its task.
  var pendingOops: Oops?
  var objects = HostObjects()
  /// Arrays of pages that `vmap` took over (VM_MAP_PUT_PAGES), by the address of the area.
  var lentArrays: [UInt64: UInt64] = [:]
  var timers: [ModuleTimer] = []
  var resources: [ReservedRange] = []
  /// When a sleep in atomic context was complained of last.
  var lastSleepComplaint: UInt64?
  /// Whether a block of pages that is too large has been warned of (`WARN_ON_ONCE_GFP`).
  var hasWarnedOfOrder = false
  /// Whether a conversion that the kernel's printf does not have has been warned of (`WARN_ONCE`).
  var hasWarnedOfFormat = false
  @exclusivity(unchecked) var pageRecords: PageRecords
  /// Whether a block of pages was ever asked for with __GFP_COMP.
  var hasCompounds = false
  /// Where calls are made whose mistake was explained, of such as loops repeat.
  var explained: Set<UInt64> = []
  /// Flags that modules have set in struct pages by calls, by the page.
  var pageFlags: [UInt64: Set<String>] = [:]
  @exclusivity(unchecked) var callers = Callers()
  var zeroPage: UInt64?
  /// Free frames that memremap has kept for a module, by the first of what it asked for.
  var reserved: [UInt64: [UInt64]] = [:]
  /// What printk has not ended with a newline yet.
  var partialLine: [UInt8] = []
  var partialLevel: UInt8 = 4
  private(set) lazy var format = KernelFormat(
    memory: reader, seed: view.configuration.seed,
    pageFlags: PageFlagNames(view.configuration.kernel, view.configuration.switches),
    switches: view.configuration.switches)
  private var perCPUOffsets: [UInt64]
  /// Seconds that a task may run without leaving the CPU.
  package var longestTurn = 20

  /// Lets modules run on a machine.
  package init(_ machine: borrowing Machine) throws(ModuleFailure) {
    map = machine.map
    guard map.levels == 4 else { throw ModuleFailure(.EOPNOTSUPP, .moduleFiveLevels) }
    guard map.isUsual else { throw ModuleFailure(.EOPNOTSUPP, .moduleMovedWindow) }
    guard let memory = machine.shareMemory() else { throw ModuleFailure(.ENOMEM, .moduleMemory) }
    self.memory = memory
    devices = chost_open_memory()
    view = NativeView(machine)
    memorySize = view.configuration.memory
    guard let records = PageRecords(frames: memorySize >> 12) else {
      machine.unshareMemory(memory)
      if devices >= 0 { Glibc.close(devices) }
      throw ModuleFailure(.ENOMEM, .moduleMemory)
    }
    pageRecords = records
    thunks = Thunks()
    perCPUOffsets = []
    for cpu in 0..<machine.cpuCount { perCPUOffsets.append(machine.perCPUOffset(cpu)) }
    let frames = memorySize >> 12
    let (low, high) = (Self.programs.lowerBound, Self.programs.upperBound)
    let ranges = [
      chost_native_range(start: UInt64(VMEM_DIRECT_MAP), size: frames << 12, is_optional: 0),
      chost_native_range(
        start: UInt64(VMEM_VMALLOC), size: low - UInt64(VMEM_VMALLOC), is_optional: 0),
      chost_native_range(start: low, size: high - low, is_optional: 1),
      chost_native_range(start: high, size: UInt64(VMEM_VMALLOC_END) - high, is_optional: 0),
      chost_native_range(
        start: UInt64(VMEM_STRUCT_PAGES), size: (frames << 6 + 4095) & ~4095, is_optional: 0),
    ]
    // Safe: the host outlives the windows, which its end closes.
    let status = chost_native_open(
      ranges, Self.fill, Self.dispatch, Unmanaged.passUnretained(self).toOpaque())
    guard status == 0, devices >= 0, thunks.write(table) else {
      machine.unshareMemory(memory)
      records.close()
      if devices >= 0 { Glibc.close(devices) }
      if status == 0 { chost_native_close() }
      throw ModuleFailure(.ENOMEM, status == EEXIST ? .moduleAddresses : .moduleMemory)
    }
    if let number = table.number(of: "preempted") {
      chost_native_set_preemption(number, UInt64(VMEM_MODULES), UInt64(VMEM_MODULES_END))
    }
    ftruncate(devices, Self.deviceBytes)
    objects.open(machine, self)
  }

  /// Where the host puts a program that is not statically linked, and its heap: native code sees no areas
  /// there then.
  private static let programs: Range<UInt64> = 0x5500_0000_0000..<0x5800_0000_0000

  /// All that may be stacks of tasks.
  private static let stackBytes: UInt64 = 4 << 30

  /// Struct pages that the kernel's address space has room for.
  static let mostFrames: UInt64 = 1 << 34
  /// Bytes below a window that are nobody else's.
  private static let hole: UInt64 = 1 << 36

  /// Bytes that devices answer with: what was written there last.
  static let deviceBytes = 1 << 30

  /// Takes everything away again; no module may be loaded.
  package func close(_ machine: borrowing Machine) {
    precondition(modules.isEmpty)
    for task in tasks { task.end() }
    tasks = []
    objects.close()
    unreserveAll(machine)
    if let zeroPage { _ = try? machine.pageSets.freePages([zeroPage]) }
    thunks.release()
    chost_native_close()
    machine.unshareMemory(memory)
    pageRecords.close()
    Glibc.close(devices)
  }

  /// Makes the machine known while `body` runs.
  package func run<E: Error>(
    on machine: inout Machine, _ body: (ModuleHost) throws(E) -> Void
  ) throws(E) {
    try withUnsafeMutablePointer(to: &machine) { pointer throws(E) in
      place = pointer
      toldOopses = view.oopses
      defer { place = nil }
      let cpu = pointer.pointee.cpu
      defer { selectCPU(cpu) }
      try view.withOwnCalls { () throws(E) in try body(self) }
      if !partialLine.isEmpty { flushLine() }
    }
  }

  /// Switches tasks by chance; nil for only where they wait.
  package func setPreemption(seed: UInt64?) { preemption = seed.map { SplitMix($0) } }

  /// Forgets modules whose code cannot be unloaded, as at the end of a machine.
  package func abandonAll() {
    for task in tasks { task.end() }
    tasks = []
    for module in modules { module.release() }
    modules = []
  }

  func perCPUOffset(_ cpu: Int) -> UInt64 {
    cpu < perCPUOffsets.count ? perCPUOffsets[cpu] : 0
  }

  // MARK: Addresses

  /// The kernel's address of what native code has at one of the windows or of the modules' addresses;
  /// any other number as it is.
  package func unfolded(_ address: UInt64) -> UInt64 {
    guard address >> 47 == 0 else { return address }
    let kernel = address | UInt64(VMEM_TOP_BITS)
    // With the end of the window, which callers name as well, and what is before its first area.
    let offset = kernel &- map.vmallocStart &+ Self.hole
    if offset <= map.vmallocEnd &- map.vmallocStart &+ Self.hole { return kernel }
    if kernel &- map.pageOffset < memorySize { return kernel }
    // With what frame numbers below 0 lead to.
    if kernel &- map.vmemmap &+ Self.hole < Self.mostFrames << 6 &+ Self.hole { return kernel }
    if address &- UInt64(VMEM_OBJECTS) < UInt64(VMEM_OBJECTS_SIZE) { return kernel }
    if address &- UInt64(VMEM_STACKS) < Self.stackBytes { return kernel }
    for module in modules where module.contains(address) {
      return address &- module.base &+ module.shownBase
    }
    // What lies between modules.
    let isText = UInt64(VMEM_MODULES)..<UInt64(VMEM_MODULES_END) ~= address
    return isText ? kernel : address
  }

  /// The address that native code uses for a kernel address.
  func folded(_ address: UInt64) -> UInt64 { address & ~UInt64(VMEM_TOP_BITS) }
}
