import Testing
import VMemViews

/// Text of others never steers a terminal.
@Suite struct PrintableTests {
  static let written: [([UInt8], String)] = [
    (Array("plain text ~".utf8), "plain text ~"),
    (Array("\u{1b}[31mred\u{7}\n\t\r\u{7f}".utf8), "\\x1b[31mred\\x07\\x0a\\x09\\x0d\\x7f"),
    (Array("ü 页 🙂".utf8), "ü 页 🙂"),
    // CSI as one character of Unicode.
    (Array("\u{9b}31m\u{a0}".utf8), "\\xc2\\x9b31m\u{a0}"),
    ([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82], "a\\xff\\xc3(\\xe2\\x82"),
  ]

  @Test(arguments: written)
  func isShown(_ bytes: [UInt8], _ expected: String) {
    var writer = ByteWriter(descriptor: nil)
    writer.printable(bytes.span)
    #expect(writer.takeString() == expected)
  }

  @Test func jsonHasNoControlCharacters() {
    var writer = ByteWriter(descriptor: nil)
    writer.jsonString("\u{1b}\u{9b}\u{a0}")
    #expect(writer.takeString() == "\"\\u001b\\u009b\u{a0}\"")
  }
}
