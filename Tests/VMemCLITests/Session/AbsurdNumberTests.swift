import Glibc
import TestSupport
import Testing

@testable import VMemCLI

/// Numbers in the last block of an image and in its log that no image can have, with right checksums.
struct AbsurdNumberTests {
  /// Runs a command on an image, with limits on time and memory.
  private func run(_ command: String, _ path: String) throws -> Command {
    try Command.run(
      [
        "sh", "-c", "ulimit -t 5; cd ${VMEMCTL_IMAGE%/*}; exec \"$1\" \(command)", "sh",
        TestFiles.vmemctl,
      ], environment: ["VMEMCTL_IMAGE": path])
  }

  private static let commands = [
    "info", "check", "log", "undo", "snapshot copy.img", "tlb", "kcore dump", "get_vm_area 4K",
    "diff m.img m.img", "run --image m.img /dev/null",
  ]

  /// Whether all commands end, with a word and an exit code of the table.
  private func expectOrder(_ machine: KeptMachine, _ what: String) throws {
    let (image, log) = (try machine.image, try machine.log)
    for command in Self.commands {
      let ran = try run(command, machine.path)
      #expect([0, 1, 4, 65, 66, 73].contains(ran.status), "\(what): \(command): \(ran.status)")
      #expect(ran.status == 0 || !ran.errors.isEmpty, "\(what): \(command)")
      for file in ["copy.img", "dump"] { unlink(machine.folder.path + "/" + file) }
      try machine.folder.write(image, to: "m.img")
      try machine.folder.write(log, to: "m.img-wal")
    }
  }

  private static let numbers: [UInt64] =
    Scale.isLong
    ? [1, 4095, 1 << 20, 1 << 36, 1 << 40, 1 << 62, 1 << 63, .max] : [4095, 1 << 40, .max]

  @Test(arguments: numbers)
  func trailers(_ number: UInt64) throws {
    let fields: [(String, (inout ImageTrailer) -> Void)] = [
      ("memory", { $0.memory = number }), ("sequence", { $0.sequence = number }),
      ("history", { $0.history = number }), ("goal", { $0.goal = number }),
      ("generation", { $0.generation = UInt32(truncatingIfNeeded: number) }),
    ]
    for (name, change) in fields {
      let machine = try KeptMachine()
      _ = try machine.run("s = get_vm_area 64K", isLong: true)
      _ = try machine.run("v = get_vm_area 64K")
      let image = try machine.image
      var trailer = try ImageTrailer(Array(image.suffix(4096)))
      change(&trailer)
      try machine.folder.write(Array(image.dropLast(4096)) + trailer.bytes, to: "m.img")
      try expectOrder(machine, "\(name) \(number)")
    }
  }

  @Test(arguments: [1, 511, 512, 1 << 24, UInt32.max])
  func records(_ number: UInt32) throws {
    let machine = try KeptMachine()
    let image = try machine.image
    let trailer = try ImageTrailer(Array(image.suffix(4096)))
    var record = SpelledCommit()
    record.generation = trailer.generation
    record.commands = Array("get_vm_area 4K\n".utf8)
    for sequence in [1, UInt64(number), UInt64.max] {
      record.sequence = sequence
      record.frames = [number]
      let frame = [UInt8](repeating: 0x5a, count: CommitRecord.block)
      record.masks = [CommitRecord.whole]
      record.sums = (0..<8).map { _ in ImageTrailer.checksum(frame[..<512]) }
      try machine.folder.write(record.header + frame, to: "m.img-wal")
      try expectOrder(machine, "frame \(number), commit \(sequence)")
    }
  }

  /// A log of a size that nobody can read does not keep anybody.
  @Test func holes() throws {
    let machine = try KeptMachine()
    _ = try machine.run("v = get_vm_area 64K")
    let path = machine.path + "-wal"
    let log = try machine.log
    for start in [0, 8, 40, log.count] {
      try machine.folder.write(Array(log[..<start]), to: "m.img-wal")
      #expect(truncate(path, 1 << 40) == 0)
      for command in ["info", "log", "check"] {
        let ran = try run(command, machine.path)
        #expect(ran.status == 0, "\(start): \(command): \(ran.status) \(ran.errorText)")
      }
    }
    // Nor does a history of holes.
    let image = try machine.image
    var trailer = try ImageTrailer(Array(image.suffix(4096)))
    trailer.history = 1 << 40
    try machine.folder.write(Array(image.dropLast(4096)) + trailer.bytes, to: "m.img")
    try machine.folder.write([], to: "m.img-wal")
    try machine.folder.write([], to: "m.img-history")
    #expect(truncate(machine.path + "-history", 1 << 40) == 0)
    for command in ["log", "snapshot copy.img"] {
      #expect(try run(command, machine.path).status == 4)
    }
  }

  /// Commits of more than what is mapped at first.
  @Test func largeCommits() throws {
    let folder = try TemporaryFolder()
    let image = folder.path + "/m.img"
    let script =
      "boot --memory 64M\nv = vmalloc 16M\nfill v 16M 7\nsync\nfill v 8M 8\nsync\n"
      + "repeat 1000000000 {\n@expect NULL find_vm_area 0\n}\n"
    let (input, output) = (try TemporaryFile(Array(script.utf8)), try TemporaryFile())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
    let process = try Command.spawn(
      [TestFiles.vmemctl, "run", "--image", image, "-"], &actions, [:])
    for _ in 0..<1500 where try output.contents().count(where: { $0 == 10 }) < 3 { usleep(20_000) }
    // Without the checkpoint at the end.
    kill(process, SIGKILL)
    #expect(try Command.wait(for: process) == 137)
    #expect(try folder.bytes("m.img-wal").count > 24 << 20)
    let read = try Command.vmemctl("--image", image, "read", "v", "1")
    #expect(read.outputText.hasPrefix("08"))
    #expect(try Command.vmemctl("--image", image, "check").status == 0)
  }
}
