import Glibc
import Testing
import VMemViews

@Suite struct ByteWriterTests {
  /// Values around every power of two and of ten.
  static let edges: [UInt64] = {
    var values: Set<UInt64> = [0, 1, .max, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210]
    for shift in 0..<64 {
      let power = UInt64(1) << UInt64(shift)
      values.formUnion([power &- 1, power, power &+ 1, power &* 0xa])
    }
    var power: UInt64 = 1
    for _ in 0..<20 {
      values.formUnion([power - 1, power, power + 1, power &* 7 &+ 3])
      power = power.multipliedReportingOverflow(by: 10).partialValue
    }
    return values.sorted()
  }()

  static func written(_ body: (inout ByteWriter) -> Void) -> String {
    var writer = ByteWriter(descriptor: nil)
    body(&writer)
    return writer.takeString()
  }

  static func padded(_ text: String, _ width: Int, _ pad: Character = " ") -> String {
    String(repeating: pad, count: max(0, width - text.count)) + text
  }

  @Test func numbersAreWhatTheStandardLibraryWrites() {
    for value in Self.edges {
      #expect(Self.written { $0.hex(value) } == String(value, radix: 16))
      #expect(Self.written { $0.decimal(value) } == "\(value)")
      let signed = Int64(bitPattern: value)
      #expect(Self.written { $0.decimal(signed) } == "\(signed)")
      #expect(
        Self.written { $0.address(value) } == "0x" + Self.padded(String(value, radix: 16), 16, "0"))
    }
  }

  @Test(arguments: [1, 2, 7, 8, 9, 20, 25])
  func decimalsAreRightAligned(width: Int) {
    for value in Self.edges {
      #expect(Self.written { $0.decimal(value, width: width) } == Self.padded("\(value)", width))
    }
  }

  @Test(arguments: 1...16)
  func hexDigitsAreTheLowestOnes(digits: Int) {
    for value in Self.edges {
      let low = digits == 16 ? value : value & (1 << UInt64(4 * digits) - 1)
      #expect(
        Self.written { $0.hex(value, digits: digits) }
          == Self.padded(String(low, radix: 16), digits, "0"))
    }
  }

  @Test func everyDecimalBelowTenThousandAndSamplesAbove() {
    var value: UInt64 = 0
    while value < 200_000_000 {
      let text = Self.written { $0.decimal(value, width: 7) }
      #expect(text == Self.padded("\(value)", 7))
      value += value < 10_000 ? 1 : value / 997
    }
  }

  @Test func pastItsCapacityAWriterInMemoryGrows() {
    var writer = ByteWriter(descriptor: nil)
    var expected: [UInt8] = []
    for number in 0..<60_000 as Range<UInt64> {
      writer.decimal(number)
      writer.write(byte: 0x2c)
      expected += Array("\(number),".utf8)
    }
    let long = String(repeating: "långe ", count: 40_000)
    writer.write(long)
    expected += Array(long.utf8)
    #expect(writer.bytesWritten == UInt64(expected.count))
    let bytes = writer.takeBytes()
    #expect(bytes == expected)
    #expect(writer.takeBytes().isEmpty)
  }

  @Test func throughADescriptorNothingIsLostOrDoubled() {
    var name = Array("/tmp/bytewriter-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    #expect(file >= 0)
    unlink(name)
    var writer = ByteWriter(descriptor: file)
    var expected: [UInt8] = []
    for number in 0..<50_000 as Range<UInt64> {
      writer.hex(number * 77_777)
      expected += Array(String(number * 77_777, radix: 16).utf8)
    }
    writer.flush()
    #expect(writer.failure == nil)
    #expect(writer.pendingBytes == 0)
    #expect(writer.bytesWritten == UInt64(expected.count))
    var received = [UInt8](repeating: 0, count: expected.count + 1)
    #expect(pread(file, &received, received.count, 0) == expected.count)
    close(file)
    received.removeLast()
    #expect(received == expected)
  }

  @Test func aClosedPipeAndABadDescriptorAreRemembered() {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    var writer = ByteWriter(descriptor: ends[1])
    writer.write("lost")
    #expect(writer.failure == nil)
    writer.flush()
    #expect(writer.failure == .pipeClosed)
    #expect(writer.failure?.exitCode == 141)
    close(ends[1])
    var other = ByteWriter(descriptor: -1)
    other.write("lost")
    other.flush()
    #expect(other.failure == .errno(EBADF))
    #expect(other.failure?.exitCode == 74)
  }

  @Test(arguments: [
    ([] as [UInt8], #""""#),
    (Array("plain".utf8), #""plain""#),
    (Array("a\"b\\c\n\t\r".utf8), #""a\"b\\c\n\t\r""#),
    ([0, 8, 12, 0x1f, 0x7f], #""\u0000\b\f\u001f\u007f""#),
    (Array("é € 😀".utf8), #""é € 😀""#),
    // A lone continuation, a cut sequence, an overlong form, a surrogate, past U+10FFFF.
    ([0x80], #""\ufffd""#),
    ([0xe2, 0x82], #""\ufffd""#),
    ([0xe2, 0x82, 0x41], #""\ufffdA""#),
    ([0xc0, 0xaf], #""\ufffd\ufffd""#),
    ([0xed, 0xa0, 0x80], #""\ufffd\ufffd\ufffd""#),
    ([0xf4, 0x90, 0x80, 0x80], #""\ufffd\ufffd\ufffd\ufffd""#),
    ([0xf0, 0x9f, 0x98], #""\ufffd""#),
    ([0xff, 0x61], #""\ufffda""#),
  ])
  func stringsForJSON(bytes: [UInt8], text: String) {
    #expect(Self.written { $0.jsonString(bytes.span) } == text)
  }

  @Test func badUTF8BecomesAsManyReplacementsAsTheStandardLibraryMakes() {
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<6 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let pick = state >> 32
        bytes.append(
          pick % 3 == 0 ? UInt8(pick >> 8 & 0x3f) | 0x80 : UInt8(pick >> 8 & 0x3f) | 0xc0)
      }
      let repaired = String(decoding: bytes, as: UTF8.self)
      let ours = Self.written { $0.jsonString(bytes.span) }
      let escaped = repaired.unicodeScalars.map { scalar in
        // What steers terminals is escaped, too.
        scalar == "\u{fffd}" || scalar.value < 0xa0
          ? "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst() : String(scalar)
      }
      #expect(ours == "\"" + escaped.joined() + "\"")
    }
  }

  @Test func linesOfAnother() {
    var text = ByteWriter(descriptor: nil)
    var marked = ByteWriter(descriptor: nil)
    marked.take(linesOf: &text, behind: "> ")
    #expect(marked.takeString() == "")
    text.write("a\n\nb" as StaticString)
    marked.take(linesOf: &text, behind: "> ")
    #expect(marked.takeString() == "> a\n> \n> b\n")
    #expect(text.takeString() == "")
  }
}
