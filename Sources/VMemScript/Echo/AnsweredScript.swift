/// The lines of a script in which answers may stand: behind a statement one line `#= TEXT` for each line
/// that it printed, and in front of everything a header that says which machine answered.
///
/// It must not outlive the source of its text.
struct AnsweredScript {
  private let text: Text
  /// Where each line begins, and where one behind the last would.
  private let starts: [Int]

  /// What marks the text as UTF-8 and is no part of its first line; empty for most.
  let byteOrderMark: Text
  /// Where a header belongs: behind a first line that names an interpreter.
  let headerLine: Int

  init(_ text: Text) {
    self.text = text
    byteOrderMark = text[0..<(text.hasPrefix("\u{feff}") ? 3 : 0)]
    headerLine = text.from(byteOrderMark.count).hasPrefix("#!") ? 2 : 1
    var starts = [byteOrderMark.count]
    var at = byteOrderMark.count
    // The last line may lack its newline; a newline at the end begins no line.
    while at < text.count {
      at = text.endOfLine(from: at) + 1
      starts.append(at)
    }
    self.starts = starts
  }

  var count: Int { starts.count - 1 }

  static let mark: StaticString = "#= "

  /// Line `number`, counted from 1, as it stands.
  func line(_ number: Int) -> Text { text[starts[number - 1]..<starts[number] - 1] }

  /// Whether a line is an answer or the header: what an echo writes anew.
  func isWritten(_ number: Int) -> Bool {
    isAnswer(number) || number == headerLine && line(number).hasPrefix("# vmemctl ")
  }

  private func isAnswer(_ number: Int) -> Bool {
    line(number).withoutIndentation.hasPrefix("#=")
  }

  /// First lines of answers that stand behind no line, given the last lines of all statements.
  func strayAnswers(_ statements: [Int]) -> [Int] {
    let statements = Set(statements)
    return (1..<count + 1).filter { number in
      isAnswer(number) && (number == 1 || !isAnswer(number - 1))
        && !statements.contains(number - 1)
    }
  }

  /// The answer that stands directly behind line `number`; nil where there is none.
  func answer(behind number: Int) -> [[UInt8]]? {
    var answer: [[UInt8]] = []
    var next = number + 1
    while next <= count, isAnswer(next) {
      var text = line(next).withoutIndentation.from(2)
      // Files with CRLF have it behind every line.
      if text.count > 0, text[text.count - 1] == 0x0d { text = text[0..<text.count - 1] }
      answer.append((text.byte(0) == 0x20 ? text.from(1) : text).bytes)
      next += 1
    }
    return answer.isEmpty ? nil : answer
  }
}
