import TestSupport
import Testing

@Suite struct JSONTextTests {
  @Test(arguments: [
    "{}", "[]", "{\"a\":1,\"b\":[true,null,-1.5e3]}", " \"x\\u00e9\" ", "0", "\"\\\\\"",
  ])
  func accepts(_ text: String) {
    let json = JSONText(text)
    #expect(json != nil)
  }

  @Test(arguments: [
    "", "{", "{\"a\"}", "{\"a\":}", "[1,]", "01", "\"", "\"\u{1}\"", "nul", "1 2", "{a:1}", "+1",
    "\"\\x\"",
  ])
  func refuses(_ text: String) {
    let json = JSONText(text)
    #expect(json == nil)
  }

  @Test func keysOfTheOutermostObject() {
    #expect(JSONText("{\"a\":{\"c\":1},\"b\":2}")?.keys == ["a", "b"])
  }
}
