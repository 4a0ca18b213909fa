internal import VMem
internal import VMemViews

extension Subsystem {
  static let buffers = Subsystem(
    """
    udmabuf_create udmabuf_create_list udmabuf_limits udmabuf_vmap udmabuf_vunmap \
    udmabuf_sync dmabufs
    """,
    verbs: Verb.buffers)
}

extension Verb.Group {
  static let files = Verb.Group("buffers", "Files and buffers")
}

/// udmabuf: buffers of pages of memfds.
extension Verb {
  static let buffers: [Verb] = [
    Verb(
      "udmabuf_create", .files, .address, .writer, [.memfd, .byteOffset, .size],
      options: [.bufferFlags],
      summary: "make a dma-buf of a range of a memfd that is sealed against shrinking",
      kernel: "udmabuf_create",
      returns: "the address of the dma-buf, -EINVAL, -EBADFD, -EFBIG, or -ENOMEM",
      example: "fd = memfd_create --size 4M --seals shrink\nu = udmabuf_create fd 1M 64K",
      answers: [
        [
          .errno(.EBADFD, .noMemfd, .hugeMemfd), .errno(.EFBIG, .fileTooLarge),
          .errno(
            .EINVAL, .zeroPages, .itemNotAligned, .behindFileEnd, .sealsForbid, .bufferTooLarge,
            .pageNotResident), .errno(.ENOMEM, .noDescriptor, .noFrames),
        ], .sleeps,
      ],
      .call(create)),
    Verb(
      "udmabuf_create_list", .files, .address, .writer, options: [.bufferFlags, .bufferItems],
      summary: "make a dma-buf of several ranges, one after the other", kernel: "udmabuf_create",
      returns: "the address of the dma-buf, -EINVAL, -EBADFD, -EFBIG, or -ENOMEM",
      example: """
        fd = memfd_create --size 4M --seals shrink
        u = udmabuf_create_list fd:0:2M fd:1M:1M fd:2M:2M
        w = udmabuf_vmap u
        """,
      answers: [
        [
          .errno(.EBADFD, .noMemfd, .hugeMemfd), .errno(.EFBIG, .fileTooLarge),
          .errno(
            .EINVAL, .zeroPages, .itemNotAligned, .behindFileEnd, .sealsForbid, .bufferTooLarge,
            .pageNotResident), .errno(.ENOMEM, .noDescriptor, .noFrames),
        ], .sleeps, [.errno(.EINVAL, .tooManyItems)],
      ], .control(createList),
      check: { parser throws(LineFailure) in _ = try parser.call.items(parser.names) }),
    Verb(
      "udmabuf_limits", .files, .nothing, .writer, options: [.listLimit, .sizeLimit],
      summary: "set the limits of buffers that come (parameters of the module), and show them",
      returns: "list_limit=N size_limit_mb=N; -ERANGE for what is no int",
      example: "udmabuf_limits --list 2000", facts: [.looksAlone],
      answers: [[.errno(.ERANGE, .notInt)]],
      .call(setLimits)),
    Verb(
      "udmabuf_vmap", .files, .address, .writer, [.buffer],
      summary: "map a dma-buf into one range of kernel addresses, in its kernel's way",
      kernel: "dma_buf_vmap", returns: "the address, or -EINVAL",
      example: """
        fd = memfd_create --size 64K --seals shrink
        u = udmabuf_create fd 0 64K
        w = udmabuf_vmap u
        """,
      answers: [
        [
          .errno(
            .EINVAL, .noBuffer, .noBufferMap, .frameHasStructPage, .noHole, .noDescriptor,
            .noTableMemory), .bug(.inInterrupt), .warn(.frameHasStructPage),
        ], .sleeps,
      ], .call(mapBuffer)),
    Verb(
      "udmabuf_vunmap", .files, .nothing, .writer, [.buffer],
      summary: "take back one udmabuf_vmap, and with the last one the mapping",
      kernel: "dma_buf_vunmap", returns: "0, or -EINVAL; BUG for one that is not mapped",
      example: """
        fd = memfd_create --size 64K --seals shrink
        u = udmabuf_create fd 0 64K
        w = udmabuf_vmap u
        udmabuf_vunmap u
        """, answers: [[.errno(.EINVAL, .noBuffer), .bug(.bufferNotMapped)]], .call(unmapBuffer)),
    Verb(
      "udmabuf_sync", .files, .nothing, .writer, [.buffer, .syncFlags],
      summary: "begin or end to use a dma-buf by the CPU (DMA_BUF_IOCTL_SYNC)",
      kernel: "dma_buf_begin_cpu_access", returns: "0, or -EINVAL",
      example: """
        fd = memfd_create --size 64K --seals shrink
        u = udmabuf_create fd 0 64K
        udmabuf_sync u start,read
        udmabuf_sync u end,read
        """, answers: [[.errno(.EINVAL, .noBuffer, .syncFlags, .noSyncTable)]], .call(sync)),
    Verb(
      "dmabufs", .files, .nothing, .reader,
      summary: "show the dma-bufs there are, the newest first, and their pages",
      kernel: "dma_buf_debug_show", returns: "text",
      example: "fd = memfd_create --size 64K --seals shrink\nu = udmabuf_create fd 0 64K\ndmabufs",
      answers: [[.errno(.EINVAL, .noBuffer)]],
      .call(show)),
  ]

  private static func create(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let item = UdmabufItem(
      memfd: call.arguments[.memfd], offset: call.arguments[.byteOffset],
      size: call.arguments[.size])
    return .address(
      try machine.files.createUdmabuf(
        item, closesOnExec: call.arguments[.bufferFlags, default: 0] & 1 != 0))
  }

  private static func createList(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let items = try interpreter.call.items(interpreter.machine)
    let closesOnExec = interpreter.call.arguments[.bufferFlags, default: 0] & 1 != 0
    do throws(Refusal) {
      return .address(
        try interpreter.machine.files.createUdmabuf(list: items, closesOnExec: closesOnExec))
    } catch {
      throw .refusal(error)
    }
  }

  private static func setLimits(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var limits = machine.udmabufLimits
    if call.arguments.has(.listLimit) {
      limits.list = try limit(call.arguments[.listLimit])
    }
    if call.arguments.has(.sizeLimit) {
      limits.sizeMB = try limit(call.arguments[.sizeLimit])
    }
    machine.udmabufLimits = limits
    call.scratch.write(
      "list_limit=\(Int32(bitPattern: limits.list)) "
        + "size_limit_mb=\(Int32(bitPattern: limits.sizeMB))")
    return .line
  }

  /// A parameter of the module is an `int` (`param_set_int`).
  private static func limit(_ value: UInt64) throws(Refusal) -> UInt32 {
    guard let number = Int32(exactly: Int64(bitPattern: value)) else {
      throw Refusal(.errno(.ERANGE), .notInt, value)
    }
    return UInt32(bitPattern: number)
  }

  private static func mapBuffer(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(try machine.files.mapBuffer(call.arguments[.buffer]))
  }

  private static func unmapBuffer(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.files.unmapBuffer(call.arguments[.buffer])
    return .ok
  }

  private static func sync(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.files.syncBuffer(call.arguments[.buffer], flags: call.arguments[.syncFlags])
    return .ok
  }

  private static func show(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var rows: [Views.BufferRow] = []
    var failure: Refusal?
    machine.files.forEachBuffer { address, buffer in
      do throws(Refusal) {
        let pages = try machine.files.pages(ofBuffer: address)
        rows.append(Views.BufferRow(address: address, buffer: buffer, pages: pages))
      } catch { failure = error }
    }
    if let failure { throw failure }
    return call.view { output in Views.dmabufs(rows, to: &output) }
  }
}

extension Call {
  /// Most items that are written out in one line.
  private static let maximumItems = 65536

  /// The items that the words list.
  fileprivate mutating func items<S: NameScope & ~Copyable>(
    _ scope: borrowing S
  ) throws(LineFailure) -> [UdmabufItem] {
    var items: [UdmabufItem] = []
    guard arguments.has(.bufferItems) else { return items }
    for at in words(.bufferItems) {
      guard items.count < Self.maximumItems else {
        throw .script("more than \(Self.maximumItems) items", tokens[at])
      }
      items.append(try item(scope, tokens[at]))
    }
    return items
  }

  /// `M:OFFSET:SIZE`.
  private mutating func item<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) -> UdmabufItem {
    var parts: [UInt64] = []
    var start = 0
    for at in 0...token.text.count
    where at == token.text.count || token.text.byte(at) == UInt8(ascii: ":") {
      // A colon behind a name would begin a list of pages.
      let part = Token(
        text: token.text[start..<at], offset: token.offset, length: token.length, isQuoted: true)
      guard start < at, parts.count < 3 else { throw notItem(token) }
      parts.append(try address(scope, part))
      start = at + 1
    }
    guard parts.count == 3 else { throw notItem(token) }
    return UdmabufItem(memfd: parts[0], offset: parts[1], size: parts[2])
  }

  private func notItem(_ token: Token) -> LineFailure {
    .script("an item is written as M:OFFSET:SIZE", hint: "m:0:64K", token)
  }
}

extension Parameter {
  static let memfd = Parameter(
    id: 91, .address, "M", "a memfd")
  static let bufferFlags = Parameter(
    id: 92, option: "--flags", .flagWords, "cloexec",
    "cloexec, or a number: other bits are ignored", words: { [("cloexec", 1)] })
  static let bufferItems = Parameter(
    id: 93, .rest, "M:OFFSET:SIZE…",
    "ranges of memfds in bytes, of whole pages; they may overlap and repeat")
  static let buffer = Parameter(
    id: 94, .address, "U", "a udmabuf, as udmabuf_create returns it")
  static let listLimit = Parameter(
    id: 95, option: "--list", .number, "N",
    "most items of a list (list_limit, default 1024; -1 for no limit)")
  static let sizeLimit = Parameter(
    id: 96, option: "--size-mb", .number, "N",
    "most MiB of a buffer (size_limit_mb, default 64; -1 for no limit)")
  static let syncFlags = Parameter(
    id: 97, .flagWords, "FLAGS",
    "start or end, and read, write: words joined with commas, or a number",
    words: { [("start", 0), ("read", 1), ("write", 2), ("end", 4)] })
}
