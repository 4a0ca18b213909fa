import CRecorder
import Glibc
import TestSupport
import Testing

/// The power is cut between any two writes of a session, with what was not synced lost, torn or in
/// another order: a whole earlier state is found each time, the last one with --durable.
struct PowerCutTests {
  /// What a session writes, and what it answers.
  private static let steps: [(line: String, isLong: Bool, isDurable: Bool)] = [
    ("s = get_vm_area 64K --flags sparse", false, false),
    ("P = alloc_pages 4", false, true),
    ("vm_area_map_pages s s..s+16K P[0..4]", false, false),
    ("write s+1 text:hello", true, false),  // a checkpoint
    ("v = vmalloc 20K", false, false),
    ("undo", false, false),
    ("w = vmalloc 8K", false, true),
    ("vfree w", true, false),  // and another
    ("get_vm_area 16K", false, true),
    ("vm_unmap_aliases", false, false),
  ]
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false
  private static let names = ["m.img", "m.img-wal", "m.img-history"]

  private struct Event {
    let kind: crecorder_kind
    let file: Int
    let offset: Int
    let bytes: [UInt8]
  }

  /// The writes of a session, and how many events there were when each answer was given.
  private struct Recording {
    var start: [[UInt8]] = []
    var events: [Event] = []
    var answers: [(event: Int, state: KeptMachine.State, isDurable: Bool)] = []

    init() throws {
      let machine = try KeptMachine()
      // Files keep their numbers from the start.
      _ = try machine.run("alloc_pages 1", isLong: true)
      start = try names.map { try machine.folder.bytes($0) }
      let inodes = names.map {
        var information = stat()
        return stat("\(machine.folder.path)/\($0)", &information) == 0 ? information.st_ino : 0
      }
      answers = [(0, machine.state, true)]
      crecorder_start()
      var count = 0
      for step in steps {
        _ = try machine.run(step.line, isLong: step.isLong, isDurable: step.isDurable)
        count = crecorder_count()
        answers.append((count, machine.state, step.isDurable))
      }
      crecorder_stop()
      for index in 0..<count {
        let event = crecorder_at(index)
        // Other files of this thread, if any, are not ours.
        guard let file = inodes.firstIndex(of: event.inode) else { continue }
        events.append(
          Event(
            kind: event.kind, file: file, offset: event.offset,
            bytes: Array(UnsafeBufferPointer(start: event.bytes, count: event.length))))
      }
      #expect(events.count == count)
    }
  }

  /// What is left of a file.
  private enum Fate: CaseIterable { case everything, nothing, some }

  /// The file after a cut behind `events`.
  private func survivor(_ start: [UInt8], _ events: [Event], _ fate: Fate) -> [UInt8] {
    let synced = events.lastIndex { $0.kind == crecorder_sync } ?? -1
    var bytes = start
    var size = bytes.count
    var sizes: [Int] = []
    for (index, event) in events.enumerated() {
      let isSafe = index < synced
      switch event.kind {
      case crecorder_truncate:
        guard isSafe || fate != .nothing else { continue }
        // Of what it takes away, some sectors may be gone and others not.
        for at in stride(from: event.offset, to: bytes.count, by: 512)
        where isSafe || fate == .everything || Bool.random() {
          for byte in at..<min(at + 512, bytes.count) { bytes[byte] = 0 }
        }
        if isSafe || fate == .everything { size = event.offset }
        sizes.append(event.offset)
      case crecorder_write:
        guard isSafe || fate != .nothing else { continue }
        let end = event.offset + event.bytes.count
        if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        for at in stride(from: 0, to: event.bytes.count, by: 512)
        where isSafe || fate == .everything || Bool.random() {
          let part = event.bytes[at..<min(at + 512, event.bytes.count)]
          bytes.replaceSubrange(event.offset + at..<event.offset + at + part.count, with: part)
        }
        if isSafe || fate == .everything { size = max(size, end) }
        sizes.append(max(size, end))
      default: sizes.removeAll()
      }
    }
    if fate == .some, let other = sizes.randomElement(), Bool.random() { size = other }
    let missing = max(0, size - bytes.count)
    return Array(bytes[..<min(size, bytes.count)]) + [UInt8](repeating: 0, count: missing)
  }

  @Test func everyCut() throws {
    let recording = try Recording()
    #expect(recording.events.count { $0.kind == crecorder_sync } > 10)
    #expect(recording.answers.allSatisfy { $0.state != .refused(4) })
    for cut in 0...recording.events.count {
      let answered = recording.answers.lastIndex { $0.event <= cut } ?? 0
      let floor = recording.answers.lastIndex { $0.event <= cut && $0.isDurable } ?? 0
      // The command that was under way may have come to its end.
      let last = min(answered + 1, recording.answers.count - 1)
      let allowed = Set(recording.answers[floor...last].map(\.state))
      let events = recording.events[..<cut]
      for round in 0..<(Self.isLong ? 100 : 6) {
        let fate = round < 2 ? Fate.allCases[round] : .some
        let files = recording.start.enumerated().map { number, start in
          survivor(start, events.filter { $0.file == number }, fate)
        }
        let machine = try KeptMachine(image: files[0], log: files[1])
        let found = machine.state
        guard allowed.contains(found) else {
          Issue.record(
            "cut behind \(cut) writes and syncs, \(fate): \(found) is none of \(allowed)")
          return
        }
        // Whatever is found, work goes on from there.
        if round == 2 {
          #expect(try machine.run("alloc_pages 1", isLong: true) == "1\n")
          #expect(try machine.log.isEmpty)
        }
        // The way back leads to whole states too.
        if round > 2 {
          _ = try machine.run("undo")
          let back = machine.state
          #expect(
            recording.answers.contains { $0.state == back },
            "undo behind cut \(cut), found \(recording.answers.firstIndex { $0.state == found } ?? -1)"
          )
        }
      }
    }
  }
}
