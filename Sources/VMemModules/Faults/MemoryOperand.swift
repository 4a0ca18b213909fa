/// The address that an instruction of general-purpose code has faulted at, where it is one that no
/// processor takes: the exception itself does not tell it.
struct MemoryOperand {
  /// nil for an instruction without such an operand.
  private(set) var address: UInt64?

  private let code: [UInt8]
  private let registers: [UInt64]
  private var at = 0
  private var rex: UInt8 = 0

  /// - Parameters:
  ///   - code: bytes of the instruction, and what is behind it.
  ///   - registers: all 16, as instructions number them.
  ///   - read: a word of memory.
  init(_ code: [UInt8], _ registers: [UInt64], read: (UInt64) -> UInt64?) {
    self.code = code
    self.registers = registers
    let found = skipPrefixes() ? operands(read) : []
    address = found.first { Self.isNonCanonical($0) }
  }

  /// Whether bits 47 to 63 differ.
  static func isNonCanonical(_ address: UInt64) -> Bool { (1..<0x1ffff) ~= address >> 47 }

  /// What the kernel calls the exception.
  static func protectionFault(_ address: UInt64?) -> String {
    "general protection fault"
      + (address.map { ", probably for non-canonical address 0x\(String($0, radix: 16))" } ?? "")
  }

  private mutating func next() -> UInt8? {
    guard at < code.count else { return nil }
    defer { at += 1 }
    return code[at]
  }

  /// False for one that adds what is not known: the base of a segment.
  private mutating func skipPrefixes() -> Bool {
    while at < code.count {
      switch code[at] {
      case 0x64, 0x65: return false
      case 0x26, 0x2e, 0x36, 0x3e, 0x66, 0x67, 0xf0, 0xf2, 0xf3: at += 1
      case 0x40...0x4f:
        rex = code[at]
        at += 1
        return true
      default: return true
      }
    }
    return false
  }

  private mutating func operands(_ read: (UInt64) -> UInt64?) -> [UInt64] {
    guard let opcode = next() else { return [] }
    switch opcode {
    case 0x0f: return hasOperandsAfter0F() ? operand().map { [$0] } ?? [] : []
    // An address of 64 bits stands behind the opcode.
    case 0xa0...0xa3: return displacement(8).map { [$0] } ?? []
    case 0xa4...0xa7: return [registers[7], registers[6]]
    case 0xaa, 0xab, 0xae, 0xaf: return [registers[7]]
    case 0xac, 0xad: return [registers[6]]
    case 0xc3: return read(registers[4]).map { [$0] } ?? []
    case 0xff: return jump(read)
    default: return Self.hasOperands(opcode) ? operand().map { [$0] } ?? [] : []
    }
  }

  /// A call or jump faults for its target as well.
  private mutating func jump(_ read: (UInt64) -> UInt64?) -> [UInt64] {
    guard let mode = code.dropFirst(at).first else { return [] }
    let isJump = mode >> 3 & 7 == 2 || mode >> 3 & 7 == 4
    if mode >> 6 == 3 { return isJump ? [register(mode & 7, 1)] : [] }
    guard let address = operand() else { return [] }
    return [address] + (isJump ? read(address).map { [$0] } ?? [] : [])
  }

  private static func hasOperands(_ opcode: UInt8) -> Bool {
    switch opcode {
    case 0..<0x40: opcode & 7 < 4
    case 0x63, 0x69, 0x6b, 0x80...0x8f, 0xc0, 0xc1, 0xc6, 0xc7, 0xd0...0xd3, 0xf6, 0xf7, 0xfe: true
    default: false
    }
  }

  private mutating func hasOperandsAfter0F() -> Bool {
    guard let second = next() else { return false }
    switch second {
    case 0x38, 0x3a: return next() != nil
    case 0x05...0x0b, 0x30...0x37, 0x77, 0x80...0x8f, 0xa0...0xa2, 0xa8...0xaa, 0xc8...0xcf:
      return false
    default: return true
    }
  }

  /// A register by three bits of an instruction, and the bit of the prefix that is the fourth.
  private func register(_ number: UInt8, _ bit: UInt8) -> UInt64 {
    registers[Int(number | (rex & bit != 0 ? 8 : 0))]
  }

  /// ModRM, SIB and displacement; nil for a register, and for an address by the instruction's own.
  private mutating func operand() -> UInt64? {
    guard let mode = next() else { return nil }
    var (base, isAbsolute) = (UInt64(0), false)
    switch (mode >> 6, mode & 7) {
    case (3, _), (0, 5): return nil
    case (_, 4):
      guard let scaled = next() else { return nil }
      isAbsolute = mode >> 6 == 0 && scaled & 7 == 5
      base = isAbsolute ? 0 : register(scaled & 7, 1)
      let hasIndex = scaled >> 3 & 7 != 4 || rex & 2 != 0
      if hasIndex { base &+= register(scaled >> 3 & 7, 2) << UInt64(scaled >> 6) }
    default: base = register(mode & 7, 1)
    }
    let size = isAbsolute || mode >> 6 == 2 ? 4 : Int(mode >> 6)
    return displacement(size).map { base &+ $0 }
  }

  private mutating func displacement(_ size: Int) -> UInt64? {
    guard at + size <= code.count else { return nil }
    let bytes = code[at..<at + size]
    let value = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    return isNegative && size < 8 ? value | ~0 << UInt64(8 * size) : value
  }
}
