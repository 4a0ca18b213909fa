import Testing
import VMem

@Suite struct StringInfixTests {
  @Test(arguments: ["", "a", "aab", "ab", "b-ü", "aaab-ü"]) func has(_ part: String) {
    #expect("aaab-ü".hasInfix(part) && "aaab-ü"[...].hasInfix(part))
  }

  @Test(arguments: ["b-u", "ba", "aaaab", "aaab-üx"]) func hasNot(_ part: String) {
    #expect(!"aaab-ü".hasInfix(part))
    #expect(!"".hasInfix(part))
  }
}
