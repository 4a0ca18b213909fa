import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// A commit holds the sectors that it has changed, and the whole frames that the log did not have.
struct CommitSectorsTests {
  /// The records of a log, in order.
  private static func records(_ log: [UInt8]) -> [CommitRecord] {
    log.withUnsafeBytes { log in
      var (records, at): ([CommitRecord], Int) = ([], 0)
      while at < log.count, case .record(let record, _) = CommitRecord.read(log, at: at) {
        records.append(record)
        at += record.size
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
    var record = CommitRecord()
    record.generation = trailer.generation
    record.sequence = 1
    record.commands = Array("get_vm_area 4K\n".utf8)
    record.frames = [300]
    for (mask, isRefused) in [(CommitRecord.whole, false), (0x7f, true), (1, true)] {
      record.masks = [mask]
      record.sums = (0..<mask.nonzeroBitCount).map { _ in ImageTrailer.checksum(sector[...]) }
      let sectors = (0..<mask.nonzeroBitCount).flatMap { _ in sector }
      let state = try machine.state(withLog: record.header().bytes + sectors)
      #expect((state == .refused(4)) == isRefused, "\(mask): \(state)")
    }
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
