internal import VMem
internal import VMemViews

extension Subsystem {
  static let users = Subsystem(
    """
    mm_create mmput switch_mm mmap munmap mprotect mremap fork maps remap_vmalloc_range
    """,
    verbs: Verb.users, counters: Counter.users)
}

extension Verb.Group {
  static let users = Verb.Group("users", "User address spaces")
}

/// User address spaces, and pages of areas in them.
extension Verb {
  static let users: [Verb] = [
    Verb(
      "mm_create", .users, .address, .writer,
      summary: "make a user address space; its top-level table shares the kernel's half",
      kernel: "mm_alloc", returns: "the address of its mm_struct, or NULL",
      example: "mm = mm_create", answers: [[.null(.noDescriptor, .noTableMemory)], .sleeps],
      .call(create)),
    Verb(
      "mmput", .users, .nothing, .writer, [.userSpace],
      summary: "give back a user address space and all it has", kernel: "mmput",
      returns: "0, -ENOENT, or -EBUSY while a CPU uses it", example: "mm = mm_create\nmmput mm",
      answers: [
        [.errno(.ENOENT, .noUserSpace), .errno(.EBUSY, .userSpaceInUse, .userSpaceOfTask)], .sleeps,
      ],
      .call(put)),
    Verb(
      "switch_mm", .users, .nothing, .writer, [.userSpaceOrNone],
      summary: "make the current CPU use an address space; TLB entries that are not global go",
      kernel: "switch_mm", returns: "0, or -ENOENT", example: "mm = mm_create\nswitch_mm mm",
      answers: [[.errno(.ENOENT, .noUserSpace)]],
      .call(switchTo)),
    Verb(
      "mmap", .users, .address, .writer, [.userSpace, .length],
      options: [
        .hint, .fixed, userRights.parameter, .isPrivate, .isShared, .anonymous, .device,
        .mappedFile,
        .mapOffset,
      ],
      summary: "map memory, which gets its pages as it is touched, or a file",
      kernel: "do_mmap", returns: "the address, -EINVAL, -ENOENT, -EBADF, -ENOMEM, or -EPERM",
      example: "mm = mm_create\nswitch_mm mm\nu = mmap mm 16K\nwrite u text:hello",
      answers: [
        .userSpace,
        [
          .errno(
            .EINVAL, .zeroLength, .offsetNotAligned, .behindFileEnd, .notWholeHugePages,
            .bufferNotShared, .arenaStaysWhole),
          .errno(.ENOMEM, .noUserRoom, .notUserRange, .morePagesThanRAM),
          .errno(.EPERM, .belowMinimum, .sealed), .errno(.EBADF, .noFile),
        ], .sleeps,
      ],
      .control(mmap), check: { parser throws(LineFailure) in try parser.call.checkMmap() }),
    Verb(
      "munmap", .users, .nothing, .writer, [.userSpace, .address, .length],
      summary: "take away what is mapped in a range, its pages' references and its tables",
      kernel: "do_munmap", returns: "0, -EINVAL, -ENOENT, or -ENOMEM",
      example: "mm = mm_create\nu = mmap mm 16K\nmunmap mm u 16K",
      answers: [
        .userSpace, [.errno(.EINVAL, .notUserRange, .zeroLength, .arenaStaysWhole)], .sleeps,
      ], .call(munmap)),
    Verb(
      "mprotect", .users, .nothing, .writer, [.userSpace, .address, .length, newRights.parameter],
      summary: "change what may be done in a range of user addresses",
      kernel: "do_mprotect_pkey", returns: "0, -EINVAL, -ENOENT, -ENOMEM, or -EACCES",
      example: "mm = mm_create\nu = mmap mm 16K\nmprotect mm u+4K 4K r",
      answers: [
        .userSpace,
        [
          .errno(.EACCES, .noUserRight), .errno(.EINVAL, .arenaStaysWhole),
          .errno(.ENOMEM, .notMappedByUser, .noUserRoom, .morePagesThanRAM),
        ], .sleeps,
      ], .call(protect)),
    Verb(
      "mremap", .users, .address, .writer, [.userSpace, .address, .oldLength, .newLength],
      options: [.mayMove, .moveTo],
      summary: "give a mapping another length or place; its pages and tables move with it",
      kernel: "do_mremap", returns: "the address, -EINVAL, -EFAULT, -ENOENT, -ENOMEM, or -EPERM",
      example: "mm = mm_create\nu = mmap mm 16K\nv = mremap mm u 16K 64K --maymove",
      answers: [
        .userSpace,
        [
          .errno(.EFAULT, .notMappedByUser, .mayNotGrow, .arenaStaysWhole),
          .errno(
            .EINVAL, .zeroLength, .notUserRange, .noUserRoom, .mustMove, .movesOntoItself,
            .arenaStaysWhole),
          .errno(
            .ENOMEM, .noUserRoom, .notUserRange, .mayNotGrow, .morePagesThanRAM, .noTableMemory),
          .errno(.EPERM, .belowMinimum),
        ], .sleeps,
      ], .call(remap)),
    Verb(
      "fork", .users, .address, .writer, [.userSpace],
      summary: "copy an address space; private pages are shared until somebody writes",
      kernel: "dup_mm", returns: "the address of the copy's mm_struct, -ENOENT, or -ENOMEM",
      example: "mm = mm_create\nu = mmap mm 16K\nchild = fork mm",
      answers: [
        [.errno(.ENOENT, .noUserSpace), .errno(.ENOMEM, .noDescriptor, .noTableMemory)], .sleeps,
      ], .call(fork)),
    Verb(
      "maps", .users, .nothing, .reader, [.userSpace],
      summary: "show the mappings of an address space, as /proc/PID/maps does",
      kernel: "show_map_vma", returns: "text", example: "mm = mm_create\nu = mmap mm 16K\nmaps mm",
      answers: [[.errno(.ENOENT, .noUserSpace)]],
      .call(maps)),
    Verb(
      "remap_vmalloc_range", .users, .nothing, .writer, [.mapping, .address, .pageOffset],
      summary: "map pages of an area to all of a user mapping", kernel: "remap_vmalloc_range",
      returns: "0, -EINVAL, -ENOENT, -ENOMEM, or -EBUSY; BUG for a hole in the area",
      example: """
        b = vmalloc_user 16K
        mm = mm_create
        switch_mm mm
        u = mmap mm 8K --device
        remap_vmalloc_range u b 2
        write u text:hello
        read b+8K 5
        """,
      answers: [
        [
          .errno(.ENOENT, .noUserMapping),
          .errno(
            .EINVAL, .noAreaAtAddress, .notUserMap, .pastAreaSize, .offsetWraps, .addressNotAligned,
            .pageNotAllocated),
          .errno(.EBUSY, .slotOccupied), .errno(.ENOMEM, .noTableMemory),
          .bug(.holeInArea, .invalidFrame),
        ], .sleeps,
      ], .call(remapVmalloc)),
  ]

  private static func create(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.users.allocateMM())
  }

  private static func put(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.users.putMM(call.arguments[.userSpace])
    return .ok
  }

  private static func switchTo(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.users.switchMM(call.arguments[.userSpaceOrNone])
    return .ok
  }

  private static func mmap(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let isDevice = interpreter.call.arguments.has(.device)
    let isShared = interpreter.call.arguments.has(.isShared)
    let mm = interpreter.call.arguments[.userSpace]
    var request = MmapRequest(
      isDevice ? .device : .anonymous, length: interpreter.call.arguments[.length])
    request.isShared =
      isShared || isDevice && !interpreter.call.arguments.has(.isPrivate)
    request.hint = interpreter.call.arguments[.hint, default: 0]
    request.isFixed = interpreter.call.arguments.has(.fixed)
    request.rights = interpreter.call.choice(userRights) ?? [.read, .write]
    do throws(Refusal) {
      if interpreter.call.arguments.has(.mappedFile) {
        return .address(
          try interpreter.machine.files.mmapFile(
            mm, interpreter.call.arguments[.mappedFile],
            offset: interpreter.call.arguments[.mapOffset, default: 0], request))
      }
      return .address(try interpreter.machine.users.mmap(mm, request))
    } catch {
      throw .refusal(error)
    }
  }

  private static func munmap(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.users.munmap(
      call.arguments[.userSpace], call.arguments[.address], length: call.arguments[.length])
    return .ok
  }

  private static func protect(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.users.mprotect(
      call.arguments[.userSpace], call.arguments[.address], length: call.arguments[.length],
      call.required(newRights))
    return .ok
  }

  private static func remap(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(
      try machine.users.mremap(
        call.arguments[.userSpace], call.arguments[.address], old: call.arguments[.oldLength],
        new: call.arguments[.newLength], mayMove: call.arguments.has(.mayMove),
        to: call.arguments.has(.moveTo) ? call.arguments[.moveTo] : nil))
  }

  private static func fork(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.users.fork(call.arguments[.userSpace]))
  }

  private static func maps(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var rows: [(UserMapping, MappedFile)] = []
    try machine.users.forEachUserMapping(of: call.arguments[.userSpace]) { rows.append(($0, $1)) }
    return call.view { output in Views.maps(rows, to: &output) }
  }

  private static func remapVmalloc(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.users.remapVmallocRange(
      call.arguments[.mapping], call.arguments[.address], offset: call.arguments[.pageOffset])
    return .ok
  }
}

extension Call {
  /// What the options of `mmap` rule out.
  fileprivate func checkMmap() throws(LineFailure) {
    try exclude(.anonymous, .device)
    for other in [.anonymous, .device] as [Parameter] {
      try exclude(other, .mappedFile)
    }
    try require(.mappedFile, for: .mapOffset)
    try exclude(.isPrivate, .isShared)
  }
}

extension Verb {
  static let userRights = Choice<UserMappingFlags>(
    id: 110, option: "--prot", rightWords, "what may be done: read, write, execute (default rw)")
  private static let newRights = Choice<UserMappingFlags>(
    id: 115, rightWords, "what may be done from now on: read, write, execute")
  private static let rightWords: KeyValuePairs<StaticString, UserMappingFlags> = [
    "rw": [.read, .write], "r": .read, "rx": [.read, .exec], "rwx": [.read, .write, .exec],
    "none": [],
  ]
}

extension Counter {
  static let users: [Counter] = [
    Counter("machine", "faults", "faults that programs' mappings were asked to serve") { m, _ in
      m.faults
    }
  ]
}

extension Parameter {
  static let mappedFile = Parameter(
    id: 89, option: "--file", .address, "F", "a file or a udmabuf instead of memory")
  static let mapOffset = Parameter(
    id: 90, option: "--offset", .address, "N",
    "byte of --file that comes first, a multiple of 4096 (default 0)")
  static let userSpace = Parameter(
    id: 104, .address, "MM", "a user address space, as mm_create or fork returns it")
  static let userSpaceOrNone = Parameter(
    id: 105, .address, "MM|0", "a user address space, or 0 for the kernel's alone")
  static let mapping = Parameter(
    id: 106, .address, "VMA",
    "a user mapping of the current CPU's address space, by an address in it")
  static let pageOffset = Parameter(
    id: 107, .number, "PGOFF", "page behind ADDR that comes first")
  static let isShared = Parameter(
    id: 112, option: "--shared", .flag,
    "writes go to what is behind the mapping (MAP_SHARED; --device and arenas do so)")
  static let anonymous = Parameter(
    id: 113, option: "--anonymous", .flag, "memory of zeroes (default)")
  static let device = Parameter(
    id: 114, option: "--device", .flag, "a device file, whose pages remap_vmalloc_range inserts")
  static let oldLength = Parameter(
    id: 116, .number, "OLDLEN", "bytes that there are")
  static let newLength = Parameter(
    id: 117, .number, "NEWLEN", "bytes that there shall be")
  static let mayMove = Parameter(
    id: 118, option: "--maymove", .flag, "another place may be taken where it cannot grow")
  static let moveTo = Parameter(
    id: 119, option: "--to", .address, "ADDR",
    "exactly there: what is mapped there goes; needs --maymove")
}
