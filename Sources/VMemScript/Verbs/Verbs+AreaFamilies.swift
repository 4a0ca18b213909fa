internal import VMem

/// Areas that are made in other ways than one by one, and the work that gives them back.
extension Verb {
  static func vfree(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    let address = call.arguments[.address]
    if address == 0 { call.note = Refusal(.null, .noAreaAtAddress, 0) }
    try machine.mappings.vfree(address)
    return .ok
  }

  static func mapRAM(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    .address(
      try machine.mappings.vmMapRAM(
        call.arguments.pages,
        count: call.arguments.has(.mapCount) ? call.arguments[.mapCount] : nil))
  }

  static func unmapRAM(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let count = call.narrow(call.arguments[.pageCount])
    let address = call.arguments[.address]
    let isBug = machine.configuration.switches.contains(.mapRAMUnknownBug)
    if !isBug, machine.mappings.isUnknownLargeMapping(address, count: count) {
      call.note = Refusal(.null, .noAreaAtAddress, address)
    }
    try machine.mappings.vmUnmapRAM(address, count: count)
    return .ok
  }

  static func getGroup(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let members = try interpreter.call.group()
    do throws(Refusal) {
      let align = interpreter.call.arguments[.align]
      return .address(
        try interpreter.machine.percpu.getPerCPUAreas(
          align: align, members,
          caller: interpreter.call.arguments.has(.caller)
            ? try interpreter.call.caller(interpreter.machine) : .none))
    } catch {
      throw .refusal(error)
    }
  }

  static func freeGroup(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.percpu.freePerCPUAreas(call.arguments[.area])
    return .ok
  }

  /// Without `--align` as `alloc_percpu` of an integer: the size of a pointer.
  static func allocPerCPU(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    .address(
      try machine.percpu.allocPerCPU(
        size: call.arguments[.size], align: call.arguments[.align, default: 8]))
  }

  static func freePerCPU(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.percpu.freePerCPU(call.arguments[.address])
    return .ok
  }

  static func drain(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    try machine.drainLazyAreas()
    return .ok
  }

  static func reclaim(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    try machine.reclaimAreas()
    return .ok
  }

  static func shrink(_ machine: borrowing Machine, _ call: inout Call) throws(Refusal) -> Result {
    try machine.shrinkVmapNodes()
    return .ok
  }

  static func registerNotifier(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.vmAreas.registerPurgeNotifier(call.arguments[.area])
    return .ok
  }

  static func unregisterNotifier(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.vmAreas.unregisterPurgeNotifier(call.arguments[.area])
    return .ok
  }
}

extension Call {
  /// Most members of one group.
  private static let maximumGroup = 4096

  /// Where the members from word `at` on end: options may stand behind them.
  func endOfGroup(_ at: Int) -> Int {
    (at..<tokens.count).first { tokens[$0].text.hasPrefix("--") } ?? tokens.count
  }

  /// The members that the words `OFF:SIZE` list.
  func group() throws(LineFailure) -> [(offset: UInt64, size: UInt64)] {
    var members: [(offset: UInt64, size: UInt64)] = []
    let first = arguments.token(.group)
    for at in first..<endOfGroup(first) {
      let token = tokens[at]
      guard members.count < Self.maximumGroup else {
        throw .script("more than \(Self.maximumGroup) members", token)
      }
      var end = 0
      let offset = try number(token, &end)
      guard token.text.byte(end) == UInt8(ascii: ":") else { throw notMember(token) }
      end += 1
      let size = try number(token, &end)
      guard end == token.text.count else { throw notMember(token) }
      members.append((offset, size))
    }
    return members
  }

  private func notMember(_ token: Token) -> LineFailure {
    .script("a member is written as OFF:SIZE", hint: "0:64K", token)
  }
}
