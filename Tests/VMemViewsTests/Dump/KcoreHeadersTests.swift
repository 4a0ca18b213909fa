import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct KcoreHeadersTests {
  private func view(levels: Int, memory: UInt64) throws -> [String] {
    var configuration = Configuration()
    configuration.levels = levels
    configuration.memory = memory
    let story = try Story.told(configuration)
    let text = story.shown { Views.kcoreHeaders($0, to: &$1) }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(arguments: [4, 5])
  func rowsAreThoseOfARealKernel(levels: Int) throws {
    let lines = try view(levels: levels, memory: 1 << 30)
    let rows = lines.compactMap(KcoreRow.init)
    let real = try Fixture.lines("kcore.phdrs.\(levels)").compactMap(KcoreRow.init)
    // Segments begin where the headers and notes end: that shifts all offsets by the same.
    let base = rows[1].numbers[0] &- real[1].numbers[0]
    // The recorded kernel has an image, and firmware that keeps parts of RAM for itself.
    func isFixed(_ row: KcoreRow) -> Bool {
      row.type == "LOAD" && row.numbers[2] == .max
        && row.numbers[1] >> 40 != real[6].numbers[1] >> 40
    }
    let expected = real.filter(isFixed).map { row in
      var row = row
      row.numbers[0] &+= base
      return row
    }
    #expect(expected.count == 3)
    #expect(rows.filter(isFixed) == expected)
    #expect(rows.map(\.type) == ["NOTE"] + [String](repeating: "LOAD", count: 7))
    // Direct map and struct pages: same addresses in the same columns but for the firmware's pages.
    #expect(rows[6].numbers[1] == real[7].numbers[1])
    #expect(rows[6].numbers[2] == 0x100000)
    #expect(rows[6].numbers[0] &- base == real[7].numbers[0])
    #expect(rows[7].numbers[0] &- base == real[8].numbers[0])
    #expect(rows[7].numbers.dropFirst() == real[8].numbers.dropFirst())
    #expect(rows[5].numbers.dropFirst() == real[6].numbers.dropFirst())
    let size = try #require(UInt64(try Fixture.lines("kcore.size.\(levels)")[0]))
    #expect(lines.dropLast().last == "\(size &+ base)")
  }

  @Test(arguments: [4, 5])
  func textIsReadelfs(levels: Int) throws {
    let lines = try view(levels: levels, memory: 1 << 30)
    let real = try Fixture.text("kcore.phdrs.\(levels)").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    #expect(Array(lines.prefix(3)) == Array(real.prefix(3)))
    #expect(lines[3] == "There are 8 program headers, starting at offset 64")
    #expect(Array(lines[4...6]) == Array(real[4...6]))
    // Rows of equal numbers are equal texts, once the offset is put aside.
    for line in lines.dropFirst(8) where line.contains("LOAD") {
      let tail = line.split(separator: " ").dropFirst(2).joined(separator: " ")
      let twin = real.first { $0.split(separator: " ").dropFirst(2).joined(separator: " ") == tail }
      if let twin {
        #expect(line.prefix { $0 != "x" } == twin.prefix { $0 != "x" })
        #expect(line.suffix(60) == twin.suffix(60))
      }
    }
    #expect(lines[7].count == real[7].count)
    #expect(lines[7].hasSuffix(" 0x000000     0"))
  }

  @Test func aStructPagePageIsListedOnce() throws {
    // 2 MiB of struct pages for 32 MiB; the first megabyte's share ends in the page it starts in.
    let rows = try view(levels: 4, memory: 32 << 20).compactMap(KcoreRow.init)
    #expect(rows[5].numbers[1] == 0xffff_ea00_0000_0000)
    #expect(rows[5].numbers[4] == 0x3000)
    #expect(rows[7].numbers[1] == 0xffff_ea00_0000_4000)
    #expect(rows[7].numbers[4] == 512 << 10 - 0x4000)
  }
}
