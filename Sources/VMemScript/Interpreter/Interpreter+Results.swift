internal import VMem
internal import VMemViews

extension Interpreter {
  // MARK: Result lines

  /// Prints the result line of a success.
  @inline(__always)
  mutating func printText(_ line: Line) {
    if options.quiet, !line.result.isView { return }
    switch line.result {
    case .ok:
      call.output.writer.write(byte: 0x30)
      call.output.writer.write(byte: 0x0a)
    case .address(let value):
      if value >> 32 == 0, isUser(line) {
        call.output.writer.address(value)
      } else {
        call.output.writer.result(address: value)
      }
      call.output.writer.write(byte: 0x0a)
    case .number(let value), .pages(_, let value), .difference(let value):
      call.output.writer.decimal(value)
      call.output.writer.write(byte: 0x0a)
    case .page(let pfn):
      call.writePageName(machine, pfn)
      call.output.writer.write(byte: 0x0a)
    case .line, .text: call.printScratch()
    case .silent, .stop, .rows, .printed, .broken: break
    }
  }

  /// Whether the address that a line returns is a user's.
  private func isUser(_ line: Line) -> Bool {
    [.users, .arenas].contains(table[Int(line.head.verb)].group)
  }

  /// Prints the result line of a line that needed judgement; `isAnnounced` says whether it came to what
  /// was expected.
  mutating func printText(_ line: Line, _ happened: Happened, isAnnounced: Bool) {
    guard case .refused(let outcome) = happened else { return printText(line) }
    if options.coloursAnswers {
      call.output.writer.write(isAnnounced ? "\u{1b}[33m" : "\u{1b}[31m")
    }
    outcome.write(to: &call.output.writer)
    if options.coloursAnswers { call.output.writer.write("\u{1b}[0m") }
    call.output.writer.write(byte: 0x0a)
  }
}

extension ByteWriter {
  /// An address as a result line has it: `0x` and 16 digits. A kernel's below 4 GiB, where areas lie
  /// only when a window asks for it, has as many digits as recorded kernels print.
  @inline(__always)
  mutating func result(address: UInt64) {
    if address >> 32 != 0 { return self.address(address) }
    write("0x")
    hex(address)
  }
}

extension Call {
  /// Prints what a verb made in the scratch text, as one line or more.
  mutating func printScratch() {
    let bytes = scratch.takeBytes()
    output.writer.write(bytes.span)
    if bytes.last != 0x0a { output.writer.write(byte: 0x0a) }
  }

  /// The name of a page: `P[3]`, or `pfn:N` when it belongs to no named set.
  mutating func writePageName(_ machine: borrowing Machine, _ pfn: UInt64) {
    output.writer.write(pageName(machine, pfn))
  }

  func pageName(_ machine: borrowing Machine, _ pfn: UInt64) -> String {
    if let (set, index) = machine.pageSets.setAndIndex(ofFrame: pfn),
      let owner = machine.nameOf(set)
    {
      return "\(owner)[\(index)]"
    }
    return "pfn:\(pfn)"
  }
}

extension Machine {
  /// The name a set of pages was bound to.
  func nameOf(_ set: Ref<PageSet>) -> String? { text(of: pageSets.pageSet(set).owner) }

  /// The text of a name, or nil for none.
  func text(of reference: Ref<Name>) -> String? {
    guard !reference.isNone else { return nil }
    let entry = names.name(reference)
    let bytes = entry.text.span.extracting(first: Int(entry.length))
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self).printable
  }
}
