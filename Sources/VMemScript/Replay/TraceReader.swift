internal import VMemViews

/// Reads the text of a trace: what ftrace, trace-cmd report, perf script, or the bpftrace program
/// of `help replay` print.
///
/// Complexity: linear in the bytes; nothing is allocated for a line that is an event.
struct TraceReader {
  /// What is wrong with a file as a whole, and with which line of it.
  struct Defect: Error {
    let line: Int
    let message: String
  }

  private(set) var trace = Trace()
  private var number = 0
  /// The first line of the shortest form, if there is one.
  private var shortLine: Int?

  /// Reads a file to its end. Returns nil, with `errno` set, when that fails.
  static func read(_ file: inout LineFile) throws(Defect) -> Trace? {
    var reader = TraceReader()
    reader.trace.reserve(events: min(file.size, WholeFile.maximumBytes) / Self.usualLine)
    while true {
      switch file.next() {
      case .lines(let text): try reader.read(text)
      case .end: return try reader.finish()
      case .failure: return nil
      }
    }
  }

  /// Reads more lines, the last of which may lack its end where no more follow.
  mutating func read(_ text: Text) throws(Defect) {
    if number == 0 { try refuseBinary(text) }
    var at = 0
    while at < text.count {
      let end = text.endOfLine(from: at)
      readParts(text, at..<end)
      at = end + 1
    }
  }

  /// What all lines say.
  mutating func finish() throws(Defect) -> Trace {
    guard !trace.events.isEmpty || trace.hasHead else {
      throw Defect(
        line: max(1, min(number, 1)),
        message: trace.otherEvents > 0
          ? "\(trace.otherEvents) events, none of them alloc_vmap_area, free_vmap_area_noflush or "
            + "purge_vmap_area_lazy"
          : "no line is an event of a trace; `help replay` says how one is made")
    }
    if trace.lostMarks == 0, trace.badLines == 0, trace.events.isEmpty {
      trace.note(1, "the trace has no event")
    }
    if let shortLine, !trace.events.contains(where: { $0.kind != .alloc }) {
      trace.note(
        shortLine, "no frees and no purges: areas of such a trace stay, and what follows differs")
    }
    trace.order()
    return trace
  }

  /// Refuses files that other tools turn into text.
  private func refuseBinary(_ text: Text) throws(Defect) {
    let message: String
    if text.hasPrefix("\u{17}\u{8}Dtracing") {
      message = "a file of trace-cmd: give the output of `trace-cmd report`"
    } else if text.hasPrefix("PERFILE2") {
      message = "a file of perf: give the output of `perf script`"
    } else if text.byte(0) == 0x1f, text.byte(1) == 0x8b {
      message = "a compressed file: unpack it first (gunzip)"
    } else if (0..<min(text.count, 4096)).contains(where: { text[$0] == 0 }) {
      message = "not a text"
    } else {
      return
    }
    throw Defect(line: 1, message: message)
  }

  /// Reads up to a line feed: one line, with up to eight carriage returns behind it as Windows and
  /// terminals have them, or several that end with one each.
  private mutating func readParts(_ text: Text, _ range: Range<Int>) {
    var at = range.lowerBound
    repeat {
      let end = text.first(0x0d, in: at..<range.upperBound)
      number += 1
      read(TraceLine(text, at..<end), isWhole: end < text.count)
      at = end
      while at < min(range.upperBound, end + 8), text[at] == 0x0d { at += 1 }
      if at < range.upperBound { at = end + 1 }
    } while at < range.upperBound
  }

  private mutating func read(_ line: TraceLine, isWhole: Bool) {
    guard line.end - line.start <= Self.longestLine else { return passOver(line) }
    guard !line.isBlank else { return }
    let name = line.eventName.flatMap { line.isProbe($0) ? nil : $0 }
    if name != nil || line.isShort {
      if name == nil, shortLine == nil { shortLine = number }
      do throws(TraceLine.Defect) {
        var event = if let name { try event(line, name) } else { try line.shortEvent() }
        event.line = UInt32(clamping: number)
        trace.append(event)
      } catch {
        trace.badLines += 1
        trace.note(number, "\(error.message): the event is left out")
      }
      if !isWhole { trace.note(number, "the last line has no end: a number in it may be cut") }
    } else if line.isComment {
      readHead(line)
    } else if let lost = line.lostEvents {
      trace.lostMarks += 1
      trace.lostEvents += lost
      trace.note(
        number,
        lost > 0 ? "\(lost) events are lost here" : "events are lost here, nobody says how many"
      )
    } else if line.isCutEvent {
      trace.badLines += 1
      trace.note(number, "the event is cut: it is left out")
    } else if !isWhole {
      trace.badLines += 1
      trace.note(number, "the last line is cut: it is left out")
    } else if line.isOtherEvent {
      trace.otherEvents += 1
      if trace.otherEvents == 1 { trace.note(number, "another event; such are passed over") }
    } else if !line.isKnownChatter {
      trace.otherLines += 1
      if trace.otherLines == 1 { trace.note(number, "not an event; such lines are passed over") }
    }
  }

  /// Bytes of an event as ftrace prints it, or a little more.
  private static let usualLine = 128

  private mutating func event(
    _ line: TraceLine, _ name: TraceLine.Name
  ) throws(TraceLine.Defect) -> TraceEvent {
    let head = line.head(before: name.start)
    var event = try line.event(name, head)
    event.task = line.text[head.task].withSpan { trace.taskNames.number(of: $0) }
    return event
  }

  /// No event is as long as this.
  static let longestLine = 1 << 16

  private mutating func passOver(_ line: TraceLine) {
    trace.otherLines += 1
    trace.note(
      number,
      "\(line.end - line.start) bytes, and no event has more than \(Self.longestLine): passed over"
    )
  }

  /// A line of the head of an ftrace file: `entries-in-buffer/entries-written: 7665/7665   #P:2`.
  private mutating func readHead(_ line: TraceLine) {
    if line.contains("tracer:") { trace.hasHead = true }
    guard let (kept, written) = line.entries else { return }
    trace.hasHead = true
    guard written > kept else { return }
    trace.lostMarks += 1
    trace.lostEvents += written - kept
    trace.note(
      number,
      "\(written - kept) events were overwritten before the trace was read (\(kept) are left)")
  }
}
