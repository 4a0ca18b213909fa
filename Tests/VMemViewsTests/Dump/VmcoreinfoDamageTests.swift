import Testing
import VMem

@testable import VMemViews

@Suite struct VmcoreinfoDamageTests {
  private static let text =
    "OSRELEASE=7.2\nPAGESIZE=4096\nSYMBOL(_stext)=ffffffff81000000\nKERNELOFFSET=0\n"

  @Test(arguments: [
    ("without:PAGESIZE", "OSRELEASE=7.2\nSYMBOL(_stext)=ffffffff81000000\nKERNELOFFSET=0\n"),
    ("without:_stext,OSRELEASE", "PAGESIZE=4096\nKERNELOFFSET=0\n"),
    ("without:SYMBOL(_stext)", "OSRELEASE=7.2\nPAGESIZE=4096\nKERNELOFFSET=0\n"),
  ])
  func linesAreLeftOut(_ damage: String, _ expected: String) throws {
    let damage = try #require(VmcoreinfoDamage(damage))
    #expect(damage.unknownName(in: Self.text) == nil)
    #expect(String(decoding: damage.applied(to: Self.text), as: UTF8.self) == expected)
  }

  @Test func unknownNamesAreTold() {
    #expect(VmcoreinfoDamage("without:PAGESIZE,stext")?.unknownName(in: Self.text) == "stext")
  }

  @Test(arguments: ["", "without", "without:", "garble:", "garble:x", "garble:-1", "other:1"])
  func otherWordsAreNone(_ text: String) { #expect(VmcoreinfoDamage(text) == nil) }

  @Test func equalSeedsDoEqualDamage() {
    var seen: Set<[UInt8]> = []
    for seed in 0..<100 as Range<UInt64> {
      let bytes = VmcoreinfoDamage.garbled(seed: seed).applied(to: Self.text)
      #expect(bytes == VmcoreinfoDamage.garbled(seed: seed).applied(to: Self.text))
      seen.insert(bytes)
    }
    #expect(seen.count > 60)
  }
}
