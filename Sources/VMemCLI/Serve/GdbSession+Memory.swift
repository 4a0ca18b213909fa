internal import VMem
internal import VMemScript
internal import VMemViews

extension GdbSession {
  /// Most bytes of one answer: two digits each.
  private static let mostBytes = (PacketStream.maximumSize - 16) / 2

  // MARK: Memory

  /// `m ADDRESS,COUNT`: bytes up to the first that is not there.
  func readMemory(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> Reply {
    guard cursor.take("m"), let (address, count) = cursor.pair(), cursor.isAtEnd else {
      return .error(Errors.wrong)
    }
    let memory = target.memory(interpreter.machine)
    let wanted = Int(min(count, UInt64(Self.mostBytes)))
    let bytes =
      isPhysical
      ? memory.read(physical: address, wanted, interpreter.machine)
      : memory.read(address, wanted, cpu: cpu(interpreter), interpreter.machine)
    if bytes.isEmpty, wanted > 0 { return .error(Errors.notMapped) }
    return Reply(packets: [Hex.text(bytes)])
  }

  /// `M ADDRESS,COUNT:DIGITS` and `X ADDRESS,COUNT:BYTES`, by the language's own verb: what is written
  /// is of the machine's history.
  func writeMemory(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: inout Interpreter
  ) -> Reply {
    let isBinary = cursor.take("X")
    if !isBinary { _ = cursor.take("M") }
    guard let (address, count) = cursor.pair(), cursor.take(":"),
      let bytes = isBinary ? Array(cursor.rest) : Hex.bytes(cursor.rest),
      UInt64(bytes.count) == count
    else { return .error(Errors.wrong) }
    guard rights.isWritable else { return .error(Errors.notAllowed) }
    if bytes.isEmpty { return .ok }
    // The verb means the current CPU's program.
    let isOther = !isPhysical && address >> 63 == 0 && cpu(interpreter) != interpreter.machine.cpu
    guard !isOther, !isPhysical || isDirect(address, count, interpreter.machine) else {
      return .error(Errors.notMapped)
    }
    let place = isPhysical ? interpreter.machine.map.pageOffset + address : address
    let digits = String(decoding: Hex.text(bytes), as: UTF8.self)
    let answer = interpreter.answer("write 0x\(Hex.number(place)) \(digits)")
    target.change()
    return answer.exit == .success ? .ok : .error(Errors.notMapped)
  }

  /// Whether the direct map has all of a range of physical memory.
  private func isDirect(_ address: UInt64, _ count: UInt64, _ machine: borrowing Machine) -> Bool {
    let end = address.addingReportingOverflow(count)
    return !end.overflow
      && machine.ramRanges.contains { $0.contains(address) && $0.upperBound >= end.partialValue }
  }

  // MARK: Registers

  /// `g`, or `p NUMBER`.
  func readRegisters(
    _ cursor: inout PacketCursor, _ target: LiveTarget, _ interpreter: borrowing Interpreter
  ) -> Reply {
    let registers = target.registers(ofCPU: cpu(interpreter), interpreter.machine)
    if cursor.take("g") {
      guard cursor.isAtEnd else { return .error(Errors.wrong) }
      return Reply(packets: [Hex.text(Register.all.flatMap { $0.bytes(registers) })])
    }
    guard cursor.take("p"), let number = cursor.number(), cursor.isAtEnd,
      number < UInt64(Register.all.count)
    else { return .error(Errors.wrong) }
    return Reply(packets: [Hex.text(Register.all[Int(number)].bytes(registers))])
  }
}
