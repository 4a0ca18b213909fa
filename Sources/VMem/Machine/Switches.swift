/// Single differences between kernel versions, and what a build decides. `Switch.all` says what each
/// is and which kernels have it, `BuildOption.all` the same of builds.
public struct Switches: OptionSet, Sendable {
  let low: UInt64
  let high: UInt64

  init(low: UInt64 = 0, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  public init(rawValue: UInt128) {
    self.init(
      low: UInt64(truncatingIfNeeded: rawValue), high: UInt64(truncatingIfNeeded: rawValue >> 64))
  }

  public var rawValue: UInt128 { UInt128(high) << 64 | UInt128(low) }

  package static let vmapNodes = Switches(low: 1 << 0)
  package static let sparse = Switches(low: 1 << 1)
  package static let lazyMerge = Switches(low: 1 << 2)
  package static let smallPoolsGo = Switches(low: 1 << 3)
  package static let sizeWrapBug = Switches(low: 1 << 4)
  package static let softirqBug = Switches(low: 1 << 5)
  package static let searchSleeps = Switches(low: 1 << 6)
  package static let unpurgedAfterBusy = Switches(low: 1 << 7)
  package static let rangeInMessage = Switches(low: 1 << 8)
  package static let hugePerNode = Switches(low: 1 << 9)
  package static let largeFirst = Switches(low: 1 << 10)
  package static let deferredCleanup = Switches(low: 1 << 11)
  package static let lateFailuresSilent = Switches(low: 1 << 12)
  package static let askedSizeMessage = Switches(low: 1 << 13)
  package static let alignMessage = Switches(low: 1 << 14)
  package static let vrealloc = Switches(low: 1 << 15)
  package static let vreallocAlign = Switches(low: 1 << 16)
  package static let vreallocFrees = Switches(low: 1 << 17)
  package static let vreallocOverflow = Switches(low: 1 << 18)
  package static let gfpAtomicBit = Switches(low: 1 << 19)
  package static let nowaitWarns = Switches(low: 1 << 20)
  package static let sharedVunmap = Switches(low: 1 << 21)
  package static let vmapAnyFlags = Switches(low: 1 << 22)
  package static let vmapHuge = Switches(low: 1 << 23)
  package static let mapRAMZeroBug = Switches(low: 1 << 24)
  package static let mapRAMOldFlush = Switches(low: 1 << 25)
  package static let mapRAMUnknownBug = Switches(low: 1 << 26)
  package static let mapRAMInKcore = Switches(low: 1 << 27)
  package static let ioremapRangeChecks = Switches(low: 1 << 28)
  package static let iounmapWarns = Switches(low: 1 << 29)
  package static let nxOverHoles = Switches(low: 1 << 30)
  package static let roKeepsDirty = Switches(low: 1 << 31)
  package static let savedDirty = Switches(low: 1 << 32)
  package static let accountPUDTables = Switches(low: 1 << 33)
  package static let accountTopTables = Switches(low: 1 << 34)
  package static let accountPTETables = Switches(low: 1 << 35)
  package static let vmallocStatistic = Switches(low: 1 << 36)
  package static let typeByte = Switches(low: 1 << 37)
  package static let flagsOld = Switches(low: 1 << 38)
  package static let vmallocStartNote = Switches(low: 1 << 39)
  package static let compoundInfo = Switches(low: 1 << 40)
  package static let oopsUID = Switches(low: 1 << 41)
  package static let warningFile = Switches(low: 1 << 42)
  package static let mremapMany = Switches(low: 1 << 43)
  package static let mremapChecksFirst = Switches(low: 1 << 44)
  package static let udmabufVmap = Switches(low: 1 << 45)
  package static let udmabufFolios = Switches(low: 1 << 46)
  package static let udmabufNoHugetlb = Switches(low: 1 << 47)
  package static let udmabufHeadPage = Switches(low: 1 << 48)
  package static let udmabufVmapPFN = Switches(low: 1 << 49)
  package static let udmabufPFNMap = Switches(low: 1 << 50)
  package static let udmabufPrefault = Switches(low: 1 << 51)
  package static let arenaBestFit = Switches(low: 1 << 52)
  package static let arenaReserve = Switches(low: 1 << 53)
  package static let arenaReports = Switches(low: 1 << 54)
  package static let arenaWhole = Switches(low: 1 << 55)
  package static let arenaAnywhere = Switches(low: 1 << 56)
  package static let arenaScratch = Switches(low: 1 << 57)
  package static let arenaFaultFails = Switches(low: 1 << 58)
  package static let arenaLowFree = Switches(low: 1 << 59)
  package static let rfcStackCount = Switches(low: 1 << 60)
  package static let preemptCount = Switches(low: 1 << 61)
  package static let debugKmapLocal = Switches(low: 1 << 62)
  package static let kmapForceMap = Switches(low: 1 << 63)
  package static let pks = Switches(high: 1 << 0)
  package static let testMapRAM = Switches(high: 1 << 1)
  package static let testXfail = Switches(high: 1 << 2)
  package static let testNoBlock = Switches(high: 1 << 3)
  package static let testVrealloc = Switches(high: 1 << 5)
  package static let testFewByDefault = Switches(high: 1 << 6)
  package static let nrCPUs8192 = Switches(high: 1 << 7)
  package static let randomizeBase = Switches(high: 1 << 8)
  package static let initOnAlloc = Switches(high: 1 << 9)
  package static let lazyUnsorted = Switches(high: 1 << 10)
  package static let gfpFixed = Switches(high: 1 << 11)
  package static let gfpRetryMayFail = Switches(high: 1 << 12)
}

extension RAM {
  /// Whether the machine's kernel has one of some switches: with a constant, a test of one word.
  @inline(__always)
  func has(_ switches: Switches) -> Bool {
    self[Superblock.ref].switches & switches.low | self[Superblock.ref].moreSwitches & switches.high
      != 0
  }
}
