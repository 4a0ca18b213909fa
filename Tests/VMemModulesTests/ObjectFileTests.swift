import TestSupport
import Testing
@testable import VMemModules

struct ObjectFileTests {
  @Test func whatAnObjectSays() throws {
    let object = try ObjectFile(TinyObject.plain.bytes)
    #expect(object.segments.count == 1 && object.end == 0x2000)
    #expect(object.segments[0].isWritable && !object.segments[0].isExecutable)
    #expect(object.dynamicSymbols.map { $0.name }.last == Array("vk_printk".utf8))
    #expect(object.dynamicSymbols.last?.isUndefined == true)
    #expect(
      object.relocations == [
        ObjectRelocation(address: 0x1808, kind: .relative, addend: 0x1000),
        ObjectRelocation(address: 0x1810, kind: .symbol(3), addend: 0),
        ObjectRelocation(address: 0x1818, kind: .symbol(4), addend: 0),
        ObjectRelocation(address: 0x1820, kind: .symbol(3), addend: 4),
      ])
    #expect(object.records == (0x1900, 2))
    #expect(object.section(".dynsym")?.link == 1 && object.section(".text") == nil)
  }

  @Test(
    arguments: [
      (0xfff, nil), (0x1000, "first+0x0/0x18"), (0x1017, "first+0x17/0x18"), (0x1018, nil),
      (0x1020, "second+0x0/0x40"), (0x105f, "second+0x3f/0x40"), (0x1060, nil),
      (0x1807, "counter+0x7/0x8"), (UInt64.max, nil),
    ] as [(UInt64, String?)])
  func theSymbolAroundAnAddress(_ address: UInt64, _ text: String?) throws {
    let symbols = try ObjectFile(TinyObject.plain.bytes).symbols
    #expect(symbols.text(at: address).map { String(decoding: $0, as: UTF8.self) } == text)
  }

  @Test func aStrippedObjectHasItsDynamicSymbols() throws {
    var tiny = TinyObject.plain
    tiny[".symtab"].type = 1
    let symbols = try ObjectFile(tiny.bytes).symbols
    #expect(symbols.symbol(named: "second".utf8)?.value == 0x1020)
    #expect(symbols.symbol(named: "vk_printk".utf8) == nil)
  }

  // MARK: What is refused

  private func rule(
    _ change: (inout TinyObject) -> Void
  ) throws -> ObjectError.Rule {
    var tiny = TinyObject.plain
    change(&tiny)
    return try #require(throws: ObjectError.self) { try ObjectFile(tiny.bytes) }.rule
  }

  @Test func headers() throws {
    let bytes = TinyObject.plain.bytes
    func rule(_ at: Int, _ byte: UInt8) throws -> ObjectError.Rule {
      var bytes = bytes
      bytes[at] = byte
      return try #require(throws: ObjectError.self) { try ObjectFile(bytes) }.rule
    }
    #expect(try rule(0, 0x7e) == .notELF)
    #expect(try rule(4, 1) == .notSixtyFourBits)
    #expect(try rule(5, 2) == .notLittleEndian)
    #expect(try rule(16, 2) == .notShared)
    #expect(try rule(18, 3) == .notX86)
    #expect(throws: ObjectError(.tooShort, 63)) { try ObjectFile(Array(bytes.prefix(63))) }
    #expect(throws: ObjectError.self) { try ObjectFile(Array(bytes.prefix(64))) }
    #expect(throws: ObjectError.self) { try ObjectFile(Array(bytes.dropLast())) }
  }

  @Test func segments() throws {
    #expect(try rule { $0.segmentEntrySize = 55 } == .entrySize)
    #expect(try rule { $0.sectionEntrySize = 65 } == .entrySize)
    #expect(try rule { $0.segmentCount = 65 } == .tooManySegments)
    #expect(try rule { $0.segments = [] } == .noSegments)
    #expect(try rule { $0.segments[0].type = 2 } == .noSegments)
    #expect(try rule { $0.segments[0].fileSize = 0x1001 } == .beyondFile)
    #expect(try rule { $0.segments[0].offset = .max } == .beyondFile)
    #expect(try rule { $0.segments[0].memorySize = 0xff } == .segmentSize)
    #expect(try rule { $0.segments[0].address = 1 << 30 } == .addressTooLarge)
    #expect(try rule { $0.segments[0].memorySize = 1 << 30 } == .addressTooLarge)
    #expect(try rule { $0.segments.append($0.segments[0]) } == .segmentOrder)
    #expect(
      try rule {
        $0.segments.append($0.segments[0]); $0.segments[1].type = 7
      } == .threadLocal)
    var behind = TinyObject.plain
    behind.segments.append(behind.segments[0])
    behind.segments[1].address = 0x2000
    #expect(try ObjectFile(behind.bytes).end == 0x3000)
  }

  @Test func sections() throws {
    #expect(try rule { $0.namesSection = 7 } == .sectionLink)
    #expect(try rule { $0[".dynsym"].link = 7 } == .sectionLink)
    #expect(try rule { $0[".dynsym"].entrySize = 23 } == .entrySize)
    #expect(try rule { $0[".dynsym"].size = 121 } == .entrySize)
    #expect(try rule { $0[".dynsym"].size = 24 << 50 } == .beyondFile)
    #expect(try rule { $0[".dynstr"].bytes.removeLast() } == .unterminatedName)
    #expect(try rule { $0[".dynstr"].bytes = [] } == .unterminatedName)
    #expect(try rule { $0[".dynsym"].bytes[24] = 99 } == .beyondFile)
    let long = [UInt8](repeating: 0x61, count: 4095)
    var named = TinyObject.plain
    named[".dynstr"].bytes = [0] + long + [0]
    named[".dynsym"].bytes = TinyObject.symbol(1, 2, 1, 0x1000, 8)
    named[".symtab"].bytes = named[".dynsym"].bytes
    named[".rela.dyn"].bytes = []
    #expect(try ObjectFile(named.bytes).symbols.symbol(at: 0x1000)?.name == long)
    #expect(
      try rule {
        $0 = named
        $0[".dynstr"].bytes.insert(0x61, at: 1)
      } == .unterminatedName)
    #expect(try rule { $0[".vmem.records"].size = 95 } == .recordsSize)
    #expect(try rule { $0[".vmem.records"].address = 0x1fa1 } == .recordsPlace)
    #expect(try rule { $0[".vmem.records"].address = .max } == .recordsPlace)
    var last = TinyObject.plain
    last[".vmem.records"].address = 0x1fa0
    #expect(try ObjectFile(last.bytes).records == (0x1fa0, 2))
    last[".vmem.records"].name = ".other"
    #expect(try ObjectFile(last.bytes).records == (0, 0))
  }

  /// A section that reaches beyond what is loaded is none, whatever size it claims.
  @Test func loadedSections() throws {
    var object = TinyObject.plain
    #expect(try ObjectFile(object.bytes).loadedSection(".vmem.records") == 0x1900..<0x1960)
    object[".vmem.records"].name = ".data"
    object[".data"].size = 0x10_0000_0000
    #expect(try ObjectFile(object.bytes).loadedSection(".data") == nil)
    object[".data"].size = .max
    #expect(try ObjectFile(object.bytes).loadedSection(".data") == nil)
  }

  @Test func relocations() throws {
    func rule(_ address: UInt64, _ type: UInt64, _ symbol: UInt64) throws -> ObjectError.Rule {
      try self.rule { $0[".rela.dyn"].bytes = TinyObject.relocation(address, type, symbol, 0) }
    }
    for type in [0, 2, 5, 9, 16, 37] as [UInt64] {
      #expect(try rule(0x1808, type, 1) == .relocationType)
    }
    #expect(try rule(0x1808, 6, 0) == .relocationSymbol)
    #expect(try rule(0x1808, 6, 5) == .relocationSymbol)
    #expect(try rule(0xfff, 8, 0) == .relocationPlace)
    #expect(try rule(0x1ff9, 8, 0) == .relocationPlace)
    #expect(try rule(.max, 8, 0) == .relocationPlace)
    #expect(try self.rule { $0.segments[0].flags = 5 } == .relocationPlace)
    #expect(try self.rule { $0[".rela.dyn"].type = 19 } == .packedRelocations)
    var last = TinyObject.plain
    last[".rela.dyn"].bytes = TinyObject.relocation(0x1ff8, 8, 0, 0)
    #expect(try ObjectFile(last.bytes).relocations.count == 1)
    // Those of debug information are not the loader's.
    last[".rela.dyn"].bytes = TinyObject.relocation(0, 99, 99, 0)
    last[".rela.dyn"].flags = 0
    #expect(try ObjectFile(last.bytes).relocations.isEmpty)
  }

  @Test func libraries() throws {
    func dynamic(_ tag: UInt64) -> TinyObject.Section {
      TinyObject.Section(
        name: ".dynamic", type: 6, flags: 3, entrySize: 16,
        bytes: TinyObject.number(tag, 16) + TinyObject.zeroes(16) + TinyObject.number(1, 16))
    }
    #expect(try rule { $0.sections.append(dynamic(1)) } == .needsLibrary)
    var other = TinyObject.plain
    other.sections.append(dynamic(5))
    #expect(throws: Never.self) { try ObjectFile(other.bytes) }
  }

  @Test func everyRuleHasASentence() {
    let error = ObjectError(.relocationType, 37)
    #expect(
      error.sentence
        == "relocation type 37 is none of R_X86_64_64, GLOB_DAT, JUMP_SLOT and RELATIVE")
    #expect(
      ObjectError(.beyondFile, 0x100, limit: 0xff).sentence
        == "0x100 lies beyond the file's end at 0xff")
  }

  /// Damaged files are read or refused; none traps.
  @Test func damage() throws {
    var generator = SeededGenerator(seed: 20)
    var tiny = TinyObject.plain
    tiny.sections.append(LineTableTests.handMade)
    let whole = tiny.bytes
    var refused = 0
    for _ in 0..<Scale.operations(2000, long: 50_000) {
      let bytes = Mutation.mutated(whole, &generator)
      do {
        let object = try ObjectFile(bytes)
        let lines = try LineTable(object)
        for address in [0, 0x1000, 0x1020, .max] as [UInt64] {
          _ = object.symbols.symbol(at: address)
          _ = lines.line(at: address)
        }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
