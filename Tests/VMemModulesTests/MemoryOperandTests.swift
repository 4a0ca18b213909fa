import Testing

@testable import VMemModules

/// Where an instruction faults whose exception does not say it.
struct MemoryOperandTests {
  /// Registers that are each 0x100 times their number above the poison of lists.
  private static let registers = (0..<16).map { 0xdead_0000_0000_0100 + UInt64($0) << 8 }

  private func address(_ code: [UInt8], word: UInt64? = nil) -> UInt64? {
    MemoryOperand(code, Self.registers, read: { _ in word }).address
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: [UInt8]
    let address: UInt64?

    init(_ text: String, _ code: [UInt8], _ address: UInt64?) {
      (testDescription, self.code, self.address) = (text, code, address)
    }
  }

  static let rows = [
    Row("mov (%rax), %eax", [0x8b, 0x00], 0xdead_0000_0000_0100),
    Row("movl $1, 8(%rcx)", [0xc7, 0x41, 8, 1, 0, 0, 0], 0xdead_0000_0000_0208),
    Row("mov %rdx, -8(%r8)", [0x49, 0x89, 0x50, 0xf8], 0xdead_0000_0000_08f8),
    Row("mov 0x1000(%r12), %rax", [0x49, 0x8b, 0x84, 0x24, 0, 0x10, 0, 0], 0xdead_0000_0000_1d00),
    Row("lock incl (%rdi)", [0xf0, 0xff, 0x07], 0xdead_0000_0000_0800),
    Row("movzbl (%rsi), %eax", [0x0f, 0xb6, 0x06], 0xdead_0000_0000_0700),
    Row("call *%rbx", [0xff, 0xd3], 0xdead_0000_0000_0400),
    Row("rep stosb", [0xf3, 0xaa], 0xdead_0000_0000_0800),
    Row("mov 8(%rip), %eax", [0x8b, 0x05, 8, 0, 0, 0], nil),
    Row("mov %fs:(%rax), %eax", [0x64, 0x8b, 0x00], nil),
    Row("hlt", [0xf4], nil),
    Row("cli", [0xfa], nil),
    Row("rdmsr", [0x0f, 0x32], nil),
    Row("nothing", [], nil),
    Row("mov without its end", [0x49, 0x8b, 0x84], nil),
  ]

  @Test(arguments: rows) func operands(_ row: Row) {
    #expect(address(row.code) == row.address)
  }

  @Test func targets() {
    // ret, and call *(%rip).
    #expect(address([0xc3], word: 0x1234_0000_0000_0000) == 0x1234_0000_0000_0000)
    #expect(address([0xc3], word: 0x1234) == nil)
  }

  @Test func canonical() {
    for address in [0, 0x7fff_ffff_ffff, 0xffff_8000_0000_0000, UInt64.max] {
      #expect(!MemoryOperand.isNonCanonical(address))
    }
    #expect(MemoryOperand.isNonCanonical(0x8000_0000_0000))
  }
}
