internal import VMem

extension Refusal {
  /// The rule with its values, as one sentence.
  ///
  /// - Parameter culprit: the word the refusal is about, where it is about a word.
  func sentence(_ culprit: String? = nil) -> String {
    let a = hexadecimal(values.a)
    let b = hexadecimal(values.b)
    let c = hexadecimal(values.c)
    switch rule {
    case .sizeRoundsToZero: return "size \(values.a) is 0 when rounded up to pages"
    case .alignmentNotPowerOfTwo: return "alignment \(a) is not a power of two"
    case .noHole: return "no hole of \(a) bytes (guard page included) at alignment \(b)"
    case .holePastRangeEnd: return "no hole of \(a) bytes (guard page included) in \(b)..\(c)"
    case .noDescriptor: return "no memory for a descriptor"
    case .noSparseAreas: return "this kernel has no sparse areas"
    case .noAreaAtAddress: return "no area at \(a)"
    case .notAreaStart: return "\(a) lies inside the area that starts at \(b)"
    case .addressNotAligned: return "address \(a) is not page aligned"
    case .inInterrupt: return "called in an interrupt"
    case .outsideVmalloc: return "address \(a) is outside the vmalloc window"
    case .noBlock: return "no vm_map_ram block holds \(a)"
    case .moreThanHandedOut:
      return "\(values.b) pages are given back at \(a), but only \(values.c) of its block are out"
    case .groupNotAligned: return "offset \(a) and size \(b) are not multiples of \(c)"
    case .groupOverlaps: return "the members at offsets \(a) and \(b) overlap"
    case .hasNotifier: return "the area at \(a) has a purge notifier"
    case .noNotifier: return "the area at \(a) has no purge notifier"
    case .flushResetPerms: return "the area has VM_FLUSH_RESET_PERMS (flags \(a))"
    case .noGuard: return "the area has VM_NO_GUARD (flags \(a))"
    case .notSparse: return "the area is not VM_SPARSE (flags \(a))"
    case .morePagesThanRAM: return "\(values.a) pages are more than the \(values.b) of RAM"
    case .beforeAreaStart: return "start \(a) is before the area's start \(b)"
    case .pastAreaEnd: return "end \(a) is past the area's end \(b) (guard page excluded)"
    case .emptyRange: return "start \(a) is not below end \(b)"
    case .unalignedUnmap: return "range \(a)..\(b) is not page aligned"
    case .notCanonical: return "address \(a) is not canonical"
    case .touchesDirectMap: return "range \(a)..\(b) reaches what boot mapped"
    case .slotOccupied: return "the entry for \(a) is occupied (\(b))"
    case .nullPage: return "the page for \(a), number \(values.b) of the list, is null"
    case .invalidFrame: return "no struct page for frame \(values.b), to be mapped at \(a)"
    case .noTableMemory: return "no memory for the \(level(values.b)) table at \(a)"
    case .noTable: return "no \(level(values.b)) table at \(a)"
    case .leafInTheWay: return "a \(level(values.b)) leaf maps \(a)"
    case .frameHasStructPage: return "frame \(values.a) is RAM: it has a struct page"
    case .noPhysicalAddress: return "physical address \(a) needs more than \(values.b) bits"
    case .physicalIsRAM: return "\(a)..\(b) is RAM in use"
    case .cacheConflict: return "another mapping of \(a) rules this cache mode out"
    case .notIoremap: return "no VM_IOREMAP area at \(a)"
    case .notWholeArea: return "the range is not the whole area \(a)..\(b)"
    case .functionFailed: return "the function failed at call \(values.a)"
    case .neverEnds:
      return "\(Int64(bitPattern: values.a)) pages, holes passed over, come to no end"
    case .orderTooHigh: return "order \(values.a) is above the highest, 10"
    case .noSuchNode: return "no node \(Int64(bitPattern: values.a)) among \(values.b)"
    case .noFrames: return values.a == 1 ? "no free frame" : "no \(values.a) free frames"
    case .zeroPages: return "0 pages asked for"
    case .nullAddress: return "address NULL"
    case .pageNotAllocated: return "frame \(values.a) is not allocated"
    case .noUserSpace: return "no mm_struct at \(a)"
    case .userSpaceInUse: return "CPU \(values.b) uses the address space"
    case .zeroLength: return "0 bytes asked for"
    case .noUserRoom: return "no room for \(a) bytes of user addresses"
    case .notUserRange: return "\(a) bytes at \(b) are not all user addresses, which end at \(c)"
    case .tooManyMappings: return "\(values.a) mappings are the most"
    case .noUserMapping: return "no user mapping at \(a) on this CPU"
    case .offsetNotAligned: return "offset \(a) is not a whole number of pages"
    case .offsetWraps: return "an offset of \(a) pages is more than 64 bits of bytes"
    case .notUserMap: return "the area is neither VM_USERMAP nor VM_DMA_COHERENT (flags \(a))"
    case .pastAreaSize: return "the mapping ends \(a) behind the area's start, which has \(b) bytes"
    case .holeInArea: return "no page is mapped at \(a)"
    case .noUserRight: return "the mapping of \(a) does not allow it (flags \(b))"
    case .nothingBehind: return "nothing is behind \(a): no page has been inserted"
    case .notMappedByUser: return "nothing is mapped at \(a)"
    case .mayNotGrow: return "the mapping of \(a) may not grow (flags \(b))"
    case .movesOntoItself: return "the range at \(a) and its new place at \(b) overlap"
    case .mustMove: return "only what may move goes to \(a)"
    case .userSpaceOfTask: return "the task with pid \(values.b) has the address space"
    case .belowMinimum: return "address \(a) is below mmap_min_addr, \(b)"
    case .notUserPage: return "an entry for \(a) lets no user pass"
    case .notMapped:
      return values.b == 0
        ? "address \(a) is not canonical" : "no \(level(values.b)) entry for \(a)"
    case .pageFaultsOff:
      return "no fault is served at \(a): "
        + (values.b == 1 ? "page faults are off" : "nothing may sleep here")
    case .readOnly: return "\(a) is mapped read-only"
    case .noArena: return "no arena at \(a)"
    case .arenaElements:
      return "key size \(values.a) and value size \(values.b): an arena has no elements"
    case .arenaFlags:
      return "flags \(a): an arena has 0x400 (BPF_F_MMAPABLE), and takes 0x20000 and 0x40000"
    case .arenaTooLarge: return "\(values.a) pages are more than 4 GiB, which are \(values.b)"
    case .crossesWindow: return "\(b) bytes at \(a) cross a multiple of 4 GiB"
    case .noSuchFlags: return "flags \(a) are not known"
    case .arenaPages:
      return "\(values.a) pages are more than the \(values.b) that have user addresses"
    case .pastArena: return "\(a) is past the arena's end \(b)"
    case .pastArenaPages:
      return "the pages end with number \(values.a &- 1), the arena's with \(values.b &- 1)"
    case .arenaPagesTaken: return "not all pages at \(a) are free"
    case .noArenaRun: return "no run of \(values.a) free pages"
    case .noArenaReserve: return "this kernel has no bpf_arena_reserve_pages"
    case .belongsToArena: return "\(a) is in the area of the arena at \(b)"
    case .arenaFaults: return "no page at \(a), and the arena has BPF_F_SEGV_ON_FAULT"
    case .arenaPoisoned: return "a helper has missed the page at \(a): the scratch page is there"
    case .arenaLocked: return "CPU \(values.a) has the arena's lock"
    case .arenaFreeWaits: return "the pages go when CPU \(values.a) drops the arena's lock"
    case .arenaListDangles:
      return "the mapping at \(b) was copied or cut from one that is gone, which the list of the "
        + "arena at \(a) still names"
    case .arenaNotMapped: return "the address space at \(b) does not map the arena at \(a)"
    case .countIsLonger:
      return "the function takes 32 bits: \(values.a) pages are \(values.b)"
    case .arenaOffset: return "page \(values.a) of a map that is mapped from page 0 on"
    case .arenaLength: return "\(values.a) pages, but the arena has \(values.b)"
    case .arenaElsewhere: return "\(a) is not where the arena is, at \(b)"
    case .arenaFrozen: return "the map is frozen"
    case .arenaWritable: return "the map has been mapped writable"
    case .arenaStaysWhole: return "the mapping of an arena at \(a) is not cut or moved"
    case .neverExecutable: return "the file is on a filesystem that is mounted noexec"
    case .neverPrivate: return "a map is mapped shared, or not at all"
    case .userRangeTaken: return "there is a mapping in \(a)..\(b)"
    case .noCurrentSpace: return "CPU \(values.a) uses no user address space"
    case .noSuchCPU: return "no CPU \(values.a) among \(values.b)"
    case .taskName: return "a name of \(values.a) bytes; a task's has 1 to \(values.b)"
    case .taskRuns: return "the task runs on CPU \(values.a)"
    case .tooManyTasks: return "more than \(values.a) tasks"
    case .taskExists: return "a task has that name"
    case .firstTask: return "the task the machine boots with never ends"
    case .taskSleeps: return "the task sleeps in kmap, for frame \(values.a)"
    case .migrationDisabled:
      return "the task cannot leave CPU \(values.b): migration is disabled \(values.a) times"
    case .noStructPage:
      return values.a == .max
        ? "the page is null" : "frame \(values.a) is no RAM: it has no struct page"
    case .noKmapSlot: return "all \(values.a) slots of PKMAP have users: the task sleeps"
    case .sleepsInAtomic: return "all \(values.a) slots of PKMAP have users, and nothing may sleep"
    case .pageNotKmapped: return "frame \(values.a) has no address from kmap"
    case .kunmapUnbalanced: return "frame \(values.a) has no user left: more kunmap than kmap"
    case .kmapTooDeep: return "\(values.a) mappings are held, and \(values.b) are the most"
    case .nothingKmapped: return "the task has no mapping to release, and none at \(a)"
    case .preemptTooDeep: return "preemption is disabled \(values.a) times already"
    case .nothingAtomic: return "no kmap_atomic is open"
    case .tooManyToCompare: return "\(values.a) pages; 1 to \(values.b) are compared"
    case .noProtectionKeys: return "this machine has no protection keys"
    case .noSuchKey: return "key \(values.a) is not from 1 to \(values.b)"
    case .notInDirectMap: return "the direct map does not have frame \(values.a)"
    case .protectionKey:
      return "key \(values.b) forbids this task \(values.c & 2 != 0 ? "to write" : "to use") \(a)"
        + " (error code \(c))"
    case .cpuSleeps: return "CPU \(values.a) has a task that sleeps"
    case .cpuInTheMiddle: return "CPU \(values.a) is in the middle of a call"
    case .cpuInInterrupt: return "CPU \(values.a) is in an interrupt"
    case .otherCallEnded: return "CPU \(values.a) was waited for, and has ended its call"
    case .noCallToStep: return "CPU \(values.a) is in the middle of nothing"
    case .purgeUnderWay: return "CPU \(values.a) is in the middle of a purge (vmap_purge_lock)"
    case .tooManySteps: return "\(values.a) pages are more than \(values.b) steps"
    case .nameInUse: return "\(culprit ?? "the name") stands for something that lives"
    case .nameHoldsNothing: return culprit ?? "the name stands for nothing"
    case .nameTableFull: return "no memory for the name \(culprit ?? "")"
    case .noFile, .hostFile, .pathTooLong, .readAheadWindow, .folioOrderTooHigh, .fileTooLarge,
      .offsetTooLarge, .hugetlbWrite, .notWholeHugePages, .hostFileHoles, .noHugePage,
      .notInt, .tooManyDescriptors, .pageNotResident, .behindFileEnd, .notMemfd, .noSuchSeal,
      .sealed, .writableMapping,
      .pagePinned, .tooManyItems, .itemNotAligned, .bufferTooLarge, .noMemfd, .sealsForbid,
      .noBuffer, .noBufferMap, .bufferNotMapped, .bufferMapped, .syncFlags, .noSyncTable,
      .bufferNotShared,
      .sharedStructPage:
      return fileSentence
    case .stackSize:
      return "a stack of \(values.a) bytes: \(values.b) to \(values.c), a power of two"
    case .noStack: return "no stack starts at \(a)"
    case .areaIsStack: return "the area at \(a) is a stack"
    case .notReclaimable: return "the stack at \(a) is not of the policy reclaim"
    case .aboveStack: return "\(a) is not below the top \(b) of the stack"
    case .stackGuard: return "\(a) is in the guard page below the stack at \(b)"
    case .belowStack: return "\(a) is below the guard page of the stack at \(b)"
    case .doubleFault:
      guard values.b == 0 else {
        return "the page at \(a) refuses the access, and takes no frame of the fault either"
      }
      let stash = values.c == 1 ? ", none in the CPU's stash," : ""
      return "no page at \(a)\(stash) and none to push the fault's frame on"
    case .stackFrame:
      return "a frame of \(values.a) bytes: \(values.b) to \(values.c), a multiple of 16"
    case .noDepth: return "a depth of 0 bytes"
    case .noHostWindow: return "the host refuses a window for native code"
    case .noSuchTable:
      return "a machine with \(values.b) levels never allocates a \(level(values.a)) table"
    }
  }

  private func level(_ number: UInt64) -> String {
    Level(rawValue: UInt8(truncatingIfNeeded: number)).map { "\($0)" } ?? "level \(number)"
  }
}

extension Rule {
  /// Whether a note with it tells what happened besides, not why nothing was done.
  var tellsWhatElse: Bool {
    switch self {
    case .arenaFreeWaits, .countIsLonger, .otherCallEnded: true
    default: false
    }
  }

  /// What to do about it; empty where the sentence says all.
  var hint: StaticString {
    switch self {
    case .noSparseAreas: "boot with --with sparse"
    case .notSparse: "make the area with --flags sparse"
    case .flushResetPerms, .noGuard: "sparse areas take neither flush_reset_perms nor no_guard"
    case .pastAreaEnd: "AREA.end is the last END that is accepted"
    case .emptyRange: "END is exclusive: one page is a..a+1p"
    case .slotOccupied: "unmap it first; pages mapped before it by the same call stay mapped"
    case .noCurrentSpace: "`switch_mm MM` makes a CPU use one, and --mm MM names one"
    case .noUserMapping: "`switch_mm MM` makes a CPU use an address space, `mmap MM LEN` maps"
    case .mustMove: "add --maymove"
    case .noUserSpace: "`mm_create` makes one, `fork` a copy"
    case .notMappedByUser: "`maps MM` shows what is mapped"
    case .noArena: "`arena_create` makes one"
    case .noFile:
      "`files` shows what there is, and what is closed; `file_open` and `memfd_create` make one"
    case .noBuffer: "`dmabufs` shows what there is, and what is closed; `udmabuf_create` makes one"
    case .bufferNotMapped: "`udmabuf_vmap` maps it"
    case .bufferMapped: "`udmabuf_vunmap` takes the mapping away"
    case .arenaElsewhere: "map it there: --at ADDR"
    case .bufferNotShared: "add --shared"
    case .userSpaceOfTask: "`task NAME --mm 0` takes it away"
    case .notUserMap: "allocate with vmalloc_user, or with --flags usermap"
    case .arenaNotMapped: "`arena_mmap ARENA --mm MM` maps it, `maps MM` shows what is mapped"
    case .arenaListDangles:
      "`munmap` what is left of it; --with arena_whole an arena is neither copied nor cut"
    case .arenaPages: "`arena_mmap ARENA` gives it user addresses, and so does --map-extra"
    case .belongsToArena: "pages of arenas come and go by arena_ verbs"
    case .noArenaReserve: "boot with --with arena_reserve"
    case .noTable: "populate START..END builds the tables and leaves them empty"
    case .alignmentNotPowerOfTwo: "1, 4K, 2M …"
    case .nameInUse: "free it first, or take another name"
    case .cpuInTheMiddle, .purgeUnderWay, .arenaLocked: "`step CPU` does its next part"
    case .noCallToStep: "`step CPU VERB …` begins one"
    case .inInterrupt, .cpuInInterrupt: "`context process` leaves the interrupt"
    case .areaIsStack: "`stack_free` gives a stack back"
    case .noStack: "`stack_alloc` makes one"
    case .notReclaimable: "`stack_alloc --policy reclaim` makes one that is"
    case .doubleFault:
      "`walk ADDRESS` shows the entry, `stack_stat` the stashes of dynamic stacks: `schedule` refills them"
    case .noFrames: "boot with more --memory"
    case .noKmapSlot, .taskSleeps:
      "a kunmap of another task wakes it; `task NAME` then lets its call go on"
    case .cpuSleeps: "`task NAME` lets another one run"
    case .noProtectionKeys: "boot with --with pks"
    case .protectionKey: "kmap_local_page opens protected pages, pks_set any key"
    case .kmapTooDeep, .nothingKmapped: "kunmap_local releases the last mapping first"
    case .pageFaultsOff: "touch user addresses outside of kmap_atomic and interrupts"
    case .notInDirectMap: "only pages of low memory have an entry there"
    case .pageNotResident: "`readahead F START..END`, or `fallocate`, brings pages in"
    case .sealsForbid: "`memfd_create --seals shrink` makes one that serves"
    case .noMemfd: "`memfd_create` makes one"
    case .notWholeHugePages: "multiples of 2M"
    case .tooManyItems, .bufferTooLarge: "`udmabuf_limits` shows and sets the limits"
    case .noBufferMap: "boot with --with udmabuf_vmap"
    default: ""
    }
  }
}
