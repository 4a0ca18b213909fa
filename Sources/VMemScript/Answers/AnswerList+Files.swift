internal import VMem

/// Files and buffers.
extension AnswerList {
  static let files: [AnswerList] = [
    AnswerList(
      "file_open",
      says: [
        .errno(.ENOENT, .hostFile), .errno(.EACCES, .hostFile), .errno(.EISDIR, .hostFile),
        .errno(.EIO, .hostFile), .errno(.EINVAL, .hostFile, .folioOrderTooHigh, .readAheadWindow),
        .errno(.EFBIG, .fileTooLarge), .errno(.EMFILE, .tooManyDescriptors),
        .errno(.ENAMETOOLONG, .pathTooLong), .errno(.ENOMEM, .noDescriptor, .noFrames),
      ], VerbAnswer.sleeps),
    AnswerList(
      "memfd_create",
      says: [
        .errno(
          .EINVAL, .fileTooLarge, .noSuchSeal, .notWholeHugePages, .folioOrderTooHigh),
        .errno(.ENOMEM, .noDescriptor),
      ], VerbAnswer.sleeps),
    AnswerList(
      "memfd_add_seals",
      says: VerbAnswer.openFile,
      [
        .errno(.EINVAL, .notMemfd, .noSuchSeal), .errno(.EPERM, .sealed),
        .errno(.EBUSY, .writableMapping, .pagePinned),
      ]),
    AnswerList("memfd_get_seals", says: VerbAnswer.openFile, [.errno(.EINVAL, .notMemfd)]),
    AnswerList(
      "close", says: VerbAnswer.openFile, [.errno(.EINVAL, .noBuffer), .bug(.bufferMapped)]),
    AnswerList(
      "pread", says: VerbAnswer.openFile, VerbAnswer.readsFile, [.errno(.EINVAL, .offsetTooLarge)],
      VerbAnswer.sleeps),
    AnswerList(
      "pwrite",
      says: VerbAnswer.openFile, VerbAnswer.readsFile,
      [
        .errno(.EFBIG, .fileTooLarge), .errno(.EINVAL, .hugetlbWrite), .errno(.EPERM, .sealed),
      ], VerbAnswer.sleeps),
    AnswerList(
      "ftruncate",
      says: VerbAnswer.openFile,
      [.errno(.EINVAL, .fileTooLarge, .notWholeHugePages), .errno(.EPERM, .sealed)]),
    AnswerList(
      "fallocate",
      says: VerbAnswer.openFile, VerbAnswer.readsFile,
      [
        .errno(.EINVAL, .emptyRange), .errno(.EFBIG, .fileTooLarge), .errno(.EPERM, .sealed),
        .errno(.ENOSPC, .noHugePage), .errno(.EOPNOTSUPP, .hostFileHoles),
      ], VerbAnswer.sleeps),
    AnswerList(
      "readahead", says: VerbAnswer.openFile, VerbAnswer.readsFile, [.errno(.EINVAL, .emptyRange)],
      VerbAnswer.sleeps),
    AnswerList(
      "shrink_folio_list", says: VerbAnswer.openFile, [.errno(.EINVAL, .emptyRange)]),
    AnswerList("fsync", says: VerbAnswer.openFile, [.errno(.EIO, .hostFile)]),
    AnswerList("folios", says: VerbAnswer.openFile),
    AnswerList(
      "vmap_file",
      says: VerbAnswer.openFile, VerbAnswer.reserves, VerbAnswer.mapsOwnArea,
      [
        .null(
          .emptyRange, .pageNotResident, .behindFileEnd, .flushResetPerms, .morePagesThanRAM,
          .sizeRoundsToZero), .warn(.flushResetPerms, .noGuard),
      ]),
    AnswerList(
      "udmabuf_create", "udmabuf_create_list",
      says: [
        .errno(.EBADFD, .noMemfd, .hugeMemfd), .errno(.EFBIG, .fileTooLarge),
        .errno(
          .EINVAL, .zeroPages, .itemNotAligned, .behindFileEnd, .sealsForbid, .bufferTooLarge,
          .pageNotResident), .errno(.ENOMEM, .noDescriptor, .noFrames),
      ], VerbAnswer.sleeps),
    AnswerList("udmabuf_create_list", says: [.errno(.EINVAL, .tooManyItems)]),
    AnswerList("udmabuf_limits", says: [.errno(.ERANGE, .notInt)]),
    AnswerList(
      "udmabuf_vmap",
      says: [
        .errno(
          .EINVAL, .noBuffer, .noBufferMap, .frameHasStructPage, .noHole, .noDescriptor,
          .noTableMemory), .bug(.inInterrupt), .warn(.frameHasStructPage),
      ], VerbAnswer.sleeps),
    AnswerList("udmabuf_vunmap", says: [.errno(.EINVAL, .noBuffer), .bug(.bufferNotMapped)]),
    AnswerList("udmabuf_sync", says: [.errno(.EINVAL, .noBuffer, .syncFlags, .noSyncTable)]),
    AnswerList("dmabufs", says: [.errno(.EINVAL, .noBuffer)]),
  ]
}
