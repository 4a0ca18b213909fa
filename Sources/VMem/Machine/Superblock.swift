/// Frame 0 of RAM: the configuration and the root of every structure.
struct Superblock: BitwiseCopyable {
  static let ref = Ref<Superblock>(granule: 0)
  /// "VMEMCTL" and a newline, little endian.
  static let magic: UInt64 = 0x0a4c_5443_4d45_4d56
  static let formatVersion: UInt32 = 1

  // Identity
  var magic = Self.magic
  var formatVersion = Self.formatVersion
  /// A bit for each `InjectionKind` that may fail: on the cache line every allocation uses.
  var injects: UInt32 = 0
  /// Stands on a granule of its own: `AreaAllocator.state`.
  var areas = AreaState()
  var kernel: UInt16 = 0
  var levels: UInt8 = 4
  var nodes: UInt8 = 1
  var frameCount: UInt32 = 0
  var cpuCount: UInt32 = 1
  var switches: UInt64 = 0
  var currentCPU: UInt32 = 0
  var seed: UInt64 = 1
  var clock: UInt64 = 0
  var contexts = InlineArray<64, UInt8>(repeating: 0)

  // Memory
  /// First frame of the struct pages.
  var frameTable: UInt32 = 0
  /// Frames under the allocator's control.
  var managedFrames: UInt32 = 0
  /// Pages of the vmalloc family (`nr_vmalloc`).
  var vmallocPages: UInt64 = 0
  var zones = Ref<Zone>.none
  var caches = InlineArray<20, CacheState>(repeating: CacheState())

  // High memory
  /// Frames at the end of RAM that the direct map does not have.
  var highFrames: UInt32 = 0
  /// First frame of PKMAP's state.
  var kmapFrames: UInt32 = 0
  /// `KmapWindow.Kind`, and slots of PKMAP.
  var window: UInt8 = 0
  /// Whether a fault by the key of protected pages is only complained about.
  var pksRelaxed: UInt8 = 0
  var pkmapSlots: UInt16 = 0
  /// Mappings of kmap_local that have ended and that an audit has something to say about, the last
  /// one first, and how many there were of whose use by other tasks nothing is known.
  var endedMappings = Ref<LocalMapping>.none
  var unwatchedMappings: UInt64 = 0

  // Paging
  var topTable: UInt32 = 0
  /// Physical ranges that ioremap maps.
  var memoryTypes = Ref<MemoryType>.none
  /// Address that vfree has put off; the next one stands in its first bytes.
  var deferredFree: UInt64 = 0
  var deferredCount: UInt32 = 0
  var perCPU = Ref<PerCPU>.none
  /// Tables that exist, by depth: 1 for PTE pages up to `levels`.
  var tables = InlineArray<6, UInt32>(repeating: 0)
  /// Those of them that boot, or a split of the direct map, has made without the kernel's accounts.
  var bootTables = InlineArray<6, UInt32>(repeating: 0)
  /// User address spaces, and their tables by depth.
  var userSpaces = Ref<UserSpace>.none
  var userTables = InlineArray<6, UInt32>(repeating: 0)
  /// The page of zeroes that users read who never wrote, or 0, and the last number of an `anon_vma`.
  var zeroPage: UInt32 = 0
  var anonymousNumber: UInt32 = 0
  /// Bytes of the direct map in leaves of 4 KiB, 2 MiB and 1 GiB.
  var directMap = InlineArray<3, UInt64>(repeating: 0)
  var flushes = FlushCounters()
  /// Whether set_memory has changed what leaves allow.
  var changesRights = false

  // Log
  var logFrames: UInt32 = 0
  var warnedOnce: UInt32 = 0
  var logEnd: UInt64 = 0
  var warnings: UInt64 = 0
  /// `printk_ratelimit`, and that of `warn_alloc`.
  var messageLimit = RateLimit()
  var allocationLimit = RateLimit()

  // Names
  var names = HashTable<Name>()
  var symbols = HashTable<Symbol>()

  // Files
  var files = Ref<File>.none
  var buffers = Ref<DmaBuf>.none
  /// Files and buffers that there have been: inode numbers.
  var filesMade: UInt32 = 0
  var buffersMade: UInt32 = 0
  var udmabuf = UdmabufLimits()

  // Injection
  var injections = Injections()

  // Tests
  /// Random numbers drawn since boot.
  var draws: UInt64 = 0
  /// Worker of a test that runs, plus one; 0 for the task that runs verbs.
  var testWorker: UInt16 = 0

  // Tasks
  var taskCount: UInt32 = 0
  /// The tasks that verbs have made; a task's number is its place plus one.
  var tasks = InlineArray<32, Ref<Task>>(repeating: .none)
  /// The number of each CPU's task; 0 is the one the machine boots with.
  var runningTasks = InlineArray<64, UInt8>(repeating: 0)

  // Arenas
  /// All arenas, the newest first, and their frees that wait for a context that may sleep.
  var arenas = Ref<Arena>.none
  var arenaSpans: UInt32 = 0
  // Stacks
  /// What all stacks share, once there is one.
  var stacks = Ref<StackState>.none

  // Steps
  /// A bit for each CPU that is in the middle of a divided call.
  var busyCPUs: UInt64 = 0

  var cpus: UInt32 { cpuCount }
  @inline(__always)
  var cpu: Int { Int(currentCPU & 63) }
  var nodeOfCurrentCPU: Int {
    Int(currentCPU) * Int(nodes) / max(1, Int(cpuCount))
  }
}

/// TLB flushes since boot.
public struct FlushCounters: BitwiseCopyable, Sendable {
  /// Flushes that went page by page, and those of everything.
  public var ranges: UInt64 = 0
  public var full: UInt64 = 0
  /// Pages flushed one by one.
  public var pages: UInt64 = 0
}
