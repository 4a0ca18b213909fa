internal import VMem

/// Mapping at addresses that are given.
extension AnswerList {
  static let mapping: [AnswerList] = [
    AnswerList(
      "vm_area_map_pages",
      says: [
        .errno(.EINVAL, .notSparse, .flushResetPerms, .noGuard),
        .errno(.ERANGE, .beforeAreaStart, .pastAreaEnd), .errno(.E2BIG, .morePagesThanRAM),
        .errno(.ENOMEM, .slotOccupied, .nullPage, .invalidFrame, .noTableMemory),
        .errno(.ENOENT, .noAreaAtAddress), .errno(.EOPNOTSUPP, .noSparseAreas),
        .bug(.emptyRange, .belongsToArena, .leafInTheWay),
        .warn(.notSparse, .flushResetPerms, .noGuard, .slotOccupied, .nullPage, .invalidFrame),
        .note(.endsAreRounded, .endIsMissed, .listIsLonger),
      ], VerbAnswer.sleeps),
    AnswerList(
      "vm_area_unmap_pages",
      says: [
        .errno(.ENOENT, .noAreaAtAddress), .errno(.EOPNOTSUPP, .noSparseAreas),
        .bug(.emptyRange, .unalignedUnmap, .belongsToArena),
        .warn(.notSparse, .flushResetPerms, .noGuard), .warns("a part of a huge leaf goes"),
        .note(
          .notSparse, .flushResetPerms, .noGuard, .beforeAreaStart, .pastAreaEnd,
          .morePagesThanRAM),
      ], VerbAnswer.sleeps),
    AnswerList(
      "vmap_pages_range",
      says: [
        .errno(.ENOMEM, .slotOccupied, .nullPage, .invalidFrame, .noTableMemory),
        .errno(.EINVAL, .emptyRange, .leafInTheWay), .bug(.leafInTheWay),
        .warn(.slotOccupied, .nullPage, .invalidFrame),
        .note(.endsAreRounded, .endIsMissed, .listIsLonger),
      ], VerbAnswer.anyRange, VerbAnswer.sleeps),
    AnswerList(
      "vunmap_range",
      says: [.bug(.unalignedUnmap), .warns("a part of a huge leaf goes")], VerbAnswer.anyRange),
    AnswerList(
      "populate",
      says: [
        .errno(.EINVAL, .emptyRange, .leafInTheWay), .errno(.ENOMEM, .noTableMemory),
        .bug(.notCanonical, .touchesDirectMap), .warn(.emptyRange, .leafInTheWay),
      ], VerbAnswer.sleeps),
    AnswerList(
      "apply_to_page_range", "apply_to_existing_page_range",
      says: [
        .errno(.EINVAL, .emptyRange, .leafInTheWay, .functionFailed),
        .bug(.unalignedUnmap, .notCanonical, .touchesDirectMap),
        .warn(.emptyRange, .leafInTheWay),
      ]),
    AnswerList("apply_to_page_range", says: [.errno(.ENOMEM, .noTableMemory)], VerbAnswer.sleeps),
    AnswerList(
      "set_pte_at",
      says: [
        .errno(.ENOENT, .noTable), .errno(.EBUSY, .slotOccupied, .leafInTheWay),
        .errno(.EINVAL, .notCanonical, .invalidFrame, .touchesDirectMap), .bug(.belongsToArena),
      ]),
    AnswerList("vmalloc_to_page", "vmalloc_to_pfn", says: [.null(.notMapped)]),
    AnswerList("page_tables", says: [.errno(.ENOENT, .noUserSpace)]),
    AnswerList(
      "set_memory_ro", "set_memory_rw", "set_memory_x", "set_memory_nx",
      says: [
        .errno(.EFAULT, .notMapped), .errno(.ENOMEM, .noTableMemory),
        .bug(.inInterrupt, .neverEnds), .warn(.notMapped),
        .warns(
          "the pages become writable and executable at once", "ADDRESS is not page aligned"),
        .note(.startIsRounded),
      ], VerbAnswer.sleeps),
    AnswerList(
      "set_vm_flush_reset_perms",
      says: [.errno(.ENOENT, .noAreaAtAddress), .note(.noAreaAtAddress)]),
    AnswerList("tlb", says: [.errno(.EINVAL, .noSuchCPU)]),
    AnswerList(
      "read", "write", "fill", "copy", "compare",
      says: VerbAnswer.faults, VerbAnswer.userFaults, [.note(.otherCallEnded)]),
    AnswerList("test_vmalloc", says: VerbAnswer.faults, VerbAnswer.sleeps),
  ]
}
