/// One line of what a call of printk says.
package struct PrintkLine: Equatable {
  /// 0 (emergency) to 7 (debug); nil where the call names none, which means the kernel's default.
  package let level: UInt8?
  /// Whether it goes on with the line before (`KERN_CONT`).
  package let isContinuation: Bool
  /// Whether it ends with a newline, so that nothing goes on with it.
  package let isComplete: Bool
  /// Without level and newline.
  package let bytes: [UInt8]

  /// Bytes of one call that the log takes, those of its level included (`PRINTKRB_RECORD_MAX` without
  /// a zero byte).
  package static let longestText = 1023

  /// The lines of a formatted text. A level is a byte 1 and a character, and only at the start; the
  /// first of several counts. None for a text that is empty; bytes beyond `longestText` are lost.
  ///
  /// The corresponding kernel function is `vprintk_store`.
  package static func lines(of text: [UInt8]) -> [PrintkLine] {
    var rest = text.prefix(longestText)
    var level: UInt8?
    var isContinuation = false
    while rest.count >= 2, rest.first == 1 {
      let letter = rest[rest.startIndex + 1]
      if letter == UInt8(ascii: "c") {
        isContinuation = true
      } else if letter >= UInt8(ascii: "0") && letter <= UInt8(ascii: "7") {
        level = level ?? letter - UInt8(ascii: "0")
      } else {
        break
      }
      rest = rest.dropFirst(2)
    }
    guard !rest.isEmpty else { return [] }
    let isComplete = rest.last == UInt8(ascii: "\n")
    if isComplete { rest = rest.dropLast() }
    let parts = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      PrintkLine(
        level: level, isContinuation: isContinuation && index == 0,
        isComplete: isComplete || index < parts.count - 1, bytes: Array(part))
    }
  }
}
