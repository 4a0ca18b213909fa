internal import VMem

/// Pages, memory and devices in areas of their own, and temporary mappings.
extension AnswerList {
  static let memory: [AnswerList] = [
    AnswerList(
      "vmalloc", "vzalloc", "vmalloc_user", "vmalloc_32", "vmalloc_huge", "vmalloc_node",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea,
      [
        .null(.sizeRoundsToZero, .morePagesThanRAM, .noFrames, .alignmentNotPowerOfTwo),
        .bug(.noSuchNode, .alignmentNotPowerOfTwo), .warn(.sizeRoundsToZero),
      ]),
    AnswerList(
      "vrealloc",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea,
      [
        .null(
          .noAreaAtAddress, .addressLessAligned, .sizeRoundsToZero, .morePagesThanRAM, .noFrames,
          .alignmentNotPowerOfTwo),
        .errno(.EOPNOTSUPP, .noVrealloc, .noVreallocAlign), .fault(.notMapped),
        .errno(.EFAULT, .notImported),
        .bug(.copyOverruns, .noSuchNode, .alignmentNotPowerOfTwo),
        .warn(.noAreaAtAddress, .addressLessAligned, .sizeRoundsToZero),
      ]),
    AnswerList(
      "vmap",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea, VerbAnswer.takesList,
      [
        .null(.sizeRoundsToZero, .morePagesThanRAM, .flushResetPerms, .noFrames),
        .warn(.flushResetPerms, .noGuard), .note(.countIsLonger, .guardIsKept),
      ]),
    AnswerList(
      "vmap_pfn",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea,
      [
        .null(.sizeRoundsToZero, .frameHasStructPage), .warn(.frameHasStructPage),
        .note(.countIsLonger),
      ]),
    AnswerList(
      "ioremap", "ioremap_wc", "ioremap_cache", "ioremap_uc", "ioremap_wt",
      says: VerbAnswer.reserves,
      [
        .null(.emptyRange, .noPhysicalAddress, .physicalIsRAM, .cacheConflict, .noTableMemory),
        .bug(.slotOccupied, .leafInTheWay), .warn(.noPhysicalAddress, .physicalIsRAM),
      ]),
    AnswerList(
      "ioremap_page_range",
      says: [
        .errno(.EINVAL, .notIoremap), .errno(.ERANGE, .notWholeArea),
        .errno(.ENOMEM, .noTableMemory), .bug(.slotOccupied, .leafInTheWay),
        .warn(.notIoremap, .notWholeArea),
      ], VerbAnswer.sleeps),
    AnswerList(
      "alloc_pages",
      says: [
        .errno(.EINVAL, .zeroPages, .orderTooHigh, .noSuchNode), .null(.noFrames, .noDescriptor),
      ], VerbAnswer.sleeps),
    AnswerList(
      "free_pages", "get_page", "put_page",
      says: [.bug(.nullInList, .pageNotAllocated, .sharedStructPage)]),
    AnswerList(
      "kmap",
      says: [
        .blocked(.noKmapSlot), .errno(.ENOMEM, .noDescriptor), .bug(.noStructPage, .sleepsInAtomic),
      ], VerbAnswer.sleeps),
    AnswerList(
      "kunmap", says: [.bug(.noStructPage, .pageNotKmapped, .kunmapUnbalanced)], VerbAnswer.sleeps),
    AnswerList(
      "kmap_local_page", "kmap_local_pfn", "kmap_atomic",
      says: [.errno(.ENOMEM, .noDescriptor), .bug(.noStructPage, .kmapTooDeep)]),
    AnswerList("kmap_local_pfn", says: [.errno(.EINVAL, .noPhysicalAddress)]),
    AnswerList("kmap_atomic", says: [.bug(.preemptTooDeep)]),
    AnswerList(
      "kunmap_local", "kunmap_atomic",
      says: [
        .errno(.ENOMEM, .noDescriptor), .bug(.nothingKmapped),
        .warns("ADDRESS is not that of the last mapping", "ADDRESS is below the direct map"),
      ]),
    AnswerList("kunmap_atomic", says: [.bug(.nothingAtomic)]),
    AnswerList("kmap_to_page", says: [.warns("ADDRESS is in a slot: take the page you mapped")]),
    AnswerList(
      "page_address",
      says: [
        .errno(.EINVAL, .noStructPage), .null(.pageNotKmapped),
      ]),
    AnswerList(
      "kmap_compare",
      says: [.errno(.EINVAL, .noSuchCPU, .tooManyToCompare), .errno(.ENOMEM, .noFrames)]),
    AnswerList("pks_state", "pks_mode", says: VerbAnswer.protectionKeys),
    AnswerList(
      "pks_set",
      says: VerbAnswer.protectionKeys,
      [.errno(.EINVAL, .noSuchKey), .errno(.ENOMEM, .noDescriptor)]),
    AnswerList(
      "pks_protect",
      says: VerbAnswer.protectionKeys,
      [.errno(.EINVAL, .noSuchKey, .notInDirectMap), .errno(.ENOMEM, .noTableMemory)]),
  ]
}
