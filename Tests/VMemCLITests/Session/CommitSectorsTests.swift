import Glibc
import TestSupport
import Testing

@testable import VMemCLI
@testable import VMemScript

/// A commit holds the sectors that it has changed, and the whole frames that the log did not have.
struct CommitSectorsTests {
  /// The records of a log, in order.
  private static func records(_ log: [UInt8]) -> [SpelledCommit] {
    log.withUnsafeBytes { log in
      var (records, at): ([SpelledCommit], Int) = ([], 0)
      while at < log.count, case .record(let record) = CommitRecord.read(log, at: at) {
        records.append(SpelledCommit(record))
        at += record.counts.size
      }
      #expect(at == log.count)
      return records
    }
  }

  @Test func aCommandWritesLittle() throws {
    let machine = try KeptMachine()
    for _ in 0..<10 { _ = try machine.run("get_vm_area 4K") }
    let records = Self.records(try machine.log)
    #expect(records.count == 10)
    #expect(records[0].masks.allSatisfy { $0 == CommitRecord.whole })
    for record in records[5...] {
      #expect(record.size <= 4096, "\(record.frames) \(record.masks)")
      #expect(!record.masks.contains(0))
    }
  }

  @Test func whatIsWrittenAgainAsItWasIsNotOfTheCommit() throws {
    let machine = try KeptMachine()
    _ = try machine.run("P = alloc_pages 1")
    for text in ["hello", "other", "other"] { _ = try machine.run("write P text:\(text)") }
    let frames = Self.records(try machine.log).suffix(2).map { Set($0.frames) }
    // The page is what it was; the clock is not.
    #expect(frames[0].subtracting(frames[1]).count == 1 && !frames[1].isEmpty, "\(frames)")
  }

  @Test func aNewFrameMustBeWhole() throws {
    let machine = try KeptMachine()
    let trailer = try ImageTrailer(Array(try machine.image.suffix(4096)))
    let sector = [UInt8](repeating: 0, count: CommitRecord.sector)
    var record = SpelledCommit()
    record.generation = trailer.generation
    record.sequence = 1
    record.commands = Array("get_vm_area 4K\n".utf8)
    record.frames = [300]
    for (mask, isRefused) in [(CommitRecord.whole, false), (0x7f, true), (1, true)] {
      record.masks = [mask]
      record.sums = (0..<mask.nonzeroBitCount).map { _ in ImageTrailer.checksum(sector[...]) }
      let sectors = (0..<mask.nonzeroBitCount).flatMap { _ in sector }
      let state = try machine.state(withLog: record.header + sectors)
      #expect((state == .refused(4)) == isRefused, "\(mask): \(state)")
    }
  }

  /// No record makes a reader keep more frames than the machine has.
  @Test func aRecordHasNoMoreFramesThanTheMachine() {
    let sectors = [UInt8](repeating: 0, count: 5 * CommitRecord.block)
    var record = SpelledCommit()
    record.frames = Array(0..<5)
    record.masks = Array(repeating: CommitRecord.whole, count: 5)
    record.sums = Array(repeating: ImageTrailer.checksum(sectors[..<512]), count: 40)
    let log = record.header + sectors
    for (most, isRead) in [(5, true), (4, false), (0, false)] {
      log.withUnsafeBytes { log in
        switch CommitRecord.read(log, at: 0, most: most) {
        case .record(let found): #expect(isRead && SpelledCommit(found) == record)
        case .damaged: #expect(!isRead, "\(most)")
        case .torn: Issue.record("torn: \(most)")
        }
      }
    }
  }

  /// Blocks of 4 KiB that are overwritten wholly, so that several records in a row are gone.
  @Test func damageThatLaterCommitsFollowIsRefused() throws {
    let machine = try KeptMachine()
    var ends: [Int] = []
    for _ in 0..<24 {
      _ = try machine.run("get_vm_area 4K")
      ends.append(try machine.log.count)
    }
    let (log, now) = (try machine.log, machine.state)
    let last = ends[ends.count - 2]
    for block in stride(from: 0, to: log.count, by: 4096) {
      var broken = log
      let end = min(block + 4096, log.count)
      broken.replaceSubrange(block..<end, with: (block..<end).map { UInt8($0 * 7 & 0xff | 1) })
      let state = try machine.state(withLog: broken)
      if end <= last { #expect(state == .refused(4), "block at \(block)") }
      #expect(state != now, "block at \(block)")
    }
    #expect(try machine.state(withLog: log) == now)
  }

  /// A header that is right is enough to tell that something follows: nothing is summed for each.
  @Test func headersThatPromiseTooMuchAreFollowed() throws {
    let machine = try KeptMachine()
    _ = try machine.run("get_vm_area 4K")
    let trailer = try ImageTrailer(Array(try machine.image.suffix(4096)))
    var record = SpelledCommit()
    record.sequence = 3
    record.commands = [UInt8](repeating: 10, count: 4000)
    let garbage = [UInt8](repeating: 0x5a, count: 512)
    for (generation, isRefused) in [(trailer.generation, true), (trailer.generation ^ 1, false)] {
      record.generation = generation
      let log = try machine.log + garbage + record.header.prefix(512)
      #expect((try machine.state(withLog: log) == .refused(4)) == isRefused)
      try machine.folder.write(Array(log.dropLast(1024)), to: "m.img-wal")
    }
  }

  @Test func logsOfAnEarlierFormatStayAsTheyAre() throws {
    let machine = try KeptMachine()
    let old = Array("VMEMLOG\n".utf8) + [UInt8](repeating: 1, count: 8184)
    #expect(try machine.state(withLog: old) == .refused(65))
    #expect(try machine.log == old)
  }

  /// A process was killed before it could bring a long log home.
  @Test(arguments: [1, 3])
  func aLongLogCanBeTakenBack(_ lines: Int) throws {
    let machine = try KeptMachine()
    _ = try machine.run("v = vmalloc 600K", isLong: true)
    var states = [machine.state]
    for line in 0..<lines {
      _ = try machine.run("fill v 600K \(line + 1)", isKilled: true)
      states.append(machine.state)
    }
    #expect(try machine.log.count > 512 << 10)
    #expect(try machine.run("undo") == "fill v 600K \(lines)\n")
    #expect(machine.state == states[lines - 1])
    // Whatever comes next finds a log and a history that belong together.
    #expect(try machine.run("get_vm_area 4K").hasPrefix("0xffff"))
    #expect(
      try machine.run("log").split(separator: "\n").count { $0.hasPrefix("fill") } == lines - 1)
  }

  /// What a process takes back is told of the machine that it still has in memory.
  @Test(arguments: [5, 6, 7])
  func undoTwice(_ lines: Int) throws {
    let machine = try KeptMachine()
    var states: [KeptMachine.State] = []
    for line in 0..<lines {
      _ = try machine.run(line == 0 ? "A = vmalloc 64K" : "write A+\(line * 4096) text:\(line)")
      states.append(machine.state)
    }
    let log = try machine.log
    let told = try machine.run("log")
    #expect(
      try machine.run("repeat 2 { undo }")
        == [1, 2].map { "write A+\((lines - $0) * 4096) text:\(lines - $0)\n" }.joined())
    #expect(machine.state == states[lines - 3])
    #expect(try machine.run("check") == "0\n")
    #expect(try machine.state(withLog: log) == states[lines - 1])
    let last = "write A+\((lines - 1) * 4096) text:\(lines - 1)\n"
    #expect(try machine.run("repeat 1 { undo } log") == last + told)
    #expect(machine.state == states[lines - 2])
    _ = try machine.run("repeat 1 { undo } snapshot \(machine.folder.path)/copy.img")
    #expect(machine.state == states[lines - 3])
    let copy = try KeptMachine(image: machine.folder.bytes("copy.img"), log: [])
    #expect(copy.state == states[lines - 2])
    // What the files hold is read again.
    let path = machine.folder.path
    let answer = try machine.run("repeat 1 { undo } diff \(path)/copy.img \(machine.path)")
    #expect(answer != "\(ExitCode.corrupt)")
    #expect(machine.state == states[lines - 4])
  }

  /// What a line has done before is kept before it is taken back; what it does behind that is not kept.
  @Test func undoTakesTheLinesOwnCommandsBack() throws {
    let machine = try KeptMachine()
    _ = try machine.run("A = vmalloc 64K")
    let before = machine.state
    let answer = try machine.run("repeat 1 { get_vm_area 4K } undo")
    #expect(answer.hasPrefix("0xffff") && answer.contains("\nrepeat 1 {"), "\(answer)")
    #expect(machine.state == before)
    _ = try machine.run("get_vm_area 8K")
    #expect(try machine.run("repeat 1 { undo } get_vm_area 4K") == "\(ExitCode.inputOutput)")
    #expect(machine.state == before)
  }

  /// A valid log of the same machine, but not the one that was read.
  @Test func anotherLogInTheMiddleIsNotTold() throws {
    let machine = try KeptMachine()
    _ = try machine.run("A = vmalloc 64K", isLong: true)
    _ = try machine.run("write A text:other")
    let old = try machine.log
    _ = try machine.run("undo")
    for line in 0..<4 { _ = try machine.run("write A text:now-\(line)") }
    var interpreter = try Self.interpreter(on: machine)
    let log = try machine.log
    try machine.folder.write(old + log.dropFirst(old.count), to: "m.img-wal")
    for line in ["log", "undo"] {
      #expect(interpreter.run(ScriptSource(line: line)) == .corrupt, "\(line)")
    }
  }

  /// What a process has that runs line after line on a machine.
  private static func interpreter(on machine: KeptMachine) throws -> Interpreter {
    let session = Session(LineOptions(), path: machine.path)
    var interpreter = Interpreter(
      machine: try session.open(isWriter: true, boots: false), options: Options(), output: nil,
      messages: nil)
    interpreter.committer = session
    interpreter.images = session
    return interpreter
  }

  /// Another process writes over the log while one uses it.
  @Test(arguments: [0, 0x5a] as [UInt8])
  func aLogThatIsOverwrittenIsNotToldInPart(_ byte: UInt8) throws {
    let machine = try KeptMachine()
    for _ in 0..<6 { _ = try machine.run("get_vm_area 4K") }
    var interpreter = try Self.interpreter(on: machine)
    var log = try machine.log
    let block = log.count - 4096
    log.replaceSubrange(block..<block + 4096, with: repeatElement(byte, count: 4096))
    try machine.folder.write(log, to: "m.img-wal")
    for line in ["log", "undo"] {
      #expect(interpreter.run(ScriptSource(line: line)) == .corrupt, "\(line)")
    }
  }

  /// A process that goes on compares the frames it has changed at each commit: not without end.
  @Test func aProcessThatComparesMuchBringsTheLogHome() throws {
    let machine = try KeptMachine()
    _ = try machine.run("v = vmalloc 1M", isLong: true)
    // 256 pages and a few frames more: after less than 391 commits.
    let sizes = try Self.sizes(of: machine, commits: 420)
    #expect(sizes.prefix(300).min()! >= 1 << 20 && sizes.dropFirst(300).contains(0))
    #expect(try machine.run("check") == "0\n")
  }

  /// Bytes of the log after each commit of one process, which has filled `v`.
  private static func sizes(of machine: KeptMachine, commits: Int) throws -> [Int] {
    let session = Session(LineOptions(), path: machine.path)
    var interpreter = Interpreter(
      machine: try session.open(isWriter: true, boots: false), options: Options(), output: nil,
      messages: nil)
    interpreter.committer = session
    #expect(interpreter.run(ScriptSource(line: "fill v 1M 7")) == .success)
    return try (0..<commits).map { _ in
      #expect(session.commit(Array("fill v 1M 7\n".utf8)))
      return try machine.log.count
    }
  }

  /// `undo` behind many commits that only let time pass reads the log once.
  @Test func readingDoesNotKeepFromUndoing() throws {
    let machine = try KeptMachine()
    _ = try machine.run("v = vmalloc 64K")
    let before = machine.state
    _ = try machine.run("fill v 64K 1")
    for _ in 0..<100 { _ = try machine.run("read v 8") }
    #expect(try machine.run("undo") == "fill v 64K 1\n")
    #expect(machine.state == before)
  }

  /// Commands whose commits stay in the log, against ones each of which brings its frames home whole.
  @Test func commitsInALogLeaveWhatCheckpointsLeave() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let (kept, model) = (try KeptMachine(), try KeptMachine())
    func run(_ line: String) throws -> KeptMachine.State {
      #expect(try kept.run(line) == model.run(line, isLong: true), "seed \(seed): \(line)")
      return model.state
    }
    var (now, undone) = (try run("P = alloc_pages 6"), 0)
    for step in 0..<120 {
      let line = [
        "write P[\(random(6))]+\(random(4000)) \(String(random(256) | 256, radix: 16).suffix(2))",
        "v\(step) = vmalloc \(1 + random(20))K", "vfree v\(random(step + 1))", "vm_unmap_aliases",
        "get_vm_area \(4 * (1 + random(4)))K", "m\(step) = vmap P[0..\(1 + random(5))]",
      ][random(6)]
      let before = now
      now = try run(line)
      #expect(kept.state == now, "seed \(seed), step \(step): \(line)")
      // There and back. `undo` passes over what changed nothing but the clock.
      guard random(8) == 0, !["vm_unmap", "vfree", "write"].contains(where: line.hasPrefix) else {
        continue
      }
      let (image, log) = (try kept.image, try kept.log)
      // A checkpoint has just been made.
      if log.isEmpty { continue }
      let taken = try kept.run("undo")
      #expect(taken == line + "\n", "seed \(seed), step \(step)")
      #expect(kept.state == before, "seed \(seed), step \(step): undo of \(line)")
      undone += 1
      try kept.folder.write(image, to: "m.img")
      #expect(try kept.state(withLog: log) == now, "seed \(seed), step \(step): back")
    }
    #expect(undone > 0, "seed \(seed)")
  }
}
