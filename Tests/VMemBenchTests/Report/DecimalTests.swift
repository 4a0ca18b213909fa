import Testing

@testable import VMemBench

@Suite struct DecimalTests {
  @Test(arguments: [(0, "0.000"), (7, "0.007"), (45, "0.045"), (1000, "1.000"), (12345, "12.345")])
  func thousandths(_ value: Int, _ text: String) {
    #expect(Decimal.text(thousandths: UInt64(value)) == text)
  }

  @Test(arguments: [
    (1, 2, "0.500"), (2, 3, "0.667"), (1, 3, "0.333"), (0, 5, "0.000"), (10, 1, "10.000"),
  ])
  func ratio(_ numerator: Int, _ denominator: Int, _ text: String) {
    #expect(Decimal.ratio(UInt64(numerator), UInt64(denominator)) == text)
  }

  @Test func ratioOfLargeNumbers() {
    #expect(Decimal.ratio(.max, .max) == "1.000")
    #expect(Decimal.ratio(.max / 2, .max) == "0.500")
  }
}
