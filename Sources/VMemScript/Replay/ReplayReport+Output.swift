internal import VMem
internal import VMemViews

extension ReplayReport {
  /// Writes the report: rows of text, or one object.
  func write(_ trace: Trace, to output: inout ViewOutput) {
    if output.isJSON { json(trace, &output) } else { text(trace, &output) }
  }

  /// Everything to be said of lines, in their order.
  private func allNotes(_ trace: Trace) -> [TraceNote] {
    (trace.notes + notes).sorted { $0.line < $1.line }
  }

  // MARK: Text

  /// Differences that the text names; JSON has more.
  private static let mostShown = 40

  private func text(_ trace: Trace, _ output: inout ViewOutput) {
    row("events", events, trace.events.count > events ? "of \(trace.events.count)" : "", &output)
    row("allocations", allocations, failed > 0 ? "\(failed) of them failed" : "", &output)
    row("matches", matches, allocations > 0 ? percent : "", &output)
    row("differences", differenceCount, "", &output)
    row("frees", frees, keptFrees > 0 ? "\(keptFrees) of areas that stay" : "", &output)
    row("unknown_frees", unknownFrees, "", &output)
    row("purges", purges, "", &output)
    row("peak_bytes", Int(clamping: peakBytes), "", &output)
    if let last = samples.last {
      let least = samples.map(\.vmallocHole).min() ?? 0
      row("largest_hole", Int(clamping: last.vmallocHole), "at the end, \(least) at least", &output)
      let modules = samples.map(\.modulesHole).min() ?? 0
      row(
        "modules_hole", Int(clamping: last.modulesHole), "at the end, \(modules) at least", &output)
    }
    if !arePoolsKnown {
      line(
        "pools unknown: the machine was made of rows or lists that do not tell of them", &output)
    }
    if trace.lostMarks > 0 {
      line("lost: \(trace.lostEvents) events or more, at \(trace.lostMarks) places", &output)
    }
    if trace.badLines > 0 { line("bad: \(trace.badLines) lines, left out", &output) }
    if trace.unordered > 0 { line("unordered: \(trace.unordered) lines", &output) }
    if trace.otherEvents + trace.otherLines > 0 {
      line("passed over: \(trace.otherEvents) events, \(trace.otherLines) lines", &output)
    }
    for note in allNotes(trace) { line("line \(note.line): \(note.message)", &output) }
    for difference in differences.prefix(Self.mostShown) { text(difference, &output) }
    if differenceCount > Self.mostShown {
      line("and \(differenceCount - Self.mostShown) more differences (--json names 1000)", &output)
    }
  }

  private var percent: String {
    // Cut off, so that it never says more than there is.
    let hundredths = matches * 10000 / allocations
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }

  private func row(_ name: String, _ value: Int, _ more: String, _ output: inout ViewOutput) {
    let label = name + String(repeating: " ", count: max(1, 14 - name.utf8.count))
    line(label + "\(value)" + (more.isEmpty ? "" : " (\(more))"), &output)
  }

  private func line(_ text: String, _ output: inout ViewOutput) {
    output.writer.printable(text)
    output.endLine()
  }

  private func text(_ difference: ReplayDifference, _ output: inout ViewOutput) {
    let event = difference.event
    var words = "difference in line \(event.line)"
    if let time = event.time { words += " at \(Views.seconds(time))" }
    if event.cpu >= 0 { words += ", CPU \(event.cpu)" }
    if !difference.task.isEmpty { words += ", \(difference.task)-\(event.pid)" }
    words += ": \(event.size) bytes aligned to \(event.align), traced "
    words += event.failed ? "failure" : hexadecimal(event.address)
    words += ", here \(difference.own.map { hexadecimal($0) } ?? "none")"
    line(words, &output)
    line("  why: \(difference.why)", &output)
    neighbour("below", difference.below, &output)
    neighbour("above", difference.above, &output)
  }

  private func neighbour(
    _ name: String, _ area: ReplayDifference.Neighbour?, _ output: inout ViewOutput
  ) {
    guard let area else { return }
    line(
      "  \(name): \(hexadecimal(area.start))-\(hexadecimal(area.end)) \(area.caller)", &output)
  }

  // MARK: JSON

  private func json(_ trace: Trace, _ output: inout ViewOutput) {
    output.beginObject()
    count("events", events, &output)
    count("allocations", allocations, &output)
    count("matches", matches, &output)
    count("differences", differenceCount, &output)
    output.key("first")
    if let first = differences.first {
      json(first, &output)
    } else {
      output.writer.write("null")
    }
    count("unknown_frees", unknownFrees, &output)
    output.field("peak_bytes", count: peakBytes)
    output.beginArray("largest_hole")
    for (index, sample) in samples.enumerated() {
      if index > 0 { output.writer.write(byte: 0x2c) }
      json(sample, &output)
    }
    output.endArray()
    count("failed", failed, &output)
    count("frees", frees, &output)
    count("kept_frees", keptFrees, &output)
    count("purges", purges, &output)
    count("unfiled", unfiled, &output)
    output.field("pools_known", flag: arePoolsKnown)
    output.field("stopped", flag: isStopped)
    output.field("lost_events", count: trace.lostEvents)
    count("lost_marks", trace.lostMarks, &output)
    count("bad_lines", trace.badLines, &output)
    count("unordered_lines", trace.unordered, &output)
    count("other_events", trace.otherEvents, &output)
    count("other_lines", trace.otherLines, &output)
    output.beginArray("all_differences")
    for (index, difference) in differences.enumerated() {
      if index > 0 { output.writer.write(byte: 0x2c) }
      json(difference, &output)
    }
    output.endArray()
    output.beginArray("notes")
    for (index, note) in allNotes(trace).enumerated() {
      if index > 0 { output.writer.write(byte: 0x2c) }
      output.beginObject()
      count("line", note.line, &output)
      output.field("message", text: note.message)
      output.endInnerObject()
    }
    output.endArray()
    output.endObject()
  }

  private func count(_ name: StaticString, _ value: Int, _ output: inout ViewOutput) {
    output.field(name, count: UInt64(value))
  }

  private func json(_ sample: ReplaySample, _ output: inout ViewOutput) {
    output.beginObject()
    count("line", sample.line, &output)
    if let time = sample.time { output.field("time", text: Views.seconds(time)) }
    output.field("bytes", count: sample.vmallocHole)
    output.field("modules_bytes", count: sample.modulesHole)
    output.field("busy_bytes", count: sample.busy)
    output.endInnerObject()
  }

  private func json(_ difference: ReplayDifference, _ output: inout ViewOutput) {
    let event = difference.event
    output.beginObject()
    output.field("line", count: UInt64(event.line))
    if let time = event.time { output.field("time", text: Views.seconds(time)) }
    if event.cpu >= 0 { output.field("cpu", count: UInt64(event.cpu)) }
    if event.pid >= 0 { output.field("pid", count: UInt64(event.pid)) }
    output.field("task", text: difference.task)
    address("traced", event.failed ? nil : event.address, &output)
    address("own", difference.own, &output)
    output.field("size", count: event.size)
    output.field("align", count: event.align)
    output.field("why", text: difference.why)
    area("below", difference.below, &output)
    area("above", difference.above, &output)
    output.endInnerObject()
  }

  private func address(_ name: StaticString, _ address: UInt64?, _ output: inout ViewOutput) {
    guard let address else {
      output.key(name)
      return output.writer.write("null")
    }
    output.field(name, address: address)
  }

  private func area(
    _ name: StaticString, _ area: ReplayDifference.Neighbour?, _ output: inout ViewOutput
  ) {
    guard let area else {
      output.key(name)
      return output.writer.write("null")
    }
    output.beginObject(name)
    output.field("start", address: area.start)
    output.field("end", address: area.end)
    output.field("caller", text: area.caller)
    output.endInnerObject()
  }
}
