import Testing

@testable import VMemScript

/// Loops stand in the history as loops.
@Suite struct RecorderTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

  @Test func aWholeLoopIsAsItWasWritten() {
    var recorder = Recorder()
    recorder.append(line("first"))
    recorder.begin(line("  a"), word: Array("n".utf8), times: 3)
    for _ in 0..<3 {
      recorder.append(line("a"))
      recorder.endIteration()
    }
    recorder.endLoop()
    recorder.append(line("last"))
    #expect(text(recorder.take()) == "first\nrepeat n {\n  a\n}\nlast\n")
    #expect(recorder.take().isEmpty)
  }

  /// A commit in the middle of an iteration divides it, and only it.
  @Test func commitsDivideIterations() {
    var recorder = Recorder()
    recorder.begin(line("  a") + line("  b"), word: Array("9".utf8), times: 9)
    for _ in 0..<2 {
      recorder.append(line("a"))
      recorder.append(line("b"))
      recorder.endIteration()
    }
    recorder.append(line("a"))
    #expect(text(recorder.take()) == "repeat 2 {\n  a\n  b\n}\na\n")
    recorder.append(line("b"))
    recorder.endIteration()
    for _ in 0..<6 {
      recorder.append(line("a"))
      recorder.append(line("b"))
      recorder.endIteration()
    }
    recorder.endLoop()
    #expect(text(recorder.take()) == "b\nrepeat 6 {  # goes on\n  a\n  b\n}\n")
  }

  @Test func loopsInsideLoops() {
    var recorder = Recorder()
    let inner = line("  repeat 2 {") + line("    a") + line("  }")
    recorder.begin(inner, word: Array("3".utf8), times: 3)
    for iteration in 0..<3 {
      recorder.begin(line("    a"), word: Array("2".utf8), times: 2)
      for turn in 0..<2 {
        recorder.append(line("a"))
        recorder.endIteration()
        if iteration == 1, turn == 0 {
          #expect(
            text(recorder.take())
              == "repeat 1 {\n  repeat 2 {\n    a\n  }\n}\nrepeat 1 {\n    a\n}\n")
        }
      }
      recorder.endLoop()
      recorder.endIteration()
    }
    recorder.endLoop()
    let rest =
      "repeat 1 {  # goes on\n    a\n}\nrepeat 1 {  # goes on\n  repeat 2 {\n    a\n  }\n}\n"
    #expect(text(recorder.take()) == rest)
  }

  @Test func aFailureIsTold() {
    var recorder = Recorder()
    recorder.begin(line("  a"), word: Array("2".utf8), times: 2)
    recorder.append(line("a"))
    recorder.failed()
    recorder.endIteration()
    recorder.append(line("a"))
    recorder.endIteration()
    recorder.endLoop()
    #expect(text(recorder.take()) == "repeat 2 {\n  a\n}\n# the line above failed\n")
  }

  @Test func partsOfALoopAreJoined() {
    let parts = "x\nrepeat 2 {\n  a\n}\nrepeat 3 {  # goes on\n  a\n}\nrepeat 4 {\n  a\n}\ny\n"
    let joined = "x\nrepeat 5 {\n  a\n}\nrepeat 4 {\n  a\n}\ny\n"
    #expect(text(Recorder.joined(Array(parts.utf8))) == joined)
    // Whatever a history holds.
    for odd in [
      "", "}", "repeat", "repeat 1 {", "repeat 5 {  # goes on\n  a\n}", "repeat x {\n}\n",
    ] {
      #expect(text(Recorder.joined(Array(odd.utf8))) == odd)
    }
  }
}
