internal import VMem

/// User address spaces.
extension AnswerList {
  static let users: [AnswerList] = [
    AnswerList("mm_create", says: [.null(.noDescriptor, .noTableMemory)], VerbAnswer.sleeps),
    AnswerList(
      "mmput",
      says: [.errno(.ENOENT, .noUserSpace), .errno(.EBUSY, .userSpaceInUse, .userSpaceOfTask)],
      VerbAnswer.sleeps),
    AnswerList("switch_mm", "maps", says: [.errno(.ENOENT, .noUserSpace)]),
    AnswerList(
      "fork",
      says: [.errno(.ENOENT, .noUserSpace), .errno(.ENOMEM, .noDescriptor, .noTableMemory)],
      VerbAnswer.sleeps),
    AnswerList(
      "mmap",
      says: VerbAnswer.userSpace,
      [
        .errno(
          .EINVAL, .zeroLength, .offsetNotAligned, .behindFileEnd, .notWholeHugePages,
          .bufferNotShared, .arenaStaysWhole),
        .errno(.ENOMEM, .noUserRoom, .notUserRange, .morePagesThanRAM),
        .errno(.EPERM, .belowMinimum, .sealed), .errno(.EBADF, .noFile),
      ], VerbAnswer.sleeps),
    AnswerList(
      "munmap",
      says: VerbAnswer.userSpace, [.errno(.EINVAL, .notUserRange, .zeroLength, .arenaStaysWhole)],
      VerbAnswer.sleeps),
    AnswerList(
      "mprotect",
      says: VerbAnswer.userSpace,
      [
        .errno(.EACCES, .noUserRight), .errno(.EINVAL, .arenaStaysWhole),
        .errno(.ENOMEM, .notMappedByUser, .noUserRoom, .morePagesThanRAM),
      ], VerbAnswer.sleeps),
    AnswerList(
      "mremap",
      says: VerbAnswer.userSpace,
      [
        .errno(.EFAULT, .notMappedByUser, .mayNotGrow, .arenaStaysWhole),
        .errno(
          .EINVAL, .zeroLength, .notUserRange, .noUserRoom, .mustMove, .movesOntoItself,
          .arenaStaysWhole),
        .errno(
          .ENOMEM, .noUserRoom, .notUserRange, .mayNotGrow, .morePagesThanRAM, .noTableMemory),
        .errno(.EPERM, .belowMinimum),
      ], VerbAnswer.sleeps),
    AnswerList(
      "remap_vmalloc_range",
      says: [
        .errno(.ENOENT, .noUserMapping),
        .errno(
          .EINVAL, .noAreaAtAddress, .notUserMap, .pastAreaSize, .offsetWraps, .addressNotAligned,
          .pageNotAllocated),
        .errno(.EBUSY, .slotOccupied), .errno(.ENOMEM, .noTableMemory),
        .bug(.holeInArea, .invalidFrame),
      ], VerbAnswer.sleeps),
  ]
}
