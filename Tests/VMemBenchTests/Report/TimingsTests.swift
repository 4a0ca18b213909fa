import Testing
import VMemScript

@testable import VMemBench

@Suite struct TimingsTests {
  @Test(
    arguments: [
      ([7], 7), ([3, 1, 2], 2), ([4, 1, 3, 2], 2), ([10, 20], 15), ([5, 5, 5, 1], 5),
    ] as [([UInt64], UInt64)])
  func median(_ durations_ns: [UInt64], _ expected: UInt64) {
    #expect(Timings(durations_ns).median_ns == expected)
  }

  @Test func extremes() {
    let timings = Timings([30, 10, 20])
    #expect(timings.minimum_ns == 10)
    #expect(timings.maximum_ns == 30)
  }

  @Test func clockDoesNotRunBackwards() {
    let first = HostClock.now_ns
    #expect(HostClock.now_ns >= first)
  }
}
