import Glibc
import TestSupport
import Testing

/// Any byte of an image flipped, under any command: an answer or exit 4, never a signal, never a hang,
/// and nothing is written by a process that exits with 4.
struct FlippedByteTests {
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false
  /// Bytes that each of two workers flips: `VMEMCTL_FLIPS`, or 400, or 50,000 with `VMEMCTL_LONG=1`.
  private static let flips =
    getenv("VMEMCTL_FLIPS").flatMap { Int(String(cString: $0)) } ?? (isLong ? 50_000 : 400)

  /// Flips a random byte under a random command, and says what is wrong with the answer.
  private static func flipOnce(
    _ target: FlippedImage, _ random: inout some RandomNumberGenerator,
    _ run: (String) throws -> Int32
  ) throws -> String? {
    let at = target.place(&random)
    let bits = [1, 0x80, 0xff, UInt8.random(in: 1...255, using: &random)]
      .randomElement(using: &random)!
    let command = FlippedImage.commands.randomElement(using: &random)!
    target.flip(at, bits)
    defer { target.restore(at, bits) }
    let status = try run(command)
    let what = "byte \(at % 4096) of frame \(at / 4096) ^ \(bits), \(command)"
    if ForkedProcess.isEndless(status) { return "\(what): no end" }
    // A name that is lost was never bound.
    if ![0, 1, 3, 4, 65].contains(status) { return "\(what): exit \(status)" }
    if status == 4, !target.isUnchanged(but: at, bits) { return "\(what): exit 4 has written" }
    if command == "check" && status != 4 { return "\(what): not named" }
    return nil
  }

  private static func everyCommandWorks(
    _ target: FlippedImage, _ run: (String) throws -> Int32
  ) throws {
    for command in FlippedImage.commands {
      let status = try run(command)
      #expect(status == 0, "\(command) without damage")
      target.restore(0, 0)
    }
  }

  @Test func processesAnswerOrRefuse() throws {
    let target = try FlippedImage()
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    try Self.everyCommandWorks(target, target.spawn)
    for _ in 0..<(Self.flips / 20) {
      if let failure = try Self.flipOnce(target, &random, target.spawn) {
        Issue.record("seed \(seed): \(failure)")
      }
    }
  }

  /// Copies of a process start much faster: 100,000 commands in a long run.
  private static func manyFlips() throws {
    let target = try FlippedImage()
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    try everyCommandWorks(target, target.fork)
    var failures = 0
    for _ in 0..<flips where failures < 20 {
      if let failure = try flipOnce(target, &random, target.fork) {
        failures += 1
        ForkedProcess.report("seed \(seed): \(failure)")
      }
    }
  }

  @Test func everyCommandAnswersOrRefuses() async throws {
    let ended = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { try FlippedByteTests.manyFlips() }
    expectNoFailure(ended)
  }

  @Test func everyCommandAnswersOrRefusesOnTheOtherCPU() async throws {
    let ended = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { try FlippedByteTests.manyFlips() }
    expectNoFailure(ended)
  }
}
