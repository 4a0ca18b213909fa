import Testing
import VMemModules

struct KernelScanTests {
  private func scan(_ text: String, _ format: String) -> (count: Int, stores: [[UInt8]]) {
    let scan = KernelScan(Array(text.utf8), Array(format.utf8))
    return (scan.count, scan.stores)
  }

  private func bytes(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test(arguments: [
    ("42", "%d", 42), ("  -42", "%d", -42), ("0x2a", "%i", 42), ("052", "%i", 42), ("2a", "%x", 42),
    ("0x2a", "%x", 42), ("52", "%o", 42), ("-0x10", "%i", -16), ("4294967295", "%u", -1),
    ("1234", "%2d", 12), ("-1234", "%3d", -12), ("0x1234", "%4x", 0x12), ("7up", "%d", 7),
    ("0", "%i", 0), ("0x", "%x", 0), ("08", "%i", 0),
  ])
  func aNumber(_ text: String, _ format: String, _ value: Int) {
    let result = scan(text, format)
    #expect(result.count == 1 && result.stores == [bytes(value, 4)])
  }

  @Test func lengths() {
    let sizes = [("hh", 1), ("h", 2), ("", 4), ("l", 8), ("ll", 8), ("z", 8)]
    for (length, size) in sizes {
      #expect(scan("-2", "%\(length)d").stores == [bytes(-2, size)])
    }
  }

  @Test func severalConversions() {
    let result = scan("12:34 name 5", "%d:%x %s %n%d")
    #expect(result.count == 4)
    #expect(
      result.stores == [
        bytes(12, 4), bytes(0x34, 4), Array("name\0".utf8), bytes(11, 4), bytes(5, 4),
      ])
  }

  @Test func texts() {
    #expect(scan("  abc def", "%s").stores == [Array("abc\0".utf8)])
    #expect(scan("abcdef", "%3s%s").stores == [Array("abc\0".utf8), Array("def\0".utf8)])
    #expect(scan("abc", "%c%2c").stores == [[0x61], [0x62, 0x63]])
    #expect(scan("a,b c", "%9[^,],%9[b ]").stores == [Array("a\0".utf8), Array("b \0".utf8)])
    #expect(scan("abc", "%[abc]").count == 0 && scan("abc", "%3[x]").count == 0)
    #expect(scan("abc", "%3[abc").count == 0 && scan("abc", "%3[]").count == 0)
  }

  @Test(arguments: [
    ("", "%d", 0), ("x", "%d", 0), ("-", "%d", 0), ("-5", "%1d", 0), ("-5", "%u", 0),
    ("1 2", "%d,%d", 1), ("1,2", "%d , %d", 2), ("1 , 2", "%d,%d", 1), ("5%6", "%d%%%d", 2),
    ("5x6", "%d%%%d", 1), ("1 2 3", "%d %*d %d", 2), ("1", "%d%d", 1), ("1", "%0d", 0),
    ("1", "%q", 0), ("1", "%", 0), ("abc", "abc%d", 0), ("abc1", "abc%d", 1), ("abd1", "abc%d", 0),
  ])
  func howManyFit(_ text: String, _ format: String, _ count: Int) {
    #expect(scan(text, format).count == count)
  }
}
