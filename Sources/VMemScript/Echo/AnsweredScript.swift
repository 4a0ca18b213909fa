/// The lines of a script in which answers may stand: behind a statement one line `#= TEXT` for each line
/// that it printed, and in front of everything a header that says which machine answered.
struct AnsweredScript {
  private let lines: [ArraySlice<UInt8>]

  /// What marks the text as UTF-8 and is no part of its first line; empty for most.
  let byteOrderMark: ArraySlice<UInt8>

  init(_ text: [UInt8]) {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    byteOrderMark = text.starts(with: mark) ? text[..<mark.count] : []
    let text = text.dropFirst(byteOrderMark.count)
    var lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
    // The newline at the end begins no line.
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
  }

  var count: Int { lines.count }

  static let mark = Array("#= ".utf8)
  private static let bareMark = Array("#=".utf8)
  private static let headerStart = Array("# vmemctl ".utf8)

  /// Line `number`, counted from 1, as it stands.
  func line(_ number: Int) -> ArraySlice<UInt8> { lines[number - 1] }

  /// Where a header belongs: behind a first line that names an interpreter.
  var headerLine: Int { lines.first?.starts(with: "#!".utf8) == true ? 2 : 1 }

  /// Whether a line is an answer or the header: what an echo writes anew.
  func isWritten(_ number: Int) -> Bool {
    isAnswer(number) || number == headerLine && line(number).starts(with: Self.headerStart)
  }

  private func isAnswer(_ number: Int) -> Bool {
    line(number).drop { $0 == 0x20 || $0 == 0x09 }.starts(with: Self.bareMark)
  }

  /// First lines of answers that stand behind no line, given the last lines of all statements.
  func strayAnswers(_ statements: [Int]) -> [Int] {
    let statements = Set(statements)
    return (1..<lines.count + 1).filter { number in
      isAnswer(number) && (number == 1 || !isAnswer(number - 1))
        && !statements.contains(number - 1)
    }
  }

  /// The answer that stands directly behind line `number`; nil where there is none.
  func answer(behind number: Int) -> [[UInt8]]? {
    var answer: [[UInt8]] = []
    var next = number + 1
    while next <= count, isAnswer(next) {
      var text = line(next).drop { $0 == 0x20 || $0 == 0x09 }.dropFirst(Self.bareMark.count)
      // Files with CRLF have it behind every line.
      if text.last == 0x0d { text.removeLast() }
      answer.append(Array(text.first == 0x20 ? text.dropFirst() : text))
      next += 1
    }
    return answer.isEmpty ? nil : answer
  }
}
