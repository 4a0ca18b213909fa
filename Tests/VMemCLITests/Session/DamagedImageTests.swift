import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// Images and logs with damaged bytes, or cut short: what opening them gives.
struct DamagedImageTests {
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false

  /// What opening gives: the last commit that counts, or the exit code that refuses.
  private enum Opened: Equatable {
    case at(UInt64, CommitLog.Rest)
    case refused(Int32)
  }

  /// A machine after some commits that its log still has.
  private struct Kept {
    let machine: KeptMachine
    var image: [UInt8]
    let log: [UInt8]
    /// Bytes of the log after each commit.
    var ends: [Int] = []

    init() throws {
      machine = try KeptMachine()
      for line in ["s = get_vm_area 64K", "P = alloc_pages 4", "v = vmalloc 20K", "vfree v"] {
        _ = try machine.run(line)
        ends.append(try machine.log.count)
      }
      image = try machine.image
      log = try machine.log
    }

    var opened: Opened {
      do throws(ProcessFailure) {
        guard let file = try ImageFile(ImagePath(machine.path), ImageFile.Access(isWriter: false))
        else {
          return .refused(-1)
        }
        _ = try file.machine()
        return .at(file.log.sequence, file.log.rest)
      } catch {
        return .refused(error.exitCode)
      }
    }

    /// What opening gives with some bits of a file flipped.
    func opened(flipping file: String, _ at: Int, _ bits: UInt8) -> Opened {
      withFlip(file, at, bits) { opened }
    }

    /// Flips some bits of a file for as long as `body` runs.
    func withFlip<R>(_ file: String, _ at: Int, _ bits: UInt8, _ body: () throws -> R) rethrows -> R
    {
      let bytes = file == "m.img" ? image : log
      let descriptor = open("\(machine.folder.path)/\(file)", O_WRONLY | O_CLOEXEC)
      defer { close(descriptor) }
      var byte = bytes[at] ^ bits
      pwrite(descriptor, &byte, 1, at)
      defer {
        byte = bytes[at]
        pwrite(descriptor, &byte, 1, at)
      }
      return try body()
    }

    func opened(withLog log: ArraySlice<UInt8>) throws -> Opened {
      try machine.folder.write(Array(log), to: "m.img-wal")
      return opened
    }
  }

  @Test func aDamagedLastBlockIsRefusedWhateverTheLogHolds() throws {
    let kept = try Kept()
    let end = kept.image.count
    let fields = Array(end - 4096..<end - 4032)
    for at in fields + stride(from: end - 4096, to: end, by: Self.isLong ? 1 : 101) {
      for bits in Self.isLong ? [1, 0x80, 0xff] : [0x10] as [UInt8] {
        #expect(kept.opened(flipping: "m.img", at, bits) == .refused(4), "byte \(at)")
      }
    }
    #expect(kept.opened == .at(4, .nothing))
  }

  @Test func aDamagedFirstBlockIsRefusedUnlessTheLogHasIt() throws {
    var kept = try Kept()
    for at in stride(from: 8, to: 4096, by: Self.isLong ? 1 : 101) {
      #expect(kept.opened(flipping: "m.img", at, 0x20) == .at(4, .nothing))
    }
    _ = try kept.machine.run("alloc_pages 1", isLong: true)
    kept.image = try kept.machine.image
    for at in stride(from: 0, to: 4096, by: Self.isLong ? 1 : 101) {
      for bits in Self.isLong ? [1, 0x80, 0xff] : [0x20] as [UInt8] {
        #expect(kept.opened(flipping: "m.img", at, bits) == .refused(4), "byte \(at)")
      }
    }
  }

  /// In two parts, which run at the same time.
  @Test(arguments: [0, 1])
  func aDamagedLogIsRefusedButForItsLastRecord(_ part: Int) throws {
    let kept = try Kept()
    let last = kept.ends[kept.ends.count - 2]
    for at in stride(from: part, to: kept.log.count, by: Self.isLong ? 2 : 3998) {
      let opened = kept.opened(flipping: "m.img-wal", at, 0x41)
      // Zeroes fill up the last block of a header: no checksum covers them.
      if opened == .at(4, .nothing), kept.log[at] == 0 { continue }
      #expect(opened == (at < last ? .refused(4) : .at(3, .damaged)), "byte \(at)")
    }
  }

  @Test func filesThatAreCutShort() throws {
    let kept = try Kept()
    for size in stride(from: 0, through: kept.log.count, by: Self.isLong ? 4096 : 8 * 4096) {
      let whole = kept.ends.lastIndex { $0 <= size }.map { UInt64($0 + 1) } ?? 0
      let rest: CommitLog.Rest = size == 0 || kept.ends.contains(size) ? .nothing : .torn
      #expect(try kept.opened(withLog: kept.log[..<size]) == .at(whole, rest), "\(size) bytes")
    }
    try kept.machine.folder.write(kept.log, to: "m.img-wal")
    let pages = kept.image.count / 4096
    for page in Array(stride(from: 0, to: pages, by: Self.isLong ? 1 : 13)) + [pages - 1] {
      #expect(truncate(kept.machine.path, page * 4096) == 0)
      #expect(kept.opened == .refused(page == 0 ? 65 : 4), "\(page) pages")
      try kept.machine.folder.write(kept.image, to: "m.img")
    }
  }

  /// Frames of the image are newer than its last block says while a checkpoint is under way: only the
  /// log that it began with makes them whole, and it has all lines too.
  @Test func aCheckpointThatWasCutOffNeedsItsLog() throws {
    let kept = try Kept()
    let (before, history) = (kept.machine.state, try kept.machine.run("log"))
    var trailer = try ImageTrailer(Array(kept.image.suffix(4096)))
    trailer.goal = 4
    let open = Array(kept.image.dropLast(4096)) + trailer.bytes
    try kept.machine.folder.write(open, to: "m.img")
    #expect(kept.machine.state == before)
    #expect(try kept.machine.run("log") == history)
    // There is no way back behind what the image may have.
    _ = try kept.machine.run("undo")
    #expect(kept.machine.state == before)
    for size in [0, kept.ends[1], kept.ends[2], kept.ends[3] - 4096] {
      #expect(try kept.opened(withLog: kept.log[..<size]) == .refused(4), "\(size) bytes")
    }
    // The next process ends what the other began.
    try kept.machine.folder.write(kept.log, to: "m.img-wal")
    _ = try kept.machine.run("", isLong: true)
    #expect(try kept.machine.log.isEmpty)
    #expect(kept.machine.state == before)
    #expect(try kept.machine.run("log") == history)
  }

  @Test func whatIsRefusedIsClosed() throws {
    let kept = try Kept()
    func openFiles() -> Int {
      (0..<512).count { number in
        var name = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/fd/\(number)", &name, name.count)
        let text = name.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        return String(decoding: text, as: UTF8.self).hasPrefix(kept.machine.path)
      }
    }
    for (file, at) in [("m.img", kept.image.count - 4000), ("m.img-wal", 20)] {
      #expect(kept.opened(flipping: file, at, 1) == .refused(4))
    }
    #expect(openFiles() == 0)
  }

  /// No byte of the image can change without `check` naming its frame.
  @Test func checkNamesEveryChangedFrame() throws {
    var kept = try Kept()
    _ = try kept.machine.run("write P text:hello", isLong: true)
    kept.image = try kept.machine.image
    #expect(try kept.machine.run("check") == "0\n")
    for _ in 0..<(Self.isLong ? 20_000 : 100) {
      let at = Int.random(in: 4096..<KeptMachine.memory)
      try kept.withFlip("m.img", at, UInt8.random(in: 1...255)) {
        let file = try ImageFile(
          ImagePath(kept.machine.path), ImageFile.Access(isWriter: false))
        var named: [UInt32] = []
        file?.forEachDamagedFrame { frame, _, _ in named.append(frame) }
        #expect(named == [UInt32(at / 4096)], "byte \(at)")
      }
    }
    let damaged = kept.image[4096] ^ 1
    kept.image[4096] = damaged
    try kept.machine.folder.write(kept.image, to: "m.img")
    let ran = try Command.vmemctl("--image=\(kept.machine.path)", "check")
    #expect(ran.status == 4)
    #expect(ran.outputText.contains("image: frame is not as it was written: 0x"))
  }
}
