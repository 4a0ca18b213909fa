import Testing
import VMemModules

/// Expected texts are those that the kernel's documentation and its own tests of printf state.
struct FormatNumberTests {
  private let memory = FakeMemory()

  @Test(arguments: [
    ("%#-12x", "0x1234abcd  "), ("%#12x", "  0x1234abcd"), ("%x", "1234abcd"), ("%X", "1234ABCD"),
    ("%#X", "0X1234ABCD"), ("%016x", "000000001234abcd"), ("%o", "2215125715"),
    ("%#o", "02215125715"), ("%d", "305441741"), ("%+d", "+305441741"), ("% d", " 305441741"),
    ("%12d|", "   305441741|"), ("%-12d|", "305441741   |"), ("%012d", "000305441741"),
    ("%.12d", "000305441741"), ("%-012d|", "305441741   |"), ("%u", "305441741"),
    ("%i", "305441741"),
  ])
  func aNumber(_ format: String, _ expected: String) throws {
    #expect(try memory.text(format, 0x1234_abcd as UInt64) == expected)
  }

  @Test func numbersOfTheKernelsTests() throws {
    #expect(
      try memory.text("%d|%03d|%3d|%+d|% d|%+d|% d", 0, 1, 12, 123, 1234, -123, -1234)
        == "0|001| 12|+123| 1234|-123|-1234")
    #expect(
      try memory.text("%hhu|%hhu|%hhu|%hhu|%hhu", 0, 1, 257, 128, -1) == "0|1|1|128|255")
    #expect(
      try memory.text("%hhd|%hhd|%hhd|%hhd|%hhd", 0, 1, 257, 128, -1) == "0|1|1|-128|-1")
    #expect(try memory.text("%ho%ho%#ho", 1037, 5282, -11627) == "2015122420151225")
    #expect(
      try memory.text("%.2d|%.1d|%.0d|%.*d|%1.0d", 0, 0, 0, 0, 0, 0) == "00|0|0|0|0")
  }

  @Test func lengths() throws {
    let minusOne: UInt64 = .max
    #expect(try memory.text("%d %ld %lld", minusOne, minusOne, minusOne) == "-1 -1 -1")
    #expect(try memory.text("%u", minusOne) == "4294967295")
    for length in ["l", "ll", "z", "t", "j", "L"] {
      #expect(try memory.text("%\(length)u", minusOne) == "18446744073709551615")
      #expect(try memory.text("%\(length)d", minusOne) == "-1")
    }
    #expect(try memory.text("%ld", 1 << 63) == "-9223372036854775808")
    #expect(try memory.text("%hd %hu", 0x8000 as UInt64, 0x1_8000) == "-32768 32768")
    // The upper half of a register that an int was passed in means nothing.
    #expect(try memory.text("%d", 0xdead_beef_ffff_ffff as UInt64) == "-1")
  }

  @Test func aHexadecimalZeroHasItsPrefix() throws {
    #expect(try memory.text("%#x %#lx %#o", 0 as UInt64, 0, 0) == "0x0 0x0 0")
  }

  @Test func widthsAndPrecisions() throws {
    #expect(try memory.text("%*d|%-*d|%*d|", 5, 1, 5, 2, -5, 3) == "    1|2    |3    |")
    #expect(try memory.text("%.*d|%.*d", 3, 1, -3, 1) == "001|1")
    #expect(try memory.text("%6.3d|%06.3d|%-6.3d|", 7, 7, 7) == "   007|000007|007   |")
    #expect(try memory.text("%+06d|%#08x", 42, 42) == "+00042|0x00002a")
  }

  @Test func foldedAddressesInHexadecimalAreTheKernels() throws {
    let address: UInt64 = 0x4900_0000_1000
    #expect(try memory.text("%lx %llx", address, address) == "ffffc90000001000 ffffc90000001000")
    #expect(try memory.text("%#lX %zx", address, address) == "0XFFFFC90000001000 ffffc90000001000")
    #expect(try memory.text("%lu %x", address, address) == "80264348831744 1000")
    #expect(try memory.text("%lx", 0x1000 as UInt64) == "1000")
  }

  @Test func percentSignsAndCharacters() throws {
    #expect(try memory.text("100%%", 0) == "100%")
    #expect(try memory.text("xxx%cyyy", 0x25 as UInt64) == "xxx%yyy")
    #expect(try memory.text("xxx%cyyy", 0) == "xxx\0yyy")
    #expect(try memory.text("%3c|%-3c|", 0x41 as UInt64, 0x42) == "  A|B  |")
  }

  @Test(arguments: ["n", "f", "g", "e", "", "q", "\u{1}"])
  func whatTheKernelDoesNotHaveEndsTheOutput(_ letter: String) throws {
    var output = FormatOutput()
    var arguments = Arguments(words: [1, 2, 3])
    let format = Array("a%d %\(letter) %d".utf8)
    // A percent sign and a blank are followed by the flag of a sign, so a letter has to come.
    let ending = letter.isEmpty ? Array("a%d %".utf8) : format
    try KernelFormat(memory: memory, seed: 1).append(ending, &arguments, to: &output)
    #expect(String(decoding: output.bytes, as: UTF8.self) == "a1 ")
    #expect(output.refused == (letter.utf8.first ?? 0))
  }

  @Test func bytesBeyondTheLimitAreCountedOnly() throws {
    for limit in 0...20 {
      var output = FormatOutput(limit: limit)
      var arguments = Arguments(words: [7, 42, 9])
      let format = Array("a%5d|%-4d|%05d".utf8)
      try KernelFormat(memory: memory, seed: 1).append(format, &arguments, to: &output)
      let whole = "a    7|42  |00009"
      #expect(output.count == whole.utf8.count)
      #expect(output.bytes == Array(whole.utf8.prefix(limit)))
    }
  }
}
