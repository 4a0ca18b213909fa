/// The arguments of a `va_list` in a module's memory: registers that were saved first, the stack
/// behind them, as the x86-64 calling convention has it. Reading does not move the module's own.
package struct VariableArguments<Memory: FormatMemory>: ArgumentSource {
  /// Bytes of the six registers that hold integers and pointers.
  private static var registers: UInt64 { 48 }

  private let memory: Memory
  private var offset: UInt64
  private var stack: UInt64
  private let saved: UInt64

  /// - Parameter address: of the structure that a `va_list` is an array of one of.
  package init(at address: UInt64, _ memory: Memory) throws(BadPointer) {
    let bytes = try memory.read(address, 24)
    self.memory = memory
    offset = UInt64(littleEndian: bytes[0..<4])
    stack = UInt64(littleEndian: bytes[8..<16])
    saved = UInt64(littleEndian: bytes[16..<24])
  }

  package mutating func next() throws(BadPointer) -> UInt64 {
    if offset < Self.registers {
      defer { offset += 8 }
      return try memory.word(at: saved &+ offset)
    }
    defer { stack &+= 8 }
    return try memory.word(at: stack)
  }
}
