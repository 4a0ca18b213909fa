internal import VMem
internal import VMemViews

extension Subsystem {
  static let access = Subsystem(
    "read write fill copy compare",
    verbs: Verb.access)
}

extension Verb.Group {
  static let access = Verb.Group("access", "Access through the page tables")
}

extension Verb {
  static let access: [Verb] = [
    Verb(
      "read", .access, .nothing, .writer, [.address, .length],
      summary: "read bytes as the CPU does, through the page tables",
      returns: "xx xx … on one line, more than eight equal bytes as xx*N; or -EFAULT",
      example: "read s+0x4000 16", answers: [.faults, .userFaults, [.note(.otherCallEnded)]],
      .call(read)),
    Verb(
      "write", .access, .nothing, .writer, [.address, .bytes],
      summary: "write bytes as the CPU does", returns: "0, or -EFAULT",
      example: "write s+0x4000 deadbeef\nwrite s+0x4004 text:hello",
      exits: [ExitCondition(.noInput, when: "@FILE is not there"), .sessionsFile],
      answers: [.faults, .userFaults, [.note(.otherCallEnded)]], .call(write)),
    Verb(
      "fill", .access, .nothing, .writer, [.address, .length, .byte],
      summary: "set LEN bytes to one value", returns: "0, or -EFAULT",
      example: "fill P[3] 4K 0x83", answers: [.faults, .userFaults, [.note(.otherCallEnded)]],
      .control(fill), check: checkFill,
      ask: { interpreter throws(LineFailure) in _ = try interpreter.call.byte() }),
    Verb(
      "copy", .access, .nothing, .writer, [.destination, .source, .length],
      summary: "copy LEN bytes; the two ranges may overlap", kernel: "memmove",
      returns: "0, or -EFAULT", example: "copy s+0x4000 P[3] 4K",
      answers: [.faults, .userFaults, [.note(.otherCallEnded)]], .call(copy)),
    Verb(
      "compare", .access, .nothing, .writer, [.first, .second, .length],
      summary: "compare LEN bytes",
      returns: "0, or the offset of the first difference, which nothing but `expect` makes good",
      example: "compare s+0x4000 P[3] 4K",
      exits: [
        ExitCondition(
          .failedExpectation, when: "the ranges differ, and no `expect` has announced the offset")
      ], answers: [.faults, .userFaults, [.note(.otherCallEnded)]], .call(compare)),
  ]

  private static func read(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let (address, count) = (call.arguments[.address], call.arguments[.length])
    var runs = ByteRuns()
    guard call.printsDirectly else {
      try machine.mmu.read(address, count: count) { runs.append($0, to: &call.scratch) }
      runs.finish(&call.scratch)
      return .line
    }
    // No chunk comes before every byte is known to be readable.
    try machine.mmu.read(address, count: count) { runs.append($0, to: &call.output.writer) }
    runs.finish(&call.output.writer)
    call.output.writer.write(byte: 0x0a)
    return .printed
  }

  private static func write(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.mmu.write(call.arguments[.address], call.arguments.bytes.span)
    return .ok
  }

  private static func checkFill(_ parser: inout Parser) throws(LineFailure) {
    _ = try parser.call.byte()
  }

  private static func fill(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let byte = try interpreter.call.byte()
    do throws(Refusal) {
      try interpreter.machine.mmu.fill(
        interpreter.call.arguments[.address], count: interpreter.call.arguments[.length],
        byte: byte)
    } catch {
      throw .refusal(error)
    }
    return .ok
  }

  private static func copy(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    try machine.mmu.copy(
      to: call.arguments[.destination], from: call.arguments[.source],
      count: call.arguments[.length])
    return .ok
  }

  private static func compare(
    _ machine: borrowing Machine, _ call: inout Call
  ) throws(Refusal) -> Result {
    let difference = try machine.mmu.compare(
      call.arguments[.first], call.arguments[.second], count: call.arguments[.length])
    guard let difference else { return .ok }
    return .difference(difference)
  }
}

extension Call {
  /// The byte that `fill` writes.
  fileprivate func byte() throws(LineFailure) -> UInt8 {
    if let byte = UInt8(exactly: arguments[.byte]) { return byte }
    throw .script(
      "\(arguments[.byte]) is not a byte", hint: "0 to 255", tokens[arguments.token(.byte)])
  }
}

extension Parameter {
  static let byte = Parameter(
    id: 40, .address, "BYTE", "value of every byte, 0 to 255; a number or a name")
  static let destination = Parameter(
    id: 41, .address, "DST", "where the bytes go")
  static let source = Parameter(
    id: 42, .address, "SRC", "where the bytes come from")
  static let first = Parameter(
    id: 43, .address, "A", "an address")
  static let second = Parameter(
    id: 44, .address, "B", "the address to compare with")
}
