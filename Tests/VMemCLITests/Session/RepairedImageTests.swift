import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// Absurd numbers in an image whose checksums are right: every command answers, refuses or ends with
/// exit 4, in little time and memory.
struct RepairedImageTests {
  /// Images that are damaged: `VMEMCTL_REPAIRS`, or 150, or 10,000 with `VMEMCTL_LONG=1`.
  private static let images =
    getenv("VMEMCTL_REPAIRS").flatMap { Int(String(cString: $0)) } ?? (Scale.isLong ? 10_000 : 150)
  /// Seconds of a processor that a command may take.
  private static let patience = 5
  /// Commands that each image meets.
  private static let commands = 4

  private static func run(
    _ target: RepairedImage, _ command: String
  ) throws -> (status: Int32, memory: Int) {
    let folder = target.files.folder.path
    let words = command.split(separator: " ").map { word in
      switch word {
      case "OUT": "\(folder)/out"
      case "WHOLE": "\(folder)/whole.img"
      case "IMAGE": "\(folder)/m.img"
      default: String(word)
      }
    }
    return try ForkedProcess.usage(patience: patience) {
      var options = LineOptions()
      options.image = "\(folder)/m.img"
      options.isJSON = words[0] == "--json"
      let line = words[0] == "--json" ? Array(words.dropFirst()) : words
      do throws(ProcessFailure) {
        return try OneShot(options: options).run(words: line)
      } catch {
        return error.exitCode
      }
    }
  }

  private static func damage() throws {
    let target = try RepairedImage()
    let files = target.files
    try files.folder.write(files.image, to: "whole.img")
    // What the commands need without damage; some refuse in the state that the script leaves.
    var usual = 0
    for command in RepairedImage.readers + RepairedImage.writers {
      let (status, memory) = try run(target, command)
      if ![0, 1, 3].contains(status) { ForkedProcess.report("\(command): exit \(status)") }
      usual = max(usual, memory)
      clean(files)
    }
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    var failures = 0
    for round in 0..<images where failures < 20 {
      let changes = target.damage(&random)
      for at in 0..<commands {
        let from = at < commands / 2 ? RepairedImage.readers : RepairedImage.writers
        let command = from.randomElement(using: &random)!
        let (status, memory) = try run(target, command)
        var wrong: String?
        if ![0, 1, 3, 4, 65].contains(status) { wrong = "exit \(status)" }
        if ForkedProcess.isEndless(status) { wrong = "more than \(patience) s" }
        if memory > usual + 2 * files.memory { wrong = "\(memory >> 20) MiB" }
        if files.folder.usage("out") > 2 * files.memory { wrong = "a file that is too large" }
        if let wrong {
          failures += 1
          ForkedProcess.report("seed \(seed), round \(round): \(changes): \(command): \(wrong)")
        }
        if at >= commands / 2 { files.restore(all: true) }
        clean(files)
        if at >= commands / 2 { changes.forEach(target.store) }
      }
      files.restore(all: true)
    }
  }

  /// Takes away what commands have written beside the image.
  private static func clean(_ files: FlippedImage) {
    unlink("\(files.folder.path)/out")
    unlink("\(files.folder.path)/out-history")
    files.restore(all: false)
  }

  @Test func everyCommandAnswersOrRefuses() async throws {
    let ended = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { try RepairedImageTests.damage() }
    expectNoFailure(ended)
  }
}
