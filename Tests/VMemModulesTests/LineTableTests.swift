import Testing
@testable import VMemModules

struct LineTableTests {
  private static func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    TinyObject.number(value, size)
  }

  /// Rows of two files: 0x1000 line 10, 0x1004 line 12, 0x1014 line 1 of the other, up to 0x1028.
  private static let program: [UInt8] =
    [0, 9, 2] + number(0x1000, 8) + [3, 9, 1, 76, 4, 2, 2, 0x10, 3, 0x75, 1, 8, 9, 3, 0, 0, 1, 1]

  private static let numbers: [UInt8] = [1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]

  private static func unit(_ version: UInt64, _ header: [UInt8], _ program: [UInt8]) -> [UInt8] {
    let rest = number(UInt64(header.count), 4) + header + program
    let sizes: [UInt8] = version >= 5 ? [8, 0] : []
    return number(UInt64(rest.count + sizes.count + 2), 4) + number(version, 2) + sizes + rest
  }

  private static let namesOfFour: [UInt8] =
    Array("dir\0\0".utf8) + Array("a.c\0".utf8) + [1, 0, 0] + Array("b.h\0".utf8) + [0, 0, 0, 0]

  /// Version 4.
  static let handMade = TinyObject.Section(
    name: ".debug_line", type: 1, bytes: unit(4, numbers + namesOfFour, program))

  private static func object(_ unit: [UInt8]) -> TinyObject {
    var object = TinyObject.plain
    object.sections.append(TinyObject.Section(name: ".debug_line", type: 1, bytes: unit))
    return object
  }

  private func lines(_ object: TinyObject) throws -> LineTable {
    try LineTable(try ObjectFile(object.bytes))
  }

  private static let places: [(UInt64, String?)] = [
    (0, nil), (0xfff, nil), (0x1000, "dir/a.c:10"), (0x1003, "dir/a.c:10"),
    (0x1004, "dir/a.c:12"), (0x1013, "dir/a.c:12"), (0x1014, "b.h:1"), (0x1027, "b.h:1"),
    (0x1028, nil), (.max, nil),
  ]

  private func expectPlaces(_ table: LineTable) {
    for (address, expected) in Self.places {
      let text = table.line(at: address).map { String(decoding: $0.text, as: UTF8.self) }
      #expect(text == expected)
    }
  }

  @Test func versionFour() throws {
    expectPlaces(try lines(Self.object(Self.handMade.bytes)))
  }

  /// Of what is expanded from a header it is the line before it.
  @Test func headersArePassedOver() throws {
    let table = try lines(Self.object(Self.handMade.bytes))
    func text(_ address: UInt64, from start: UInt64) -> String? {
      table.line(at: address, from: start) { $0 == Array("b.h".utf8) }
        .map { String(decoding: $0.text, as: UTF8.self) }
    }
    #expect(text(0x1020, from: 0x1000) == "dir/a.c:12")
    #expect(text(0x1002, from: 0x1000) == "dir/a.c:10")
    // Another function's line is none of this one.
    #expect(text(0x1020, from: 0x1014) == nil)
  }

  @Test func versionsTwoAndThreeHaveOneNumberLess() throws {
    let numbers = [Self.numbers[0]] + Self.numbers[2...]
    for version in [2, 3] as [UInt64] {
      expectPlaces(
        try lines(Self.object(Self.unit(version, numbers + Self.namesOfFour, Self.program))))
    }
  }

  /// Names in another section, a checksum behind each.
  private static let namesOfFive: [UInt8] =
    [1, 1, 0x1f, 2] + number(0, 4) + number(6, 4)
    + [3, 1, 0x1f, 2, 0x0b, 5, 0x1e, 3]
    + number(10, 4) + [0] + TinyObject.zeroes(16)
    + number(10, 4) + [1] + TinyObject.zeroes(16)
    + number(14, 4) + [0] + TinyObject.zeroes(16)

  private static var five: TinyObject {
    var five = object(unit(5, numbers + namesOfFive, program))
    five.sections.append(
      TinyObject.Section(
        name: ".debug_line_str", type: 1, bytes: Array("/home\0dir\0a.c\0b.h\0".utf8)))
    return five
  }

  @Test func versionFive() throws { expectPlaces(try lines(Self.five)) }

  @Test func twoUnits() throws {
    let later = Self.program[..<3] + Self.number(0x1800, 8) + Self.program[11...]
    let units =
      Self.unit(4, Self.numbers + Self.namesOfFour, Array(later)) + Self.handMade.bytes
    let table = try lines(Self.object(units))
    expectPlaces(table)
    #expect(table.line(at: 0x1805)?.text == Array("dir/a.c:12".utf8))
    #expect(table.line(at: 0x1828) == nil)
  }

  @Test func unitsWithLongOffsets() throws {
    let header = Self.numbers + Self.namesOfFour
    let rest = Self.number(4, 2) + Self.number(UInt64(header.count), 8) + header + Self.program
    let unit = Self.number(0xffff_ffff, 4) + Self.number(UInt64(rest.count), 8) + rest
    expectPlaces(try lines(Self.object(unit)))
  }

  @Test func anObjectWithoutDebugInformationKnowsNoLine() throws {
    #expect(try lines(TinyObject.plain).line(at: 0x1000) == nil)
  }

  // MARK: What is refused

  private func rule(_ object: TinyObject) throws -> ObjectError.Rule {
    try #require(throws: ObjectError.self) { try lines(object) }.rule
  }

  @Test func damagedTables() throws {
    let whole = Self.handMade.bytes
    #expect(try rule(Self.object(Self.unit(6, Self.numbers, []))) == .lineVersion)
    #expect(try rule(Self.object(Self.unit(1, Self.numbers, []))) == .lineVersion)
    for count in 1..<whole.count {
      #expect(try rule(Self.object(Array(whole.prefix(count)))) == .beyondFile)
    }
    var changed = Self.numbers
    changed[4] = 0
    #expect(try rule(Self.object(Self.unit(4, changed + Self.namesOfFour, []))) == .lineHeader)
    changed = Self.numbers
    changed[5] = 0
    #expect(try rule(Self.object(Self.unit(4, changed + Self.namesOfFour, []))) == .lineHeader)
    let named = Self.numbers + Self.namesOfFour.dropLast(6)
    #expect(try rule(Self.object(Self.unit(4, named, []))) == .unterminatedName)
  }

  @Test func namesBeyondTheirSection() throws {
    var five = Self.five
    five[".debug_line_str"].bytes = Array("/home\0dir\0".utf8)
    #expect(try rule(five) == .unterminatedName)
    five[".debug_line_str"].bytes = []
    #expect(try rule(five) == .unterminatedName)
    five[".debug_line_str"].name = ".other"
    #expect(try rule(five) == .beyondFile)
    let form = Self.numbers + [1, 1, 0x1a, 1, 0]
    #expect(try rule(Self.object(Self.unit(5, form, []))) == .lineForm)
    let endless = Self.numbers + [1, 1, 0x08, 0xff, 0xff, 0xff, 0xff, 0x0f]
    #expect(try rule(Self.object(Self.unit(5, endless, []))) == .lineHeader)
    let empty = Self.numbers + [0, 100]
    #expect(try rule(Self.object(Self.unit(5, empty, TinyObject.zeroes(100)))) == .lineHeader)
  }

  @Test func compressedSections() throws {
    var object = Self.object(Self.handMade.bytes)
    object[".debug_line"].flags = 0x800
    #expect(try rule(object) == .compressed)
    object[".debug_line"].flags = 0
    object[".debug_line"].name = ".zdebug_line"
    #expect(try rule(object) == .compressed)
  }

  @Test func rowsThatGoBack() throws {
    // The second row lies before the first.
    let back: [UInt8] =
      [0, 9, 2] + Self.number(0x1010, 8) + [3, 9, 1, 0, 9, 2] + Self.number(0x1000, 8)
      + [3, 1, 1, 2, 0x20, 0, 1, 1]
    let table = try lines(Self.object(Self.unit(4, Self.numbers + Self.namesOfFour, back)))
    #expect(table.line(at: 0x1000)?.line == 11)
    #expect(table.line(at: 0x1010)?.line == 10)
  }
}
