import Testing
import VMemModules
import VMemViews

struct HexListingTests {
  private let bytes: [UInt8] = Array("kernel pages\n\0\u{1}~and more".utf8)

  private func lines(
    _ prefix: HexListing.Prefix, rowSize: Int = 16, groupSize: Int = 1, hasCharacters: Bool = true,
    count: Int = 24
  ) -> [String] {
    HexListing(
      prefixText: Array("b ".utf8), prefix: prefix, rowSize: rowSize, groupSize: groupSize,
      hasCharacters: hasCharacters
    ).lines(of: Array(bytes.prefix(count)), at: 0xffff_c900_0000_1000, PointerHash(seed: 1))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func offsets() {
    #expect(
      lines(.offset) == [
        "b 00000000: 6b 65 72 6e 65 6c 20 70 61 67 65 73 0a 00 01 7e  kernel pages...~",
        "b 00000010: 61 6e 64 20 6d 6f 72 65                          and more",
      ])
  }

  @Test func addressesAreHashed() {
    let rows = lines(.address)
    for (index, row) in rows.enumerated() {
      let hash = PointerHash(seed: 1)(0xffff_c900_0000_1000 + UInt64(index) * 16)
      let digits = String(hash, radix: 16)
      let zeroes = String(repeating: "0", count: 16 - digits.utf8.count)
      #expect(row.hasPrefix("b \(zeroes)\(digits): 6"))
    }
  }

  @Test(arguments: [
    (1, "6b 65 72 6e 65 6c 20 70"), (2, "656b 6e72 6c65 7020"), (4, "6e72656b 70206c65"),
    (8, "70206c656e72656b"), (3, "6b 65 72 6e 65 6c 20 70"), (16, "6b 65 72 6e 65 6c 20 70"),
  ])
  func groupsAreLittleEndianNumbers(_ size: Int, _ expected: String) {
    #expect(lines(.none, groupSize: size, hasCharacters: false, count: 8) == ["b " + expected])
  }

  @Test func anUnevenLineHasBytes() {
    #expect(lines(.none, groupSize: 4, hasCharacters: false, count: 5) == ["b 6b 65 72 6e 65"])
    #expect(lines(.none, count: 0).isEmpty)
  }

  @Test func charactersStandBehindTheWidthOfAFullLine() {
    #expect(
      lines(.none, groupSize: 8, count: 8) == ["b 70206c656e72656b                   kernel p"])
    #expect(
      lines(.none, rowSize: 32, groupSize: 8, count: 24) == [
        "b 70206c656e72656b 7e01000a73656761 65726f6d20646e61                   "
          + "kernel pages...~and more"
      ])
  }

  @Test func linesOfOtherLengthsHaveSixteenBytes() {
    #expect(lines(.offset, rowSize: 7) == lines(.offset))
    #expect(lines(.offset, rowSize: 32).count == 1)
  }
}
