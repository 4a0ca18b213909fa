import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

/// kmap, kmap_local and kmap_atomic of recorded 32-bit kernels: every address, count and warning.
@Suite struct KmapRecordingTests {
  static let names = [
    "4g.boot0", "dbg.boot0", "force.boot0", "pae.boot0", "4g.k2_wrap_4g", "4g.k4_lifo",
    "4g.k5_crash_depth", "4g.k6_crash_empty",
    "4g.k7_crash_kunmap_twice", "4g.k8_crash_kunmap_never", "4g.k9_more", "4g.ka_exit_held",
    "dbg.k1_kmap", "dbg.k3_local_dbg", "dbg.k5_crash_depth", "force.k1_kmap",
    "force.k3_local_dbg", "force.k4_lifo", "force.k5_crash_depth", "pae.k1_kmap",
    "pae.k2_wrap_pae", "pae.k3_local", "pae.k4_lifo", "pae.k5_crash_depth", "pae.k6_crash_empty",
    "pae.k7_crash_kunmap_twice", "pae.k8_crash_kunmap_never", "pae.ka_exit_held",
  ]

  /// Answers compared: a row that is skipped by mistake shows here.
  static let compared = 761

  @Test func everyAnswerIsTheKernels() throws {
    var compared = 0
    for name in Self.names {
      let recording = try KmapRecording(name)
      var player = try KmapPlayer(recording.configuration)
      for operation in recording.operations {
        if operation.words[0] == "!ptdump" {
          try compareTables(player.machine, recording, operation.words[1])
          compared += 1
        } else if operation.words[0] == "!kmsg" {
          #expect(
            player.takeMessages() == recording.messages[operation.words[1]] ?? [],
            "\(name):\(operation.line)")
          compared += 1
        } else if let ours = try player.perform(operation) {
          let wanted = Self.withNX(operation.answer, name)
          #expect(ours == wanted, "\(name):\(operation.line) \(operation.words)")
          compared += 1
        }
        guard operation.line % 4 == 0 || operation.words[0] == "!kmsg" else { continue }
        let violations = player.machine.check()
        #expect(violations.isEmpty, "\(name):\(operation.line) \(violations)")
      }
      if let last = recording.messages["console"] { #expect(player.takeMessages() == last) }
    }
    #expect(compared == Self.compared)
  }

  /// Tables of two levels cannot forbid execution; this machine's always have four or five.
  private static func withNX(_ answer: String, _ name: String) -> String {
    guard name.hasPrefix("4g.") else { return answer }
    var words: [String] = []
    for word in answer.split(separator: " ", omittingEmptySubsequences: false) {
      words.append(word == "0x163)" ? "0x8000000000000163)" : String(word))
    }
    return words.joined(separator: " ")
  }

  @Test(arguments: names)
  func theWindowsAreTheKernels(_ name: String) throws {
    let recording = try KmapRecording(name)
    let machine = try Machine(recording.configuration)
    let found = machine.highmem.kmapWindow
    let window = try #require(found)
    #expect(window.base == KmapRecording.extended(try recording.constant("PKMAP_BASE")))
    #expect(UInt64(window.slots) == (try recording.constant("LAST_PKMAP")))
    #expect(UInt64(machine.highmem.localSlots) == (try recording.constant("KM_MAX_IDX")))
    #expect(UInt64(machine.cpuCount) == (try recording.constant("NR_CPUS")))
    #expect(
      window.localTop == KmapRecording.extended(try recording.constant("fixKMAP_BEGIN_addr")))
    let slots = machine.highmem.localSlots * machine.cpuCount
    #expect(
      window.localAddress(slots - 1)
        == KmapRecording.extended(try recording.constant("fixKMAP_END_addr")))
    #expect(
      window.fixmapStart(slots) == KmapRecording.extended(try recording.constant("FIXADDR_START")))
  }

  // MARK: Tables

  /// A row of a table dump without its size: range, attributes, level.
  private struct Row: Equatable {
    var start: UInt64
    var end: UInt64
    var isPresent: Bool
  }

  /// What the rows say of a range; neighbours that say the same are one.
  private static func rows(_ lines: [String], in range: ClosedRange<UInt64>) -> [Row] {
    var rows: [Row] = []
    for line in lines where line.hasPrefix("0x") {
      let parts = line.split(separator: " ")[0].split(separator: "-")
      guard let from = UInt64(parts[0].dropFirst(2), radix: 16),
        let to = UInt64(parts[1].dropFirst(2), radix: 16)
      else { continue }
      let (start, last) = (from | 0xffff_ffff_0000_0000, (to &- 1) | 0xffff_ffff_0000_0000)
      guard range.overlaps(start...last) else { continue }
      let isPresent = line.contains(" RW                 GLB ")
      let row = Row(
        start: max(start, range.lowerBound), end: min(last, range.upperBound), isPresent: isPresent)
      if rows.last?.isPresent == isPresent, rows.last?.end == row.start - 1 {
        rows[rows.count - 1].end = row.end
      } else {
        rows.append(row)
      }
    }
    return rows
  }

  private func compareTables(
    _ machine: borrowing Machine, _ recording: KmapRecording, _ tag: String
  ) throws {
    var output = ViewOutput(descriptor: nil, format: .text)
    Views.pageTables(machine, range: nil, format: .ptdump, to: &output)
    let ours = output.writer.takeString().split(separator: "\n").map(String.init)
    let theirs = try Fixture.lines("kmap-i386/\(recording.name)/page_tables.\(tag)")
    #expect(ours.contains("---[ Persistent kmap() Area ]---"))
    let found = machine.highmem.kmapWindow
    let window = try #require(found)
    let slots = machine.highmem.localSlots * machine.cpuCount
    for range in [
      window.base...window.end - 1, window.localAddress(slots - 1)...window.localTop | 4095,
    ] {
      let wanted = Self.rows(theirs, in: range)
      #expect(!wanted.isEmpty)
      #expect(
        Self.rows(ours.filter { $0.hasPrefix("0xffffffff") }.map { $0 }, in: range) == wanted,
        "\(recording.name) \(tag)")
    }
  }
}
