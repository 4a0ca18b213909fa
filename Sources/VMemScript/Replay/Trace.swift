internal import VMem
internal import VMemViews

/// The events of a trace, in the order of their time stamps, and what else its lines say.
struct Trace {
  private(set) var events: [TraceEvent] = []
  /// The names of tasks.
  var taskNames = TextTable()
  private(set) var notes: [TraceNote] = []
  /// Notes that there would be.
  private(set) var noteCount = 0
  /// Events that the trace says it has lost, and the marks that say so.
  var lostEvents: UInt64 = 0
  var lostMarks = 0
  /// Lines of one of the three events that are cut or make no sense.
  var badLines = 0
  /// Lines of other events, and lines that are none of an event.
  var otherEvents = 0
  var otherLines = 0
  /// Events without a CPU and without a time stamp.
  var withoutCPU = 0
  var withoutTime = 0
  /// Lines that stand behind one with a later time stamp.
  var unordered = 0
  /// Whether the head of an ftrace file was seen.
  var hasHead = false

  private static let mostNotes = 100

  /// Makes room for so many events at once, in front of the first: a large array that grows is copied
  /// again and again.
  mutating func reserve(events count: Int) { events = [TraceEvent](expecting: count) }

  mutating func append(_ event: TraceEvent) {
    if event.cpu < 0 {
      withoutCPU += 1
      if withoutCPU == 1 { note(Int(event.line), "no CPU: it counts as CPU 0") }
    }
    if event.time == nil {
      withoutTime += 1
      if withoutTime == 1 {
        note(Int(event.line), "no time stamp: such events are taken in the order of their lines")
      }
    } else if let last = events.last?.time, let time = event.time, time < last {
      unordered += 1
      if unordered == 1 {
        note(
          Int(event.line),
          "an earlier time stamp than the line before: events are put in the order of their times")
      }
    }
    events.append(event)
  }

  /// Takes note of something; of many notes the first ones are kept.
  mutating func note(_ line: Int, _ message: String) {
    noteCount += 1
    if notes.count < Self.mostNotes { notes.append(TraceNote(line: line, message: message)) }
  }

  /// Puts the events in the order of their time stamps; equal ones keep that of their lines. Where some
  /// have none, the order of the lines is all there is.
  mutating func order() {
    guard unordered > 0, withoutTime == 0 else { return }
    events.sort { ($0.time ?? 0, $0.line) < ($1.time ?? 0, $1.line) }
  }
}
