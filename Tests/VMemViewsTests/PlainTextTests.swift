import Testing

@testable import VMemViews

/// Which texts are written as they are: every byte at every place, in texts of every length.
@Suite struct PlainTextTests {
  @Test func everyByteEverywhere() {
    for length in 1...40 {
      for at in 0..<length {
        for byte in UInt8.min...UInt8.max {
          var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
          text[at] = byte
          let isPlain = (0x20..<0x7f).contains(byte)
          let short = ByteCursor.isPlain(first: length, of: text.span)
          // The same in a longer text, whose rest does not count.
          let long = ByteCursor.isPlain(
            first: length, of: (text + [UInt8](repeating: 7, count: 24)).span)
          if short != isPlain || long != isPlain {
            Issue.record("byte \(byte) at \(at) of \(length): \(short) \(long)")
          }
        }
      }
    }
  }
}
