internal import VMem

/// What the verbs for memory and devices call.
extension Verb {
  /// The request that the arguments describe.
  private static func request(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> VmallocRequest {
    var request = VmallocRequest(size: call.arguments[.size])
    request.align = call.arguments[.align, default: 1]
    if call.arguments.has(.searchRange) {
      (request.start, request.end) = call.range(.searchRange)
    }
    let flags = call.arguments[.flags, default: 0]
    request.flags = VMFlags(rawValue: flags)
    let node = call.arguments[.node, default: .max]
    // An `int`, of which -1 is no node (NUMA_NO_NODE).
    let number = Int32(truncatingIfNeeded: node)
    request.node = number == -1 ? nil : Int(number)
    request.gfp = call.gfp(machine)
    if flags >> 32 != 0, request.size >> 12 > VMArea.pointersPerPage {
      call.note = Refusal(.null, .noRoomForFlags, flags)
    }
    request.caller = try call.caller(machine)
    return request
  }

  static func vmalloc(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    // With any of these it is another call: __vmalloc_node and the like.
    let others: [Parameter] = [.align, .searchRange, .flags, .node]
    if !others.contains(where: { call.arguments.has($0) }) { request.checker = .__vmalloc_noprof }
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vzalloc(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    request.gfp.insert(.zero)
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vmallocUser(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    request.gfp.insert(.zero)
    request.align = max(request.align, 4096)
    request.flags.insert(.usermap)
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vmalloc32(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    request.gfp.insert(.dma32)
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vmallocHuge(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    request.flags.insert(.allowHugeVmap)
    request.checker = .vmalloc_huge_node_noprof
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vmallocNode(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    let node = call.arguments[.nodeNumber]
    // An `int`, of which -1 is no node (NUMA_NO_NODE).
    let number = Int32(truncatingIfNeeded: node)
    request.node = number == -1 ? nil : Int(number)
    return .address(try machine.mappings.vmalloc(request))
  }

  static func vrealloc(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    var request = try request(machine, &call)
    // Without it the kernel would not look at the node.
    if request.node != nil { request.gfp.insert(.thisNode) }
    return .address(try machine.mappings.vrealloc(call.arguments[.address], request))
  }

  static func vmap(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    let standard = VMFlags.map.rawValue
    let flags = call.arguments[.mapFlags, default: standard]
    let pages = call.arguments.has(.pages) ? call.arguments.pages : []
    let count = call.narrow(call.arguments[.mapCount, default: UInt64(pages.count)])
    if VMFlags(rawValue: flags).contains(.noGuard) {
      call.note = Refusal(.null, .guardIsKept, flags)
    }
    return .address(
      try machine.mappings.vmap(
        pages, count: count,
        flags: VMFlags(rawValue: flags),
        protection: call.choice(protections) ?? .kernel,
        caller: try call.caller(machine)))
  }

  static func vmapPFN(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    .address(
      try machine.mappings.vmapPFN(
        call.arguments[.frame], count: call.narrow(call.arguments[.frameCount]),
        caller: try call.caller(machine)))
  }

  // MARK: Devices

  private static func ioremap(
    _ machine: borrowing Machine, _ call: inout Call, _ mode: CacheMode
  ) throws(Refusal) -> Result {
    .address(
      try machine.mappings.ioremap(
        call.arguments[.physical], size: call.arguments[.size], mode: mode,
        caller: try call.caller(machine)))
  }

  static func ioremap(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    try ioremap(machine, &call, .uncachedMinus)
  }

  static func ioremapWC(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try ioremap(machine, &call, .writeCombining)
  }

  static func ioremapCache(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try ioremap(machine, &call, .writeBack)
  }

  static func ioremapUC(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try ioremap(machine, &call, .uncached)
  }

  static func ioremapWT(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try ioremap(machine, &call, .writeThrough)
  }

  static func ioremapPageRange(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (start, end) = call.range(.range)
    try machine.mappings.ioremapPageRange(
      start: start, end: end, physical: call.arguments[.physical])
    return .ok
  }

  // MARK: Freeing

  static func vfreeAtomic(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    if call.arguments[.address] == 0 { call.note = Refusal(.null, .noAreaAtAddress, 0) }
    try machine.mappings.vfreeAtomic(call.arguments[.address])
    return .ok
  }

  static func vunmap(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    if call.arguments[.address] == 0 { call.note = Refusal(.null, .noAreaAtAddress, 0) }
    try machine.mappings.vunmap(call.arguments[.address])
    return .ok
  }

  static func iounmap(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    call.note = machine.mappings.whyIounmapIgnores(call.arguments[.address])
    try machine.mappings.iounmap(call.arguments[.address])
    return .ok
  }
}
