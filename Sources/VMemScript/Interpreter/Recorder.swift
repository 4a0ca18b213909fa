/// The lines that changed the machine since the last commit, as a script that does the same again.
///
/// A loop stands in it as a loop: whole iterations are counted, and only an iteration that a commit
/// or the end of the run divides is written out.
package struct Recorder {
  private struct Loop {
    /// The lines of the body.
    let body: [UInt8]
    /// How often it is to run, as the script has it, and as a number.
    let word: [UInt8]
    let times: UInt64
    /// What came before the iterations that are counted: the rest of a divided one.
    var before: [UInt8] = []
    var completed: UInt64 = 0
    /// What ran of the iteration under way.
    var current: [UInt8] = []
    /// Whether a part of the iteration under way has been taken already.
    var isDivided = false
    /// Whether a line of a counted iteration failed.
    var hasFailed = false

    /// Whether iterations have been taken already: what follows goes on with the same loop.
    var isContinued = false

    var text: [UInt8] {
      var text = before
      if completed > 0, !body.isEmpty {
        let isWhole = before.isEmpty && current.isEmpty && completed == times
        text += Array("repeat ".utf8) + (isWhole ? word : Array("\(completed)".utf8))
        text += Array(" {".utf8) + (isContinued ? Recorder.continuation : []) + [0x0a]
        text += body + Array("}\n".utf8)
        if hasFailed { text += Recorder.failure }
      }
      return text + current
    }
  }

  /// What follows a line that failed although nothing announced it.
  package static let failure = Array("# the line above failed\n".utf8)

  /// Bytes of lines from which on they are committed, whether anything is printed or not.
  static let maximumSize = 16 << 20

  private var lines: [UInt8] = []
  private var loops: [Loop] = []
  /// Bytes of the last line, as long as it can be taken back.
  private var lastSize = 0

  /// What stands behind the `{` of a loop that goes on after a commit.
  private static let continuation = Array("  # goes on".utf8)

  /// Lines of a history, with loops that commits have divided as the one loop that each was.
  package static func joined(_ lines: [UInt8]) -> [UInt8] {
    let parts = lines.split(separator: 0x0a, omittingEmptySubsequences: false)
    var result: [ArraySlice<UInt8>] = []
    /// Where the last loop stands in `result`, and how often it runs.
    var last: (lines: Range<Int>, times: UInt64)?
    var index = 0
    while index < parts.count {
      guard let times = times(parts[index]) else {
        let isFailure = parts[index].elementsEqual(failure.dropLast())
        // What is said of all parts of a loop is said once.
        let isRepeated =
          isFailure && last != nil && result.last?.elementsEqual(parts[index]) == true
        if !isRepeated { result.append(parts[index]) }
        if !isFailure && !parts[index].isEmpty { last = nil }
        index += 1
        continue
      }
      let end = parts[index...].firstIndex { $0.elementsEqual("}".utf8) } ?? index
      let body = parts[(index + 1)..<max(index + 1, end)]
      if parts[index].suffix(continuation.count).elementsEqual(continuation), let loop = last,
        result[loop.lines].dropFirst().dropLast().elementsEqual(body, by: ==)
      {
        last = (loop.lines, loop.times &+ times)
        result[loop.lines.lowerBound] = Array("repeat \(loop.times &+ times) {".utf8)[...]
      } else {
        last = (result.count..<result.count + end + 1 - index, times)
        result += parts[index...end]
      }
      index = end + 1
    }
    return Array(result.joined(separator: [0x0a]))
  }

  /// How often the loop runs that a line begins; nil for any other line.
  private static func times(_ line: ArraySlice<UInt8>) -> UInt64? {
    guard line.starts(with: "repeat ".utf8) else { return nil }
    let number = line.dropFirst(7).prefix { $0.isDigit }
    return UInt64(String(decoding: number, as: UTF8.self))
  }

  var size: Int { lines.count }
  /// Loops that run, inside each other.
  var depth: Int { loops.count }

  /// Takes note of lines, each with its newline.
  mutating func append(_ text: [UInt8]) {
    lastSize = text.count
    if loops.isEmpty { lines += text } else { loops[loops.count - 1].current += text }
  }

  /// Takes the last line back: it has changed nothing.
  mutating func takeBack() {
    if loops.isEmpty {
      lines.removeLast(lastSize)
    } else {
      loops[loops.count - 1].current.removeLast(lastSize)
    }
    lastSize = 0
  }

  /// Takes note that the last line failed, although nothing announced it.
  mutating func failed() {
    append(Self.failure)
    failedInLoop()
  }

  /// Takes note that a line failed that stands in the bodies of loops alone.
  mutating func failedInLoop() {
    for index in loops.indices { loops[index].hasFailed = true }
  }

  // MARK: Loops

  mutating func begin(_ body: [UInt8], word: [UInt8], times: UInt64) {
    lastSize = 0
    loops.append(Loop(body: body, word: word, times: times))
  }

  /// Ends an iteration of the innermost loop.
  mutating func endIteration() {
    lastSize = 0
    let last = loops.count - 1
    if loops[last].isDivided {
      loops[last].before += loops[last].current
      loops[last].isDivided = false
    } else {
      loops[last].completed += 1
    }
    loops[last].current.removeAll(keepingCapacity: true)
  }

  mutating func endLoop() {
    let loop = loops.removeLast()
    append(loop.text)
  }

  // MARK: Commits

  /// Everything so far, which is kept from now on.
  mutating func take() -> [UInt8] {
    lastSize = 0
    var text = lines
    lines.removeAll(keepingCapacity: true)
    let parts = loops.map(\.text)
    for index in loops.indices {
      text += parts[index]
      let isDivided = !loops[index].current.isEmpty || !parts[(index + 1)...].allSatisfy(\.isEmpty)
      loops[index].isDivided = loops[index].isDivided || isDivided
      loops[index].isContinued = loops[index].isContinued || loops[index].completed > 0
      loops[index].before.removeAll()
      loops[index].completed = 0
      loops[index].hasFailed = false
      loops[index].current.removeAll()
    }
    return text
  }
}
