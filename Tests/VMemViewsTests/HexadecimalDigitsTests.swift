import TestSupport
import Testing

@testable import VMemViews

struct HexadecimalDigitsTests {
  private func word(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func naive(_ bytes: [UInt8]) -> UInt64? {
    // A sign is no digit.
    guard bytes.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }) else {
      return nil
    }
    return UInt64(String(decoding: bytes, as: UTF8.self), radix: 16)
  }

  /// Every byte at every place among digits.
  @Test func everyByte() {
    for place in 0..<8 {
      for byte in UInt8.min...UInt8.max {
        var bytes = Array("0fA9c1B7".utf8)
        bytes[place] = byte
        #expect(HexadecimalDigits.value(ofEight: word(bytes)) == naive(bytes), "\(bytes)")
      }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func randomDigits(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let digits = Array("0123456789abcdefABCDEF".utf8)
    for _ in 0..<2000 {
      let bytes = (0..<8).map { _ in random.pick(digits) }
      #expect(HexadecimalDigits.value(ofEight: word(bytes)) == naive(bytes), "seed \(seed)")
    }
  }
}
