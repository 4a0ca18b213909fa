import Glibc
import Testing

/// What opening an image gives after the process that wrote it was killed, or the power was cut.
struct RecoveryTests {
  private static let lines = [
    "s = get_vm_area 64K --flags sparse", "P = alloc_pages 4",
    "vm_area_map_pages s s..s+16K P[0..4]", "write s+1 text:hello", "v = vmalloc 20K", "vfree v",
  ]
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false

  /// The image, the log after each line, and the state after each line.
  private struct Recording {
    var image: [UInt8] = []
    var logs: [[UInt8]] = []
    var states: [KeptMachine.State] = []
    let machine: KeptMachine

    init() throws {
      machine = try KeptMachine()
      image = try machine.image
      logs = [try machine.log]
      states = [machine.state]
      for line in RecoveryTests.lines {
        _ = try machine.run(line)
        logs.append(try machine.log)
        states.append(machine.state)
      }
    }

    /// Commits that a log of `count` bytes has whole.
    func commits(in count: Int) -> Int { logs.lastIndex { $0.count <= count } ?? 0 }
  }

  private func state(_ image: [UInt8], _ log: [UInt8]) throws -> KeptMachine.State {
    try KeptMachine(image: image, log: log).state
  }

  @Test func everyCommitIsAStateOfItsOwn() throws {
    let recording = try Recording()
    #expect(Set(recording.states).count == Self.lines.count + 1)
    for state in recording.states {
      guard case .machine(_, isSound: true) = state else {
        Issue.record("\(state)")
        continue
      }
    }
    #expect(zip(recording.logs, recording.logs.dropFirst()).allSatisfy { $0.count < $1.count })
  }

  @Test func aLogThatEndsAnywhereGivesTheCommitsThatAreWhole() throws {
    let recording = try Recording()
    let log = try #require(recording.logs.last)
    var cuts = Array(stride(from: 0, through: log.count, by: Self.isLong ? 512 : 4096))
    for whole in recording.logs { cuts += [whole.count - 1, whole.count, whole.count + 1] }
    let copy = try KeptMachine(image: recording.image, log: [])
    for cut in cuts where (0...log.count).contains(cut) {
      let expected = recording.states[recording.commits(in: cut)]
      #expect(try copy.state(withLog: Array(log[..<cut])) == expected, "cut at \(cut)")
    }
  }

  /// After a power cut any sector of commits that were not synced may be missing.
  @Test func lostSectorsGiveAnEarlierState() throws {
    let recording = try Recording()
    let log = try #require(recording.logs.last)
    var random = SystemRandomNumberGenerator()
    let copy = try KeptMachine(image: recording.image, log: [])
    let zeroes = [UInt8](repeating: 0, count: 512)
    for _ in 0..<(Self.isLong ? 200 : 60) {
      let first = Int.random(in: 0..<recording.logs.count - 1, using: &random)
      let start = recording.logs[first].count
      var broken = log
      var lost: [Int] = []
      for sector in start / 512..<log.count / 512 where Int.random(in: 0..<20) == 0 {
        lost.append(sector)
        broken.replaceSubrange(sector * 512..<sector * 512 + 512, with: zeroes)
      }
      // What comes before the first difference is whole.
      let sector = lost.first { Array(log[$0 * 512..<$0 * 512 + 512]) != zeroes } ?? log.count
      let difference = log[min(sector * 512, log.count)...].firstIndex { $0 != 0 } ?? log.count
      let expected = recording.states[recording.commits(in: difference)]
      #expect(try copy.state(withLog: broken) == expected, "sectors \(lost) of the log")
    }
  }

  @Test func damageBeforeTheLastCommitIsRefused() throws {
    let recording = try Recording()
    let log = try #require(recording.logs.last)
    let last = recording.logs[recording.logs.count - 2].count
    let copy = try KeptMachine(image: recording.image, log: [])
    // The fixed part of every header, and bytes all over.
    let heads = recording.logs.dropLast().flatMap { $0.count..<$0.count + 40 }
    for at in heads + stride(from: 0, to: log.count, by: Self.isLong ? 61 : 499) {
      var broken = log
      broken[at] ^= 0x41
      let found = try copy.state(withLog: broken)
      let record = recording.logs.lastIndex { $0.count <= at } ?? 0
      // Bytes that no checksum covers fill up the last block of a header.
      if found == recording.states.last { continue }
      let expected: KeptMachine.State =
        at < last ? .refused(4) : recording.states[record]
      #expect(found == expected, "byte \(at) of the log, commit \(record + 1)")
    }
  }

  @Test func damageOfTheFirstAndLastBlockIsRefused() throws {
    let recording = try Recording()
    let machine = recording.machine
    _ = try machine.run("alloc_pages 1", isLong: true)
    let image = try machine.image
    #expect(try machine.log.isEmpty)
    for at in Array(0..<4096) + Array(image.count - 4096..<image.count)
    where at % (Self.isLong ? 7 : 127) == 0 {
      var broken = image
      broken[at] ^= 0x10
      #expect(try state(broken, []) == .refused(4), "byte \(at) of the image")
    }
    for size in [image.count - 1, image.count - 4096, 8192, 5000] {
      #expect(try state(Array(image[..<size]), []) == .refused(4), "\(size) bytes")
    }
  }

  /// A checkpoint writes pages and the last block in any order; until it is done, the log has all.
  @Test func aCheckpointMayEndAnywhere() throws {
    let recording = try Recording()
    let log = try #require(recording.logs.last)
    let final = try #require(recording.states.last)
    _ = try recording.machine.run("", isLong: true)
    let done = try recording.machine.image
    #expect(recording.machine.state == final)
    #expect(try recording.machine.log.isEmpty)
    let sectors = (0..<done.count / 512).filter {
      done[$0 * 512..<$0 * 512 + 512] != recording.image[$0 * 512..<$0 * 512 + 512]
    }
    #expect(sectors.count > 20)
    for round in 0..<(Self.isLong ? 200 : 40) {
      var image = recording.image
      var written: [Int] = []
      for sector in sectors where round == 0 || Bool.random() {
        written.append(sector)
        image.replaceSubrange(
          sector * 512..<sector * 512 + 512, with: done[sector * 512..<sector * 512 + 512])
      }
      #expect(try state(image, log) == final, "sectors \(written) of the image")
    }
  }

  /// After a checkpoint the log begins anew, and what it held may come back in part.
  @Test func whatALogHeldBeforeNeverCounts() throws {
    let recording = try Recording()
    let old = try #require(recording.logs.last)
    _ = try recording.machine.run("", isLong: true)
    let image = try recording.machine.image
    let before = recording.machine.state
    #expect(try state(image, old) == before)
    _ = try recording.machine.run("alloc_pages 1")
    let after = recording.machine.state
    let new = try recording.machine.log
    let copy = try KeptMachine(image: image, log: [])
    for round in 0..<(Self.isLong ? 200 : 60) {
      var log = old
      if log.count < new.count { log += [UInt8](repeating: 0, count: new.count - log.count) }
      var kept: [Int] = []
      for sector in 0..<new.count / 512 where round == 0 || Int.random(in: 0..<8) > 0 {
        kept.append(sector)
        log.replaceSubrange(
          sector * 512..<sector * 512 + 512, with: new[sector * 512..<sector * 512 + 512])
      }
      let isWhole = Array(log[..<new.count]) == new
      #expect(
        try copy.state(withLog: log) == (isWhole ? after : before), "sectors \(kept) of the log")
    }
  }

  /// The next commit after a torn one takes its place.
  @Test func workGoesOnAfterATornCommit() throws {
    let recording = try Recording()
    let log = try #require(recording.logs.last)
    let cut = log.count - 5000
    let torn = try KeptMachine(image: recording.image, log: Array(log[..<cut]))
    #expect(torn.state == recording.states[recording.commits(in: cut)])
    #expect(try torn.run("vfree v") == "0\n")
    #expect(torn.state == recording.states.last)
  }
}
