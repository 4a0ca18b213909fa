import Testing
import VMem
@testable import VMemModules

struct ModuleParameterTests {
  // MARK: Numbers

  @Test(
    arguments: [
      ("0", 0, 0), ("42", 0, 42), ("+42", 0, 42), ("0x2A", 0, 42), ("0X2a", 0, 42), ("052", 0, 42),
      ("42\n", 0, 42), ("2a", 16, 42), ("0x2a", 16, 42), ("101010", 2, 42), ("42", 10, 42),
      ("18446744073709551615", 0, UInt64.max), ("0xffffffffffffffff", 0, UInt64.max),
    ] as [(String, Int, UInt64)])
  func numbers(_ text: String, _ base: Int, _ value: UInt64) throws {
    #expect(try KernelNumber.unsigned(Array(text.utf8)[...], base: base) == value)
  }

  @Test(arguments: [
    "", "+", "-", "-1", "x", "0x", "08", "1 ", " 1", "1\n\n", "\n", "++1", "+-1", "0xg", "1.0",
    "42k",
  ])
  func whatIsNoNumber(_ text: String) {
    #expect(throws: KernelNumberError.invalid) {
      try KernelNumber.unsigned(Array(text.utf8)[...], base: 0)
    }
  }

  @Test(arguments: ["18446744073709551616", "0x10000000000000000", "99999999999999999999999x"])
  func numbersThatAreTooLarge(_ text: String) {
    #expect(throws: KernelNumberError.outOfRange) {
      try KernelNumber.unsigned(Array(text.utf8)[...], base: 0)
    }
  }

  @Test func signsAndRanges() throws {
    func signed(_ text: String, _ bits: Int) throws(KernelNumberError) -> Int64 {
      try KernelNumber.signed(Array(text.utf8)[...], base: 0, bits: bits)
    }
    for bits in [8, 16, 32, 64] {
      let limit = UInt64(1) << UInt64(bits - 1)
      #expect(try signed("\(limit - 1)", bits) == Int64(limit - 1))
      #expect(try signed("-\(limit)", bits) == Int64(bitPattern: 0 &- limit))
      #expect(throws: KernelNumberError.outOfRange) { try signed("\(limit)", bits) }
      #expect(throws: KernelNumberError.outOfRange) { try signed("-\(limit + 1)", bits) }
    }
    #expect(try signed("-0", 32) == 0 && signed("-0x10", 32) == -16)
    #expect(throws: KernelNumberError.invalid) { try signed("-+1", 32) }
    #expect(throws: KernelNumberError.invalid) { try signed("--1", 32) }
  }

  @Test(arguments: ["y", "Y", "yes", "1", "on", "On", "ON", "t", "true", "12"])
  func yes(_ text: String) throws { #expect(try KernelNumber.bool(Array(text.utf8)[...])) }

  @Test(arguments: ["n", "N", "no", "0", "off", "Of", "OFF", "f", "False", "07"])
  func no(_ text: String) throws { #expect(try !KernelNumber.bool(Array(text.utf8)[...])) }

  @Test(arguments: ["", "o", "oo", "2", "maybe", " y", "Q", "\u{11}", "\u{10}"])
  func neither(_ text: String) {
    #expect(throws: KernelNumberError.invalid) { try KernelNumber.bool(Array(text.utf8)[...]) }
  }

  // MARK: Words

  private func words(_ line: String) -> [String] {
    ParameterWord.words(of: Array(line.utf8)).map { word in
      let name = String(decoding: word.name, as: UTF8.self)
      return word.value.map { "\(name)=<\(String(decoding: $0, as: UTF8.self))>" } ?? name
    }
  }

  @Test func wordsBetweenBlanks() {
    #expect(words("a=1  b=2\tc\n") == ["a=<1>", "b=<2>", "c"])
    #expect(words("").isEmpty && words("   ").isEmpty)
    #expect(words("a= b=1=2") == ["a=<>", "b=<1=2>"])
    #expect(words("=5 a") == ["=5", "a"])
    #expect(words("a=1 -- b=2") == ["a=<1>"])
    #expect(words("--=1") == ["--=<1>"])
  }

  @Test func quotes() {
    #expect(words("a=\"x y\" b=1") == ["a=<x y>", "b=<1>"])
    #expect(words("\"a=x y\" b=1") == ["a=<x y>", "b=<1>"])
    #expect(words("a=x\"y z\"w") == ["a=<x\"y z\"w>"])
    #expect(words("a=\"\" b=\"") == ["a=<>", "b=<>"])
    #expect(words("a=\"never ends b=1") == ["a=<never ends b=1>"])
    #expect(words("\"") == [""])
  }

  // MARK: Types

  private static let declarations: [ParameterDeclaration] = [
    .init(name: Array("nr_threads".utf8), type: .int),
    .init(name: Array("flag".utf8), type: .bool),
    .init(name: Array("inverse".utf8), type: .invbool),
    .init(name: Array("small".utf8), type: .byte),
    .init(name: Array("short".utf8), type: .short),
    .init(name: Array("ushort".utf8), type: .ushort),
    .init(name: Array("uint".utf8), type: .uint),
    .init(name: Array("long".utf8), type: .long),
    .init(name: Array("ulong".utf8), type: .ulong),
    .init(name: Array("ullong".utf8), type: .ullong),
    .init(name: Array("hex".utf8), type: .hexint),
    .init(name: Array("text".utf8), type: .charp),
    .init(name: Array("list".utf8), type: .short, shape: .array(capacity: 3)),
    .init(name: Array("texts".utf8), type: .charp, shape: .array(capacity: 2)),
    .init(name: Array("buffer".utf8), type: .charp, shape: .string(capacity: 8)),
    .init(name: Array("own".utf8), type: .int, shape: .callback(needsValue: false)),
    .init(name: Array("owned".utf8), type: .int, shape: .callback(needsValue: true)),
    .init(name: Array("flags".utf8), type: .bool, shape: .array(capacity: 2)),
  ]

  private func parameters(_ line: String) throws(ParameterError) -> ModuleParameters {
    try ModuleParameters(Array(line.utf8), Self.declarations, module: Array("m".utf8))
  }

  @Test(
    arguments: [
      ("nr_threads=3", [3, 0, 0, 0]), ("nr-threads=-2", [0xfe, 0xff, 0xff, 0xff]), ("flag", [1]),
      ("flag=0", [0]), ("inverse=y", [0]), ("inverse=0", [1]), ("small=255", [255]),
      ("short=-32768", [0, 0x80]), ("ushort=65535", [255, 255]),
      ("uint=4294967295", [255, 255, 255, 255]), ("long=-1", [UInt8](repeating: 255, count: 8)),
      ("ulong=010", [8, 0, 0, 0, 0, 0, 0, 0]), ("ullong=1", [1, 0, 0, 0, 0, 0, 0, 0]),
      ("hex=10", [16, 0, 0, 0]), ("buffer=sevenxx", Array("sevenxx\0".utf8)), ("buffer=", [0]),
    ] as [(String, [UInt8])])
  func bytesToBeWritten(_ word: String, _ bytes: [UInt8]) throws {
    let assignment = try #require(try parameters(word).assignments.first)
    #expect(assignment.value == .bytes(bytes) && assignment.count == 1)
  }

  @Test func severalWordsInOrder() throws {
    let line = "list=1,-2,0x3 text=\"a b\" texts=x, own own=5 owned=6 list=9"
    let assignments = try parameters(line).assignments
    #expect(assignments.map { $0.index } == [12, 11, 13, 15, 15, 16, 12])
    #expect(assignments.map { $0.count } == [3, 1, 2, 1, 1, 1, 1])
    #expect(assignments[0].value == .bytes([1, 0, 0xfe, 0xff, 3, 0]))
    #expect(assignments[1].value == .texts([Array("a b".utf8)]))
    #expect(assignments[2].value == .texts([Array("x".utf8), []]))
    #expect(assignments[3].value == .callback(nil))
    #expect(assignments[4].value == .callback(Array("5".utf8)))
  }

  @Test func anUnknownParameterIsAWarning() throws {
    let parameters = try parameters("nothing=1 nr_threads=2 more")
    #expect(parameters.assignments.count == 1)
    #expect(
      parameters.warnings.map { String(decoding: $0, as: UTF8.self) } == [
        "m: unknown parameter 'nothing' ignored", "m: unknown parameter 'more' ignored",
      ])
  }

  @Test(
    arguments: [
      ("nr_threads=x", Errno.EINVAL, ["m: `x' invalid for parameter `nr_threads'"]),
      ("nr-threads=x", .EINVAL, ["m: `x' invalid for parameter `nr-threads'"]),
      ("nr_threads", .EINVAL, ["m: `' invalid for parameter `nr_threads'"]),
      ("nr_threads=2147483648", .ERANGE, ["m: `2147483648' invalid for parameter `nr_threads'"]),
      ("small=256", .ERANGE, ["m: `256' invalid for parameter `small'"]),
      ("small=-1", .EINVAL, ["m: `-1' invalid for parameter `small'"]),
      ("flag=", .EINVAL, ["m: `' invalid for parameter `flag'"]),
      ("flags", .EINVAL, ["m: `' invalid for parameter `flags'"]),
      ("inverse", .EINVAL, ["m: `' invalid for parameter `inverse'"]),
      ("owned", .EINVAL, ["m: `' invalid for parameter `owned'"]),
      ("list=1,x,3", .EINVAL, ["m: `1' invalid for parameter `list'"]),
      ("list=1,,3", .EINVAL, ["m: `1' invalid for parameter `list'"]),
      (
        "list=1,2,3,4", .EINVAL,
        ["list: can only take 3 arguments", "m: `1' invalid for parameter `list'"]
      ),
      (
        "buffer=eightxxx", .ENOSPC,
        [
          "buffer: string doesn't fit in 7 chars.",
          "m: `eightxxx' too large for parameter `buffer'",
        ]
      ),
    ] as [(String, Errno, [String])])
  func whatIsRefused(_ word: String, _ errno: Errno, _ lines: [String]) throws {
    let error = try #require(throws: ParameterError.self) { try parameters("uint=1 " + word) }
    #expect(error.errno == errno)
    #expect(error.lines.map { String(decoding: $0, as: UTF8.self) } == lines)
  }

  @Test func theLongestText() throws {
    let longest = String(repeating: "a", count: 1024)
    #expect(try parameters("text=" + longest).assignments.count == 1)
    let error = try #require(throws: ParameterError.self) { try parameters("text=a" + longest) }
    #expect(error.errno == .ENOSPC)
    #expect(error.lines.first == Array("text: string parameter too long".utf8))
  }
}
