internal import VMem

/// Areas, and the work that gives them back.
extension AnswerList {
  static let areas: [AnswerList] = [
    AnswerList(
      "get_vm_area", "fit",
      says: VerbAnswer.reserves,
      [
        .null(.sizeRoundsToZero, .sizeWraps, .alignmentNotPowerOfTwo),
        .bug(.sizeWraps, .alignmentNotPowerOfTwo),
      ]),
    AnswerList(
      "fit", says: [.errno(.EBUSY, .cpuInTheMiddle, .cpuSleeps), .note(.onlyAfterPurge)]),
    AnswerList("find_vm_area", says: [.null(.noAreaAtAddress)]),
    AnswerList(
      "free_vm_area",
      says: [.errno(.EINVAL, .addressNotAligned), .bug(.noAreaAtAddress, .notAreaStart)],
      VerbAnswer.frees, [.warn(.addressNotAligned)], VerbAnswer.sleeps),
    AnswerList(
      "vfree",
      says: VerbAnswer.frees, VerbAnswer.freesFound, VerbAnswer.deferred, [.note(.noAreaAtAddress)],
      VerbAnswer.sleeps),
    AnswerList("vfree_atomic", says: VerbAnswer.deferred, [.note(.noAreaAtAddress)]),
    AnswerList(
      "vunmap",
      says: [.bug(.inInterrupt), .note(.noAreaAtAddress)], VerbAnswer.frees, VerbAnswer.freesFound,
      VerbAnswer.sleeps),
    AnswerList(
      "iounmap",
      says: VerbAnswer.frees, [.warn(.outsideVmalloc), .note(.noAreaAtAddress, .outsideVmalloc)],
      VerbAnswer.sleeps),
    AnswerList(
      "vm_map_ram",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea, VerbAnswer.takesList,
      [.null(.zeroPages), .bug(.zeroPages), .warn(.zeroPages), .note(.countIsLonger)]),
    AnswerList(
      "vm_unmap_ram",
      says: [
        .errno(.ENOENT, .noBlock),
        .bug(
          .outsideVmalloc, .addressNotAligned, .zeroPages, .moreThanHandedOut, .noAreaAtAddress),
        .warn(.noAreaAtAddress), .note(.noAreaAtAddress, .countIsLonger),
      ], VerbAnswer.sleeps),
    AnswerList(
      "pcpu_get_vm_areas",
      says: [
        .null(.noHole, .holePastRangeEnd, .noDescriptor),
        .bug(.alignmentNotPowerOfTwo, .groupNotAligned, .groupOverlaps, .sizeRoundsToZero),
        .warn(.holePastRangeEnd), .warns("a member would overlap an area"),
      ]),
    AnswerList(
      "pcpu_free_vm_areas", says: [.bug(.noAreaAtAddress, .areaOfChunk)], VerbAnswer.sleeps),
    AnswerList(
      "pcpu_alloc",
      says: [
        .null(.illegalPerCPU, .noFrames, .noHole, .noDescriptor, .noTableMemory),
        .bug(.inInterrupt), .warn(.illegalPerCPU),
      ], VerbAnswer.sleeps),
    AnswerList("pcpu_free", says: [.bug(.noPerCPUObject)], VerbAnswer.sleeps),
    AnswerList(
      "register_vmap_purge_notifier",
      says: [.errno(.EEXIST, .hasNotifier), .errno(.EINVAL, .noAreaAtAddress, .areaIsStack)]),
    AnswerList(
      "unregister_vmap_purge_notifier",
      says: [.errno(.ENOENT, .noNotifier), .errno(.EINVAL, .noAreaAtAddress, .areaIsStack)]),
    AnswerList("vm_unmap_aliases", says: VerbAnswer.sleeps, [.note(.otherCallEnded)]),
    AnswerList(
      "stack_alloc",
      says: VerbAnswer.reserves, VerbAnswer.mapsOwnArea,
      [.errno(.EINVAL, .stackSize), .null(.noFrames)]),
    AnswerList("stack_free", says: [.errno(.ENOENT, .noStack)]),
    AnswerList(
      "stack_reclaim", says: [.errno(.ENOENT, .noStack), .errno(.EINVAL, .notReclaimable)]),
    AnswerList(
      "stack_touch",
      says: [
        .errno(.ENOENT, .noStack),
        .fault(.stackGuard, .belowStack, .aboveStack, .doubleFault),
      ], VerbAnswer.faults),
    AnswerList(
      "stack_run",
      says: [
        .errno(.ENOENT, .noStack), .errno(.EINVAL, .stackFrame, .noDepth),
        .errno(.ENOMEM, .noHostWindow),
        .fault(.stackGuard, .belowStack, .aboveStack, .doubleFault, .invalidFrame),
      ]),
    AnswerList("schedule", says: [.warns("scheduling while atomic")]),
  ]
}

extension VerbAnswer {
  /// Of vfree in an interrupt, which keeps what it was given in a list that lies in its first bytes.
  fileprivate static let deferred: [VerbAnswer] = [
    .bug(.inInterrupt, .notMapped, .notCanonical, .readOnly, .pageFaultsOff, .noUserMapping)
  ]
}
