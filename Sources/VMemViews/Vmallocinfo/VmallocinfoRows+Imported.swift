internal import VMem

/// Rows of areas that were imported, as they were.
extension VmallocinfoRows {
  /// Whether a row has a long caller or words that no known kernel prints, or a caller that is not to be
  /// escaped.
  @inline(__always)
  func isOdd(_ area: borrowing VMArea) -> Bool {
    if area.hasOddRow(ram) { return true }
    guard isRaw, !area.caller.isNone else { return false }
    let symbol = area.caller
    return !ByteCursor.isPlain(first: Int(ram[symbol].length), of: ram[symbol].text.span)
  }

  @inline(never)
  func imported(_ area: borrowing VMArea, to output: inout ViewOutput) {
    var cursor = output.writer.begin(upTo: Self.longestRow)
    head(area.start, area.end, to: &cursor)
    output.writer.end(cursor)
    write(importedCaller(area), to: &output)
    let tail = area.importedTail(ram)
    if tail.isEmpty {
      cursor = output.writer.begin(upTo: Self.longestRow)
      rest(area, to: &cursor)
      output.writer.end(cursor)
    } else {
      write(tail, to: &output)
    }
    output.endLine()
  }

  /// The caller, however long it is.
  func importedCaller(_ area: borrowing VMArea) -> [UInt8] {
    guard !area.caller.isNone else { return [] }
    return ram.text(of: area.caller) + area.importedCallerRest(ram)
  }

  /// A blank and a text, if there is one.
  func write(_ text: [UInt8], to output: inout ViewOutput) {
    guard !text.isEmpty else { return }
    output.writer.write(byte: 0x20)
    if isRaw { output.writer.write(text.span) } else { output.writer.printable(text.span) }
  }
}
