/// What a call answers instead of a value: the outcome, the rule that decided, and the values the
/// rule compared.
///
/// The engine has no texts: whoever shows a refusal words it from `rule` and `values`.
public struct Refusal: Error, Equatable, Sendable {
  /// What the caller sees.
  public enum Outcome: Equatable, Sendable {
    /// A negative error number.
    case errno(Errno)
    /// A null pointer.
    case null
    /// An access that the MMU refused.
    case fault
    /// A user's access that ends in a signal.
    case signal(Signal)
    /// What kills a real kernel; refused here, and the machine is unchanged but for its log.
    case bug
    /// The task that calls sleeps; what it waits for lets the call go on when the task runs again.
    case blocked
  }

  public let outcome: Outcome
  package let rule: Rule
  /// What the rule compared, in the order its text names them.
  package let values: InlineValues

  package init(_ outcome: Outcome, _ rule: Rule, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0)
  {
    self.outcome = outcome
    self.rule = rule
    values = InlineValues(a: a, b: b, c: c)
  }

  package struct InlineValues: Equatable, Sendable {
    package let a: UInt64
    package let b: UInt64
    package let c: UInt64
  }
}

/// Signals that end an access of a user, with Linux's numbers.
public enum Signal: UInt8, CaseIterable, Sendable {
  case SIGBUS = 7
  case SIGSEGV = 11

  public var name: String { "\(self)" }
}

/// The rules that refuse calls. The comment of each case names its values in order.
package enum Rule: UInt16, CaseIterable, Sendable {
  // Areas
  /// size
  case sizeRoundsToZero
  /// alignment
  case alignmentNotPowerOfTwo
  /// size with guard, alignment
  case noHole
  /// size with guard, range start, range end
  case holePastRangeEnd
  case noDescriptor
  /// address
  case noAreaAtAddress
  /// address, area start
  case notAreaStart
  /// address
  case addressNotAligned
  case inInterrupt
  /// address
  case outsideVmalloc
  /// address
  case noBlock
  /// address, pages given back, pages of its block that are out
  case moreThanHandedOut
  /// offset, size, alignment
  case groupNotAligned
  /// offset, other offset
  case groupOverlaps
  /// area start
  case hasNotifier
  /// area start
  case noNotifier
  // Sparse areas and mapping
  /// flags
  case flushResetPerms
  /// flags
  case noGuard
  case noSparseAreas
  /// flags
  case notSparse
  /// pages asked for, pages of RAM
  case morePagesThanRAM
  /// start, area start
  case beforeAreaStart
  /// end, area end
  case pastAreaEnd
  /// start, end
  case emptyRange
  /// start, end
  case unalignedUnmap
  /// address
  case notCanonical
  /// start, end
  case touchesDirectMap
  /// address, current entry
  case slotOccupied
  /// address, position in the page list
  case nullPage
  /// address, frame number
  case invalidFrame
  /// address, 1 where an atomic section has page faults off, 0 in an interrupt
  case pageFaultsOff
  /// address, level
  case noTableMemory
  /// address, level
  case noTable
  /// address, level
  case leafInTheWay
  /// number of the call
  case functionFailed
  /// frame number
  case frameHasStructPage
  /// physical address, bits the CPU has
  case noPhysicalAddress
  /// first and last byte
  case physicalIsRAM
  /// physical address, cache mode
  case cacheConflict
  /// address
  case notIoremap
  /// area start, area end
  case notWholeArea
  /// count
  case neverEnds
  // Memory
  /// order
  case orderTooHigh
  /// node, nodes of the machine
  case noSuchNode
  /// frames asked for
  case noFrames
  case zeroPages
  case nullAddress
  case offsetNotAligned
  /// frame number
  case pageNotAllocated
  // User address spaces
  /// address
  case noUserSpace
  /// address, CPU
  case userSpaceInUse
  case zeroLength
  /// bytes
  case noUserRoom
  /// bytes, address, end of the user addresses
  case notUserRange
  /// mappings
  case tooManyMappings
  /// address
  case noUserMapping
  /// pages
  case offsetWraps
  /// flags
  case notUserMap
  /// end behind the area's start, size of the area
  case pastAreaSize
  /// address
  case holeInArea
  /// address, flags of the mapping
  case noUserRight
  /// address
  case nothingBehind
  /// address
  case notMappedByUser
  /// address, flags of the mapping
  case mayNotGrow
  /// address, new address
  case movesOntoItself
  /// new address
  case mustMove
  /// address, pid
  case userSpaceOfTask
  /// address, lowest that may be mapped
  case belowMinimum
  // Access
  /// address
  case notUserPage
  /// address, level (0: not canonical)
  case notMapped
  /// address
  case readOnly
  // Arenas
  /// address
  case noArena
  /// key size, value size
  case arenaElements
  /// flags
  case arenaFlags
  /// pages, most pages
  case arenaTooLarge
  /// address, bytes
  case crossesWindow
  /// flags
  case noSuchFlags
  /// pages, pages that have user addresses
  case arenaPages
  /// first address, end of the arena's
  case pastArena
  /// page behind the last, pages of the arena
  case pastArenaPages
  /// address
  case arenaPagesTaken
  /// pages
  case noArenaRun
  case noArenaReserve
  /// first address, first address of the arena's pages
  case belongsToArena
  /// address
  case arenaFaults
  /// address
  case arenaPoisoned
  /// CPU
  case arenaLocked
  /// CPU
  case arenaFreeWaits
  /// the arena, start and end of a user mapping
  case arenaListDangles
  /// the arena, the mm_struct
  case arenaNotMapped
  /// number, its low 32 bits
  case countIsLonger
  /// page
  case arenaOffset
  /// pages, pages of the arena
  case arenaLength
  /// address, the arena's
  case arenaElsewhere
  case arenaFrozen
  case arenaWritable
  /// address
  case arenaStaysWhole
  case neverExecutable
  case neverPrivate
  /// start, end
  case userRangeTaken
  /// CPU
  case noCurrentSpace
  // CPUs and names
  /// CPU, CPUs of the machine
  case noSuchCPU
  case nameInUse
  case nameHoldsNothing
  case nameTableFull
  // Tasks
  /// bytes, most bytes
  case taskName
  /// CPU
  case taskRuns
  /// most tasks
  case tooManyTasks
  case taskExists
  case firstTask
  /// page
  case taskSleeps
  /// times, CPU
  case migrationDisabled
  // Temporary mappings
  /// frame number
  case noStructPage
  /// slots
  case noKmapSlot
  case sleepsInAtomic
  /// frame number
  case pageNotKmapped
  case kunmapUnbalanced
  /// mappings, most mappings
  case kmapTooDeep
  /// address
  case nothingKmapped
  /// most times
  case preemptTooDeep
  case nothingAtomic
  /// pages, most pages
  case tooManyToCompare
  // Protection keys
  case noProtectionKeys
  /// key, last key
  case noSuchKey
  /// frame number
  case notInDirectMap
  /// address, key, error code
  case protectionKey
  // Steps
  /// CPU
  case cpuSleeps
  case cpuInTheMiddle
  case cpuInInterrupt
  case noCallToStep
  /// CPU
  case otherCallEnded
  case purgeUnderWay
  /// pages, most pages
  case tooManySteps
  // Files
  /// address
  case noFile
  /// offset, error number of the host (0: the file ends before)
  case hostFile
  /// bytes
  case pathTooLong
  /// pages
  case readAheadWindow
  /// order
  case folioOrderTooHigh
  /// size or offset
  case fileTooLarge
  /// offset
  case offsetTooLarge
  case hugetlbWrite
  /// size
  case notWholeHugePages
  case hostFileHoles
  case noHugePage
  /// page
  case pageNotResident
  /// page, size of the file
  case behindFileEnd
  // Seals
  /// address
  case notMemfd
  /// seals
  case noSuchSeal
  /// seals
  case sealed
  /// mappings
  case writableMapping
  /// page
  case pagePinned
  // Buffers
  /// items, most items
  case tooManyItems
  /// offset, size
  case itemNotAligned
  /// pages, most pages
  case bufferTooLarge
  /// address
  case noMemfd
  case notInt
  /// descriptors
  case tooManyDescriptors
  /// seals
  case sealsForbid
  /// address
  case noBuffer
  case noBufferMap
  case bufferNotMapped
  /// address, where it is mapped
  case bufferMapped
  /// flags
  case syncFlags
  case noSyncTable
  case bufferNotShared
  /// frame
  case sharedStructPage
  // Stacks
  /// size, least, most
  case stackSize
  /// address
  case noStack
  /// address
  case areaIsStack
  /// address
  case notReclaimable
  /// address, end of the stack
  case aboveStack
  /// address, start of the stack
  case stackGuard
  /// address, start of the stack
  case belowStack
  /// address
  case doubleFault
  /// bytes of a frame, least, most
  case stackFrame
  case noDepth
  case noHostWindow
  // Injection
  /// level, levels of the machine
  case noSuchTable
}
