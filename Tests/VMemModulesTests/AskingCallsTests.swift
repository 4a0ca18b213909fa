import Testing

@testable import VMemModules

@Suite struct AskingCallsTests {
  /// A name that no call has would never be counted.
  @Test func eachIsACall() {
    let calls = Set(CallTable.every.entries.map { "\($0.name)" })
    #expect(CallTable.asking.subtracting(calls) == [])
    #expect(CallTable.polling.subtracting(CallTable.asking) == [])
    #expect(CallTable.every.asks.count { $0 } == CallTable.asking.count)
  }
}
