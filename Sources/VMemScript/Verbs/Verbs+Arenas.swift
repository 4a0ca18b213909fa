internal import VMem
internal import VMemViews

extension Subsystem {
  static let arenas = Subsystem(
    """
    arena_create arena_mmap arena_munmap arena_unmapped_area arena_alloc_pages \
    arena_free_pages arena_reserve_pages arena_fault arena_freeze arena_info arena_free
    """,
    verbs: Verb.arenas)
}

extension Verb.Group {
  static let arenas = Verb.Group("arenas", "BPF arenas")
}

/// Memory that BPF programs and users share.
extension Verb {
  static let arenas: [Verb] = [
    Verb(
      "arena_create", .arenas, .address, .writer, [.maxEntries],
      options: [.arenaFlags, .mapExtra, .keySize, .valueSize],
      summary: "make a bpf arena: a sparse area of 4 GiB whose pages BPF programs and users share",
      kernel: "arena_map_alloc",
      returns:
        "the kernel address of its first page; -EINVAL, -E2BIG, -ERANGE, -ENOMEM, or -EOPNOTSUPP",
      example: "arena = arena_create 100 --map-extra 0x100000000000",
      answers: [
        [
          .errno(.EINVAL, .arenaElements, .arenaFlags, .zeroPages, .addressNotAligned),
          .errno(.E2BIG, .arenaTooLarge), .errno(.ERANGE, .crossesWindow),
          .errno(.ENOMEM, .noHole, .noDescriptor, .noFrames, .noTableMemory),
          .errno(.EOPNOTSUPP, .noSparseAreas), .bug(.inInterrupt, .slotOccupied),
        ], .sleeps,
      ], .call(arenaCreate)),
    Verb(
      "arena_mmap", .arenas, .address, .writer, [.arena],
      options: [
        .optionalLength, .inSpace, .hint, .fixed, .keepsOthers, userRights.parameter, .isPrivate,
        .fileOffset,
      ],
      summary: "map an arena into an address space; the first mapping decides where it is for all",
      kernel: "arena_get_unmapped_area, arena_map_mmap",
      returns: "the address; -EINVAL, -E2BIG, -EBUSY, -EEXIST, -EPERM, -ENOMEM, or -EFAULT",
      example: "arena = arena_create 100\nmm = mm_create\nswitch_mm mm\nplace = arena_mmap arena",
      answers: [
        [
          .errno(.ENOENT, .noArena), .errno(.E2BIG, .arenaTooLarge, .arenaLength),
          .errno(.EFAULT, .crossesWindow),
          .errno(.EINVAL, .arenaOffset, .arenaLength, .arenaElsewhere), .warn(.crossesWindow),
          .errno(.ENOENT, .noUserSpace, .noCurrentSpace), .errno(.EEXIST, .userRangeTaken),
          .errno(.EBUSY, .arenaElsewhere),
          .errno(.EPERM, .neverExecutable, .arenaFrozen, .belowMinimum),
          .errno(.EINVAL, .neverPrivate, .zeroLength, .addressNotAligned, .arenaStaysWhole),
          .errno(.ENOMEM, .noUserRoom, .notUserRange, .tooManyMappings, .noDescriptor),
        ], .sleeps,
      ],
      .call(arenaMap)),
    Verb(
      "arena_munmap", .arenas, .nothing, .writer, [.arena], options: [.inSpace],
      summary: "take an arena, and nothing else, from an address space; its pages stay",
      kernel: "do_munmap", returns: "0, or -ENOENT where that does not map it",
      example:
        "arena = arena_create 100\nmm = mm_create\nplace = arena_mmap arena --mm mm\narena_munmap arena --mm mm",
      answers: [
        .userSpace,
        [
          .errno(.ENOENT, .noArena, .arenaNotMapped, .noCurrentSpace),
          .errno(.EINVAL, .notUserRange, .zeroLength, .arenaStaysWhole),
        ], .sleeps,
      ],
      .call(arenaUnmap)),
    Verb(
      "arena_unmapped_area", .arenas, .nothing, .reader,
      [.arena, .address, .length, .foundPlace],
      summary: "where an arena would be mapped that is wanted at ADDR when the search finds HINT",
      kernel: "arena_get_unmapped_area", returns: "the address; -EINVAL, -E2BIG, or -EFAULT",
      example: "arena = arena_create 2\narena_unmapped_area arena 0 8K 0x1fffff000",
      answers: [
        [
          .errno(.ENOENT, .noArena), .errno(.E2BIG, .arenaTooLarge, .arenaLength),
          .errno(.EFAULT, .crossesWindow),
          .errno(.EINVAL, .arenaOffset, .arenaLength, .arenaElsewhere), .warn(.crossesWindow),
        ]
      ],
      .call(arenaPlace)),
    Verb(
      "arena_alloc_pages", .arenas, .address, .writer, [.arena, .arenaPageCount],
      options: [.wantedAt, .node, .unknownFlags],
      summary: "as a BPF program, get zeroed pages: from the shortest run that has so many",
      kernel: "bpf_arena_alloc_pages", returns: "the user address of the first, or NULL",
      example:
        "arena = arena_create 16 --map-extra 0x100000000000\nlist = arena_alloc_pages arena 2",
      answers: [
        [
          .null(
            .noArena, .zeroPages, .noSuchFlags, .noSuchNode, .arenaPages, .addressNotAligned,
            .pastArenaPages, .arenaPagesTaken, .noArenaRun, .arenaLocked, .pastAreaEnd,
            .arenaPageMapped, .noDescriptor, .noFrames, .noTableMemory),
          .warn(.arenaPageMapped), .note(.countIsLonger),
        ], .sleeps,
      ],
      .call(arenaAlloc)),
    Verb(
      "arena_free_pages", .arenas, .nothing, .writer, [.arena, .address, .arenaPageCount],
      summary: "as a BPF program, free pages and take them from every user; un-reserves too",
      kernel: "bpf_arena_free_pages",
      returns: """
        0, also where the kernel silently does nothing; BUG where it would look for a user that is gone
        """,
      example: """
        arena = arena_create 16 --map-extra 0x100000000000
        list = arena_alloc_pages arena 2
        arena_free_pages arena list 2
        """,
      answers: [
        [
          .bug(.arenaListDangles),
          .note(
            .noArena, .nullAddress, .zeroPages, .beforeAreaStart, .pastArena, .countIsLonger,
            .arenaFreeWaits, .noDescriptor),
        ], .sleeps,
      ], .call(arenaFreePages),
      parts: { call throws(LineFailure) in
        .arenaFreePages(
          arena: call.arguments[.arena], address: call.arguments[.address],
          count: call.pageCount())
      }),
    Verb(
      "arena_reserve_pages", .arenas, .nothing, .writer, [.arena, .address, .arenaPageCount],
      summary: "as a BPF program, keep free pages from being allocated; users still fault them in",
      kernel: "bpf_arena_reserve_pages",
      returns: "0, also for an unaligned address; -EINVAL, -EBUSY, -ENOMEM, or -EOPNOTSUPP",
      example:
        "arena = arena_create 16 --map-extra 0x100000000000\narena_reserve_pages arena 0x100000004000 2",
      answers: [
        [
          .errno(.EINVAL, .noArena, .zeroPages, .addressNotAligned, .pastArenaPages),
          .errno(.EBUSY, .arenaPagesTaken, .arenaLocked), .errno(.ENOMEM, .noDescriptor),
          .errno(.EOPNOTSUPP, .noArenaReserve),
        ], .sleeps,
      ],
      .call(arenaReserve)),
    Verb(
      "arena_fault", .arenas, .nothing, .writer, [.arena, .address, visitors.parameter],
      options: [.isWrite],
      summary: "touch a byte of an arena as a user, a program's own code, or a kernel function",
      kernel: "arena_vm_fault, ex_handler_bpf",
      returns: "the byte, 0 where a program misses a page and for --write; SIGSEGV, or -EFAULT",
      example:
        "arena = arena_create 16 --map-extra 0x100000000000\narena_fault arena 0x100000004000 --as bpf",
      answers: [
        [
          .errno(.ENOENT, .noArena), .errno(.EAGAIN, .arenaLocked), .signal(.SIGBUS, .arenaLocked),
          .signal(
            .SIGSEGV, .noUserMapping, .noUserRight, .arenaFaults, .arenaPoisoned, .arenaPageMapped,
            .noDescriptor, .noFrames, .noTableMemory), .fault(.notMapped), .warn(.arenaPageMapped),
        ]
      ],
      .call(arenaFault)),
    Verb(
      "arena_freeze", .arenas, .nothing, .writer, [.arena],
      summary: "let nobody map an arena writable any more", kernel: "map_freeze",
      returns: "0, -EPERM when it is frozen, -EBUSY once anybody has mapped it writable",
      example: "arena = arena_create 16\narena_freeze arena",
      answers: [
        [
          .errno(.ENOENT, .noArena), .errno(.EPERM, .arenaFrozen), .errno(.EBUSY, .arenaWritable),
        ]
      ], .call(arenaFreeze)),
    Verb(
      "arena_info", .arenas, .nothing, .reader, [.arena],
      summary: "show an arena: addresses, counts, and its free pages by place and by length",
      kernel: "bpf_map_get_info_by_fd",
      returns: """
        text: addresses; counts (slots are free pages in so many ranges, waiting are frees that wait for \
        the lock or a context); `slot FIRST LAST` for each range; their first pages, the longest first
        """,
      example: "arena = arena_create 16\narena_info arena", answers: [[.errno(.ENOENT, .noArena)]],
      .call(arenaInfo)),
    Verb(
      "arena_free", .arenas, .nothing, .writer, [.arena],
      summary: "close an arena: it goes with all its pages as soon as no user maps it",
      kernel: "arena_map_free", returns: "0, or -ENOENT",
      example: "arena = arena_create 16\narena_free arena", answers: [[.errno(.ENOENT, .noArena)]],
      .call(arenaFree)),
  ]

  private static func arenaCreate(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = Machine.ArenaRequest(pages: call.arguments[.maxEntries])
    if call.arguments.has(.arenaFlags) {
      request.flags = ArenaFlags(rawValue: call.arguments[.arenaFlags])
    }
    request.mapExtra = call.arguments[.mapExtra, default: 0]
    request.keySize = call.arguments[.keySize, default: 0]
    request.valueSize = call.arguments[.valueSize, default: 0]
    return .address(try machine.arenas.createArena(request))
  }

  private static func arenaMap(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = Machine.ArenaMmapRequest()
    if call.arguments.has(.optionalLength) { request.length = call.arguments[.optionalLength] }
    request.hint = call.arguments[.hint, default: 0]
    request.isFixed = call.arguments.has(.fixed)
    request.keepsOthers = call.arguments.has(.keepsOthers)
    request.isPrivate = call.arguments.has(.isPrivate)
    request.rights = call.choice(userRights) ?? [.read, .write]
    request.offset = call.arguments[.fileOffset, default: 0]
    return .address(
      try machine.arenas.arenaMmap(call.arguments[.arena], mm: try space(machine, call), request))
  }

  /// The address space that `--mm` names, or the current CPU's.
  private static func space(
    _ machine: borrowing Machine, _ call: borrowing Call
  ) throws(Refusal) -> UInt64 {
    let mm = call.arguments.has(.inSpace) ? call.arguments[.inSpace] : machine.users.currentMM
    guard mm != 0 else { throw Refusal(.errno(.ENOENT), .noCurrentSpace, UInt64(machine.cpu)) }
    return mm
  }

  private static func arenaUnmap(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.arenas.arenaMunmap(call.arguments[.arena], mm: try space(machine, call))
    return .ok
  }

  private static func arenaPlace(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(
      try machine.arenas.arenaUnmappedArea(
        call.arguments[.arena], call.arguments[.address], length: call.arguments[.length],
        found: call.arguments[.foundPlace]))
  }

  private static func arenaAlloc(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(
      try machine.arenas.arenaAllocPages(
        call.arguments[.arena], count: call.pageCount(), at: call.arguments[.wantedAt, default: 0],
        node: Int64(bitPattern: call.arguments[.node, default: .max]),
        flags: call.arguments[.unknownFlags, default: 0]))
  }

  private static func arenaFreePages(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    do throws(Refusal) {
      try machine.arenas.arenaFreePages(
        call.arguments[.arena], call.arguments[.address], count: call.pageCount())
    } catch {
      // The kernel's function returns nothing.
      guard error.outcome == .null else { throw error }
      call.note = call.note ?? error
    }
    return .ok
  }

  private static func arenaReserve(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (user, count) = (call.arguments[.address], call.pageCount())
    let isDone = try machine.arenas.arenaReservePages(call.arguments[.arena], user, count: count)
    if !isDone, call.note == nil {
      call.note =
        count == 0
        ? Refusal(.errno(.EINVAL), .zeroPages) : Refusal(.errno(.EINVAL), .addressNotAligned, user)
    }
    return .ok
  }

  private static func arenaFault(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let byte = try machine.arenas.touchArena(
      call.arguments[.arena], at: call.arguments[.address],
      as: call.required(visitors),
      write: call.arguments.has(.isWrite))
    return .number(UInt64(byte))
  }

  private static func arenaFreeze(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.arenas.freezeArena(call.arguments[.arena])
    return .ok
  }

  private static func arenaInfo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let info = try machine.arenas.arenaInfo(call.arguments[.arena])
    return call.view { output in Views.arena(info, to: &output) }
  }

  private static func arenaFree(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.arenas.freeArena(call.arguments[.arena])
    return .ok
  }
}

extension Call {
  /// Pages that a function for BPF programs is asked for.
  mutating func pageCount() -> UInt64 { narrow(arguments[.arenaPageCount]) }

  /// What a function with a parameter of 32 bits takes of a number; a note says so where there are
  /// more.
  mutating func narrow(_ wanted: UInt64) -> UInt64 {
    let count = UInt64(UInt32(truncatingIfNeeded: wanted))
    if count != wanted { note = Refusal(.null, .countIsLonger, wanted, count) }
    return count
  }
}

extension Verb {
  private static let visitors = Choice<Machine.ArenaVisitor>(
    id: 143, option: "--as", ["user": .user, "bpf": .program, "kfunc": .helper],
    "who touches it: a user, a BPF program's own code, or a function it has called")
}

extension Parameter {
  static let arena = Parameter(
    id: 129, .address, "ARENA", "a bpf arena, as arena_create returns it")
  static let arenaPageCount = Parameter(
    id: 130, .number, "COUNT", "pages; of a number of more than 32 bits the low ones count")
  static let maxEntries = Parameter(
    id: 131, .number, "MAX_ENTRIES", "its pages, at most 1048576 (4 GiB)")
  static let arenaFlags = Parameter(
    id: 132, option: "--flags", .flagWords, "F",
    """
    segv_on_fault no_user_conv joined with commas, to which mmapable is added; or a number, to which \
    nothing is
    """, words: { ArenaFlags.words }, implied: ArenaFlags.mmapable.rawValue)
  static let mapExtra = Parameter(
    id: 133, option: "--map-extra", .address, "ADDR",
    "user address it shall have (default: the first mapping decides)")
  static let keySize = Parameter(
    id: 134, option: "--key-size", .number, "N",
    "bytes of an element: 0, or it is refused (default 0)")
  static let valueSize = Parameter(
    id: 135, option: "--value-size", .number, "N",
    "bytes of an element: 0, or it is refused (default 0)")
  static let optionalLength = Parameter(
    id: 136, .number, "LEN", "bytes (default: all of it)")
  static let inSpace = Parameter(
    id: 137, option: "--mm", .address, "MM",
    "this user address space (default: the one the current CPU uses)")
  static let keepsOthers = Parameter(
    id: 138, option: "--noreplace", .flag,
    "map at --at exactly, and replace nothing (MAP_FIXED_NOREPLACE)")
  static let fileOffset = Parameter(
    id: 139, option: "--pgoff", .number, "N",
    "page of the map that comes first: 0, or it is refused (default 0)")
  static let foundPlace = Parameter(
    id: 140, .address, "HINT", "the place that is found for twice LEN")
  static let wantedAt = Parameter(
    id: 141, option: "--at", .address, "ADDR", "these pages or none (default: the best fit)")
  static let unknownFlags = Parameter(
    id: 142, option: "--flags", .number, "N", "0, or it is refused (default 0)")
  static let isWrite = Parameter(
    id: 144, option: "--write", .flag, "touch it to write; what is there stays as it is")
}
