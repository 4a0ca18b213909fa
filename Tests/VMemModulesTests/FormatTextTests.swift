import Testing
@testable import VMemModules

struct FormatTextTests {
  private var memory = FakeMemory()

  @Test mutating func textsOfTheKernelsTests() throws {
    let one = memory.place("1")
    let digits = memory.place("123456")
    let letters = memory.place("abcdef")
    let empty = memory.place("")
    #expect(try memory.text("%s%.0s", empty, digits) == "")
    #expect(try memory.text("%s|%.3s|%.*s", letters, letters, 3, digits) == "abcdef|abc|123")
    #expect(try memory.text("%-3s|%3s|%-*s|%*s|", one, one, 3, one, 3, one) == "1  |  1|1  |  1|")
    #expect(try memory.text("%*s|", UInt64(bitPattern: -3), one) == "1  |")
    #expect(try memory.text("%-10.4s|%10.4s", digits, digits) == "1234      |      1234")
    // A negative precision is none for C and zero for the kernel; one without digits the reverse.
    #expect(try memory.text("%4.*s", UInt64(bitPattern: -5), digits) == "    ")
    #expect(try memory.text("%.s|%.0s|%-3.s|", digits, digits, one) == "123456||1  |")
    #expect(try memory.text("%05s", one) == "    1")
  }

  @Test func badTexts() throws {
    #expect(try memory.text("%s", 0 as UInt64) == "(null)")
    #expect(try memory.text("%10s|%-10s|", 0 as UInt64, 0) == "    (null)|(null)    |")
    #expect(try memory.text("%s %s", 0xab as UInt64, 4095) == "(efault) (efault)")
    #expect(try memory.text("%s", UInt64(bitPattern: -12)) == "(efault)")
    #expect(try memory.text("%s", UInt64(bitPattern: -4095)) == "(efault)")
    for address in [4096, UInt64(bitPattern: -4096), 0x4900_dead_0000] {
      #expect(throws: BadPointer(address)) { try memory.text("%s", address) }
    }
  }

  @Test mutating func aPrecisionReadsNoFurther() throws {
    let bare = memory.place([0x61, 0x62])
    #expect(try memory.text("%.2s", bare) == "ab")
    #expect(throws: BadPointer(bare + 2)) { try memory.text("%.3s", bare) }
  }

  @Test mutating func aFormatInAFormat() throws {
    let arguments = variableArguments(registers: [10, 20], stack: [30, 40])
    let format = memory.place(memory.place("<%d %d %d %ld>"), arguments)
    #expect(try memory.text("a %pV %d", format, 5) == "a <10 20 30 40> 5")
    #expect(try memory.text("a %pV %pV", format, format) == "a <10 20 30 40> <10 20 30 40>")
    #expect(try memory.text("%pV", 0 as UInt64) == "(null)")
  }

  @Test mutating func aFormatThatContainsItselfIsABadPointer() throws {
    // Its argument is itself: the second word behind it.
    let address = FakeMemory.start + 8
    let text = memory.place("%pV")
    let stack = address + 16 + 24
    _ = memory.place(text, address + 16, 48, stack, 0, address)
    #expect(throws: BadPointer(address)) { try memory.text("%pV", address) }
  }

  /// A `va_list` some of whose arguments are still in registers.
  private mutating func variableArguments(registers: [UInt64], stack: [UInt64]) -> UInt64 {
    let unused = 6 - registers.count
    let saved = memory.place(words: Array(repeating: 0, count: unused) + registers)
    return memory.place(UInt64(unused * 8) | 48 << 32, memory.place(words: stack), saved)
  }

  // MARK: Levels and lines

  private func lines(_ text: String) -> [PrintkLine] { PrintkLine.lines(of: Array(text.utf8)) }

  private func line(
    _ text: String, _ level: UInt8?, isContinuation: Bool = false, isComplete: Bool = true
  ) -> PrintkLine {
    PrintkLine(
      level: level, isContinuation: isContinuation, isComplete: isComplete, bytes: Array(text.utf8))
  }

  @Test func levels() {
    #expect(lines("plain\n") == [line("plain", nil)])
    #expect(lines("\u{1}3bad\n") == [line("bad", 3)])
    #expect(lines("\u{1}7open") == [line("open", 7, isComplete: false)])
    #expect(lines("\u{1}c more\n") == [line(" more", nil, isContinuation: true)])
    #expect(lines("\u{1}4\u{1}6twice\n") == [line("twice", 4)])
    #expect(lines("\u{1}8no level\n") == [line("\u{1}8no level", nil)])
    #expect(lines("in \u{1}3the middle\n") == [line("in \u{1}3the middle", nil)])
    #expect(lines("").isEmpty && lines("\u{1}6").isEmpty)
  }

  @Test func theLogTakes1023BytesOfACall() {
    let long = String(repeating: "x", count: 1020)
    #expect(lines("\u{1}6\(long)\n") == [line(long, 6)])
    #expect(lines("\u{1}6\(long)x\n") == [line(long + "x", 6, isComplete: false)])
    #expect(lines("\u{1}6\(long)xyz\n") == [line(long + "x", 6, isComplete: false)])
  }

  @Test func severalLines() {
    #expect(lines("\u{1}6a\nb\n") == [line("a", 6), line("b", 6)])
    #expect(lines("a\n\n") == [line("a", nil), line("", nil)])
    #expect(lines("\n") == [line("", nil)])
    #expect(
      lines("\u{1}ca\nb")
        == [line("a", nil, isContinuation: true), line("b", nil, isComplete: false)])
  }
}
