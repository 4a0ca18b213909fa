internal import VMem
internal import VMemViews

extension Subsystem {
  static let files = Subsystem(
    """
    file_open memfd_create memfd_add_seals memfd_get_seals close pread pwrite ftruncate \
    fallocate readahead shrink_folio_list fsync vmap_file files folios
    """,
    verbs: Verb.files)
}

/// Files, their pages in memory, and mapping them into the kernel.
extension Verb {
  static let files: [Verb] = [
    Verb(
      "file_open", .files, .address, .writer,
      options: [.hostFile, .fileSize, .folioOrder, .readAhead],
      summary: "open a file of the host, once more if it is open, or make one in memory (--size)",
      kernel: "do_filp_open",
      returns:
        "the address of its inode, -ENOENT, -EACCES, -EISDIR, -EINVAL, -EFBIG, -EMFILE, or -ENOMEM",
      example: "f = file_open --size 64K --folio-order 2", exits: [.sessionsFile],
      answers: [
        [
          .errno(.ENOENT, .hostFile), .errno(.EACCES, .hostFile), .errno(.EISDIR, .hostFile),
          .errno(.EIO, .hostFile), .errno(.EINVAL, .hostFile, .folioOrderTooHigh, .readAheadWindow),
          .errno(.EFBIG, .fileTooLarge), .errno(.EMFILE, .tooManyDescriptors),
          .errno(.ENAMETOOLONG, .pathTooLong), .errno(.ENOMEM, .noDescriptor, .noFrames),
        ], .sleeps,
      ], .control(open),
      check: { parser throws(LineFailure) in try parser.call.checkFile() },
      ask: { interpreter throws(LineFailure) in
        guard interpreter.call.arguments.has(.hostFile) else { return }
        let token = interpreter.call.tokens[interpreter.call.arguments.token(.hostFile)]
        try interpreter.call.checkIsForeign(token.text.string, token)
      }),
    Verb(
      "memfd_create", .files, .address, .writer,
      options: [.fileSize, .addedSeals, .huge, .optimized, .folioOrder],
      summary: "make a memfd; without --seals it can never be sealed", kernel: "memfd_create",
      returns: "the address of its inode, -EINVAL, or -ENOMEM",
      example: "fd = memfd_create --size 4M --seals shrink",
      answers: [
        [
          .errno(.EINVAL, .fileTooLarge, .noSuchSeal, .notWholeHugePages, .folioOrderTooHigh),
          .errno(.ENOMEM, .noDescriptor),
        ], .sleeps,
      ], .call(createMemfd)),
    Verb(
      "memfd_add_seals", .files, .nothing, .writer, [.openFile, .seals],
      summary: "promise that a memfd will not shrink, grow, or be written (F_ADD_SEALS)",
      kernel: "memfd_add_seals", returns: "0, -EBADF, -EINVAL, -EPERM, or -EBUSY",
      example: "fd = memfd_create --seals none\nmemfd_add_seals fd shrink,grow",
      answers: [
        .openFile,
        [
          .errno(.EINVAL, .notMemfd, .noSuchSeal), .errno(.EPERM, .sealed),
          .errno(.EBUSY, .writableMapping, .pagePinned),
        ],
      ], .call(addSeals)),
    Verb(
      "memfd_get_seals", .files, .nothing, .reader, [.openFile],
      summary: "the seals of a memfd (F_GET_SEALS)", kernel: "memfd_get_seals",
      returns: "the sum of 1 seal, 2 shrink, 4 grow, 8 write, 16 future_write; or -EINVAL",
      example: "fd = memfd_create --seals shrink\nmemfd_get_seals fd",
      answers: [.openFile, [.errno(.EINVAL, .notMemfd)]], .call(getSeals)),
    Verb(
      "close", .files, .nothing, .writer, [.fileOrBuffer],
      summary: "close a file or a udmabuf; it goes with its last mapping", kernel: "filp_close",
      returns: "0, or -EBADF", example: "f = file_open --size 64K\nclose f",
      answers: [.openFile, [.errno(.EINVAL, .noBuffer), .bug(.bufferMapped)]], .call(close)),
    Verb(
      "pread", .files, .nothing, .writer, [.openFile, .byteOffset, .length],
      summary: "read bytes of a file, as far as it goes", kernel: "vfs_read",
      returns: "bytes as `read` prints them; EOF behind the end; -EBADF, -EINVAL, -EIO, or -ENOMEM",
      example: "f = file_open --size 64K\npread f 4K 8",
      answers: [.openFile, .readsFile, [.errno(.EINVAL, .offsetTooLarge)], .sleeps], .call(pread)),
    Verb(
      "pwrite", .files, .nothing, .writer, [.openFile, .byteOffset, .bytes],
      summary: "write bytes of a file in memory; it becomes longer where it must",
      kernel: "vfs_write",
      returns: "bytes written; -EBADF, -EFBIG, -EPERM, -EINVAL, -EIO, or -ENOMEM",
      example: "f = file_open --size 64K\npwrite f 4094 text:hello",
      answers: [
        .openFile, .readsFile,
        [.errno(.EFBIG, .fileTooLarge), .errno(.EINVAL, .hugetlbWrite), .errno(.EPERM, .sealed)],
        .sleeps,
      ], .call(pwrite)),
    Verb(
      "ftruncate", .files, .nothing, .writer, [.openFile, .size],
      summary: "set a file's size; pages behind it go, whoever has them mapped in the kernel",
      kernel: "do_ftruncate", returns: "0, -EBADF, -EINVAL, or -EPERM",
      example: "f = file_open --size 64K\nftruncate f 4097",
      answers: [
        .openFile, [.errno(.EINVAL, .fileTooLarge, .notWholeHugePages), .errno(.EPERM, .sealed)],
      ], .call(ftruncate)),
    Verb(
      "fallocate", .files, .nothing, .writer, [.openFile, .fileRange], options: [.punchesHole],
      summary: "give a range of a file memory, or take it", kernel: "vfs_fallocate",
      returns: "0, -EBADF, -EINVAL, -EFBIG, -EPERM, -ENOSPC, -ENOMEM, or -EOPNOTSUPP",
      example: "fd = memfd_create --size 64K\nfallocate fd 0..64K",
      answers: [
        .openFile, .readsFile,
        [
          .errno(.EINVAL, .emptyRange), .errno(.EFBIG, .fileTooLarge), .errno(.EPERM, .sealed),
          .errno(.ENOSPC, .noHugePage), .errno(.EOPNOTSUPP, .hostFileHoles),
        ], .sleeps,
      ], .call(fallocate)),
    Verb(
      "readahead", .files, .nothing, .writer, [.openFile, .fileRange],
      summary: "read a range of a file into memory", kernel: "force_page_cache_ra",
      returns: "0, -EBADF, -EINVAL, -EIO, or -ENOMEM",
      example: "f = file_open --size 64K\nreadahead f 0..16K",
      answers: [.openFile, .readsFile, [.errno(.EINVAL, .emptyRange)], .sleeps], .call(readAhead)),
    Verb(
      "shrink_folio_list", .files, .nothing, .writer, [.openFile, .fileRange],
      summary: "take clean folios of a host file out of memory, as reclaim does",
      kernel: "shrink_folio_list", returns: "pages that went; -EBADF, or -EINVAL",
      example: "f = file_open --size 64K\nshrink_folio_list f 0..64K",
      answers: [.openFile, [.errno(.EINVAL, .emptyRange)]], .call(shrinkFolios)),
    Verb(
      "fsync", .files, .nothing, .writer, [.openFile], options: [.hostPaths],
      summary: "write dirty pages, and the size, to the host's file", kernel: "vfs_fsync",
      returns: "pages written; -EBADF, or -EIO", example: "f = file_open --size 64K\nfsync f",
      exits: [
        ExitCondition(
          .cannotCreate,
          when: "the file is a machine's, or came with the image of a stranger (--host-paths)")
      ], answers: [.openFile, [.errno(.EIO, .hostFile)]], .control(fsync), ask: askFsync),
    Verb(
      "vmap_file", .files, .address, .writer, [.openFile, .fileRange],
      options: [.rfc, .flags, protections.parameter, .caller],
      summary: "map the pages of a range of a file into the kernel; all must be in memory",
      kernel: "vmap_file", returns: "the address of the first page, or NULL",
      example: "f = file_open --size 64K\nreadahead f 0..64K\nw = vmap_file f 6K..20K",
      answers: [
        .openFile, .reserves, .mapsOwnArea,
        [
          .null(
            .emptyRange, .pageNotResident, .behindFileEnd, .flushResetPerms, .morePagesThanRAM,
            .sizeRoundsToZero), .warn(.flushResetPerms, .noGuard),
        ],
      ],
      .call(vmapFile)),
    Verb(
      "files", .files, .nothing, .reader, summary: "show the files there are, the newest first",
      returns: "text", example: "f = file_open --size 64K\nfiles", .call(showFiles)),
    Verb(
      "folios", .files, .nothing, .reader, [.openFile],
      summary: "show the folios of a file that are in memory, and what is not", returns: "text",
      example: "f = file_open --size 64K --folio-order 2\nreadahead f 4K..8K\nfolios f",
      answers: [.openFile],
      .call(showFolios)),
  ]

  private static func open(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let hasPath = interpreter.call.arguments.has(.hostFile)
    let order =
      interpreter.call.arguments.has(.folioOrder) ? interpreter.call.arguments[.folioOrder] : nil
    let window =
      interpreter.call.arguments.has(.readAhead) ? interpreter.call.arguments[.readAhead] : nil
    do throws(Refusal) {
      guard hasPath else {
        let size = interpreter.call.arguments[.fileSize]
        return .address(try interpreter.machine.files.makeFile(size: size, order: order ?? 0))
      }
      let word = interpreter.call.word(.hostFile)
      let path = (0..<word.count).map { word[$0] }
      let file = try interpreter.machine.files.openFile(
        path: path.span, order: order, window: window)
      interpreter.images?.took(file)
      return .address(file)
    } catch {
      throw .refusal(error)
    }
  }

  private static func createMemfd(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let file = try machine.files.createMemfd(
      allowsSealing: call.arguments.has(.addedSeals), isHuge: call.arguments.has(.huge),
      isOptimized: call.arguments.has(.optimized), order: call.arguments[.folioOrder, default: 0])
    do throws(Refusal) {
      if call.arguments.has(.fileSize) {
        try machine.files.ftruncate(file, size: call.arguments[.fileSize])
      }
      if call.arguments.has(.addedSeals) {
        try machine.files.addSeals(file, seals(call.arguments[.addedSeals]))
      }
    } catch {
      try machine.files.closeFile(file)
      throw error
    }
    return .address(file)
  }

  private static func addSeals(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.files.addSeals(call.arguments[.openFile], seals(call.arguments[.seals]))
    return .ok
  }

  private static func seals(_ bits: UInt64) throws(Refusal) -> Seals {
    guard bits <= 0xff else { throw Refusal(.errno(.EINVAL), .noSuchSeal, bits) }
    return Seals(rawValue: UInt8(bits))
  }

  private static func getSeals(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(UInt64(try machine.files.memfdSeals(call.arguments[.openFile]).rawValue))
  }

  private static func close(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let address = call.arguments[.fileOrBuffer]
    if machine.files.isBuffer(address) {
      try machine.files.closeBuffer(address)
    } else {
      try machine.files.closeFile(address)
    }
    return .ok
  }

  private static func pread(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var runs = ByteRuns()
    var isEmpty = true
    try machine.files.pread(
      call.arguments[.openFile], offset: call.arguments[.byteOffset],
      count: call.arguments[.length]
    ) {
      isEmpty = false
      runs.append($0, to: &call.scratch)
    }
    if isEmpty { call.scratch.write("EOF") } else { runs.finish(&call.scratch) }
    return .line
  }

  private static func pwrite(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .number(
      try machine.files.pwrite(
        call.arguments[.openFile], offset: call.arguments[.byteOffset],
        call.arguments.bytes.span))
  }

  private static func ftruncate(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.files.ftruncate(call.arguments[.openFile], size: call.arguments[.size])
    return .ok
  }

  private static func fallocate(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.fileRange)
    try machine.files.fallocate(
      call.arguments[.openFile], start: start, end: end,
      punchesHole: call.arguments.has(.punchesHole))
    return .ok
  }

  private static func readAhead(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.fileRange)
    try machine.files.readAhead(call.arguments[.openFile], start: start, end: end)
    return .ok
  }

  private static func shrinkFolios(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.fileRange)
    return .number(
      try machine.files.shrinkFolios(call.arguments[.openFile], start: start, end: end))
  }

  /// Asks whether the file may be written.
  private static func askFsync(_ interpreter: inout Interpreter) throws(LineFailure) {
    let address = interpreter.call.arguments[.openFile]
    guard let path = interpreter.machine.files.hostPath(of: address),
      let images = interpreter.images
    else { return }
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.openFile)]
    let name = String(hostBytes: path)
    try interpreter.call.checkIsForeign(name, token)
    if images.belongsToAMachine(name) {
      var defect = ScriptError(
        "\(name) belongs to another machine: nothing was written",
        hint: "open a copy of it", token)
      defect.exit = .cannotCreate
      throw .script(defect)
    }
    guard images.isTrusted(address) || interpreter.call.arguments.has(.hostPaths) else {
      var defect = ScriptError(
        "\(name) came with the image, which was made elsewhere or is a copy: nothing was written",
        hint: "to write there, say fsync --host-paths", token)
      defect.exit = .cannotCreate
      throw .script(defect)
    }
  }

  private static func fsync(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    do throws(Refusal) {
      return .number(try interpreter.machine.files.fsync(interpreter.call.arguments[.openFile]))
    } catch {
      throw .refusal(error)
    }
  }

  private static func vmapFile(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.fileRange)
    let flags = VMFlags(rawValue: call.arguments[.flags, default: 0])
    let protection = call.choice(protections) ?? .kernel
    let caller = try call.caller(machine)
    return .address(
      call.arguments.has(.rfc)
        ? try machine.files.vmapFileRFC(
          call.arguments[.openFile], start: start, last: end, flags: flags,
          protection: protection, caller: caller)
        : try machine.files.vmapFile(
          call.arguments[.openFile], start: start, end: end, flags: flags,
          protection: protection, caller: caller))
  }

  private static func showFiles(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var rows: [Views.FileRow] = []
    machine.files.forEachFile { rows.append(Views.FileRow(address: $0, file: $1, path: $2)) }
    return call.view { output in Views.files(rows, to: &output) }
  }

  private static func showFolios(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var rows: [Views.FolioRow] = []
    var size: UInt64 = 0
    let address = call.arguments[.openFile]
    machine.files.forEachFile { file, record, _ in if file == address { size = record.size } }
    try machine.files.forEachFolio(of: address) { index, pfn, order in
      rows.append(
        Views.FolioRow(machine, index: index, pfn: pfn, order: order))
    }
    return call.view { output in Views.folios(rows, size: size, to: &output) }
  }
}

extension Call {
  /// `file_open` opens a file of the host or makes one, not both.
  fileprivate func checkFile() throws(LineFailure) {
    let hasPath = arguments.has(.hostFile)
    guard hasPath == arguments.has(.fileSize) else { return }
    throw .script(
      "either a file of the host, or --size N", hint: "file_open --size 64K",
      tokens[hasPath ? arguments.token(.hostFile) : 0])
  }
}
