/// An emulated machine: RAM, and the calls of the kernel that runs in it.
///
/// All state is in `ram`; a machine value holds only where that is. Calls that the kernel would make
/// are methods named after the kernel's functions, in the folder of the subsystem they belong to.
public struct Machine: ~Copyable {
  let memory: HostMemory
  /// The emulated RAM. Views read it; only the engine's own calls change it.
  @usableFromInline package let ram: RAM
  /// Where the kernel's areas lie.
  public let map: AddressMap

  init(memory: consuming HostMemory, ram: RAM, map: AddressMap) {
    self.memory = memory
    self.ram = ram
    self.map = map
  }
}

extension Machine: KernelPart {}

extension Machine {
  /// The configuration the machine was booted with.
  public var configuration: Configuration { ram.configuration }

  /// Ticks since boot: one for each verb that may change the machine, and for each call of a test.
  public var clock: UInt64 { ram[Superblock.ref].clock }

  /// Lets time pass to a tick, if that is to come.
  package func advanceClock(to time: UInt64) {
    if time > ram[Superblock.ref].clock { ram[Superblock.ref].clock = time }
  }

  public var cpu: Int { ram[Superblock.ref].cpu }
  public var cpuCount: Int { Int(ram[Superblock.ref].cpuCount) }

  /// Makes `cpu` the CPU that runs the calls to come.
  public func selectCPU(_ cpu: UInt64) throws(Refusal) { try tasks.selectCPU(cpu) }

  /// The context the current CPU runs in.
  public var context: ExecutionContext {
    get { tasks.context }
    nonmutating set { tasks.context = newValue }
  }

  /// WARNs since boot, those that WARN_ONCE kept out of the log included.
  public var warnings: UInt64 { ram[ram.log].warnings }
}
