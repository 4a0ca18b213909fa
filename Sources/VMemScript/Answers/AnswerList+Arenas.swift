internal import VMem

/// BPF arenas.
extension AnswerList {
  static let arenas: [AnswerList] = [
    AnswerList(
      "arena_create",
      says: [
        .errno(.EINVAL, .arenaElements, .arenaFlags, .zeroPages, .addressNotAligned),
        .errno(.E2BIG, .arenaTooLarge), .errno(.ERANGE, .crossesWindow),
        .errno(.ENOMEM, .noHole, .noDescriptor, .noFrames, .noTableMemory),
        .errno(.EOPNOTSUPP, .noSparseAreas), .bug(.inInterrupt, .slotOccupied),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_mmap", "arena_unmapped_area",
      says: [
        .errno(.ENOENT, .noArena), .errno(.E2BIG, .arenaTooLarge, .arenaLength),
        .errno(.EFAULT, .crossesWindow),
        .errno(.EINVAL, .arenaOffset, .arenaLength, .arenaElsewhere), .warn(.crossesWindow),
      ]),
    AnswerList(
      "arena_mmap",
      says: [
        .errno(.ENOENT, .noUserSpace, .noCurrentSpace), .errno(.EEXIST, .userRangeTaken),
        .errno(.EBUSY, .arenaElsewhere),
        .errno(.EPERM, .neverExecutable, .arenaFrozen, .belowMinimum),
        .errno(.EINVAL, .neverPrivate, .zeroLength, .addressNotAligned, .arenaStaysWhole),
        .errno(.ENOMEM, .noUserRoom, .notUserRange, .tooManyMappings, .noDescriptor),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_munmap",
      says: VerbAnswer.userSpace,
      [
        .errno(.ENOENT, .noArena, .arenaNotMapped, .noCurrentSpace),
        .errno(.EINVAL, .notUserRange, .zeroLength, .arenaStaysWhole),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_alloc_pages",
      says: [
        .null(
          .noArena, .zeroPages, .noSuchFlags, .noSuchNode, .arenaPages, .addressNotAligned,
          .pastArenaPages, .arenaPagesTaken, .noArenaRun, .arenaLocked, .pastAreaEnd,
          .arenaPageMapped, .noDescriptor, .noFrames, .noTableMemory),
        .warn(.arenaPageMapped), .note(.countIsLonger),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_free_pages",
      says: [
        .bug(.arenaListDangles),
        .note(
          .noArena, .nullAddress, .zeroPages, .beforeAreaStart, .pastArena, .countIsLonger,
          .arenaFreeWaits, .noDescriptor),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_reserve_pages",
      says: [
        .errno(.EINVAL, .noArena, .zeroPages, .addressNotAligned, .pastArenaPages),
        .errno(.EBUSY, .arenaPagesTaken, .arenaLocked), .errno(.ENOMEM, .noDescriptor),
        .errno(.EOPNOTSUPP, .noArenaReserve),
      ], VerbAnswer.sleeps),
    AnswerList(
      "arena_fault",
      says: [
        .errno(.ENOENT, .noArena), .errno(.EAGAIN, .arenaLocked), .signal(.SIGBUS, .arenaLocked),
        .signal(
          .SIGSEGV, .noUserMapping, .noUserRight, .arenaFaults, .arenaPoisoned, .arenaPageMapped,
          .noDescriptor, .noFrames, .noTableMemory), .fault(.notMapped), .warn(.arenaPageMapped),
      ]),
    AnswerList(
      "arena_freeze",
      says: [
        .errno(.ENOENT, .noArena), .errno(.EPERM, .arenaFrozen), .errno(.EBUSY, .arenaWritable),
      ]),
    AnswerList("arena_info", "arena_free", says: [.errno(.ENOENT, .noArena)]),
  ]
}
