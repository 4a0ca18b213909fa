import Testing

@testable import VMemBench

@Suite struct RoundsTests {
  @Test func theFirstRoundIsNotCounted() throws {
    var round: UInt64 = 0
    let timings = try Timings.ofRounds(3) {
      defer { round += 1 }
      return [round, 10 * round]
    }
    #expect(round == 4)
    #expect(timings == [Timings([1, 2, 3]), Timings([10, 20, 30])])
  }

  @Test func eachRoundBeginsWithAnotherTurn() throws {
    var order: [Int] = []
    let timings = try Timings.ofTurns(3, rounds: 3) { turn in
      order.append(turn)
      return UInt64(turn)
    }
    #expect(order == [0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2])
    #expect(timings == [Timings([0, 0, 0]), Timings([1, 1, 1]), Timings([2, 2, 2])])
  }

  @Test func aFailureEndsThem() {
    var turns = 0
    #expect(throws: BenchmarkFailure.self) {
      try Timings.ofTurns(2, rounds: 5) { turn throws(BenchmarkFailure) in
        turns += 1
        if turns == 3 { throw .wrong("three") }
        return 0
      }
    }
    #expect(turns == 3)
  }
}
