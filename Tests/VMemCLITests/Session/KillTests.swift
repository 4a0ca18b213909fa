import Glibc
import TestSupport
import Testing

/// Processes killed at random instants: what they answered is there, and nothing is there by half.
struct KillTests {
  /// Processes killed: `VMEMCTL_KILLS`, or 60, or 300 with `VMEMCTL_LONG=1`.
  private static let kills =
    getenv("VMEMCTL_KILLS").flatMap { Int(String(cString: $0)) }
    ?? (getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false ? 300 : 60)
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }

  init() throws { folder = try TemporaryFolder() }

  private func vmemctl(_ words: String...) throws -> Command {
    try Command.run([TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
  }

  /// Starts a program and kills it after a while. Returns what it printed.
  private func killed(
    _ words: [String], after microseconds: UInt32, input: String = ""
  ) throws -> String {
    let (source, sink) = (try TemporaryFile(Array(input.utf8)), try TemporaryFile())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, source.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, sink.descriptor, 1)
    let process = try Command.spawn(
      [TestFiles.vmemctl] + words, &actions, ["VMEMCTL_IMAGE": image])
    usleep(microseconds)
    kill(process, SIGKILL)
    _ = try Command.wait(for: process)
    return String(decoding: try sink.contents(), as: UTF8.self)
  }

  /// How long a command takes that nobody kills, in microseconds.
  private func duration(_ words: String...) throws -> UInt32 {
    var (start, end) = (timespec(), timespec())
    clock_gettime(CLOCK_MONOTONIC, &start)
    _ = try Command.run([TestFiles.vmemctl] + words, environment: ["VMEMCTL_IMAGE": image])
    clock_gettime(CLOCK_MONOTONIC, &end)
    return UInt32((end.tv_sec - start.tv_sec) * 1_000_000 + (end.tv_nsec - start.tv_nsec) / 1000)
  }

  @Test func commands() throws {
    #expect(try vmemctl("boot", "--memory", "16M").status == 0)
    let usual = try duration("get_vm_area", "16K")
    var least = 1
    var most = 1
    for round in 0..<Self.kills * 4 / 5 {
      let delay = UInt32.random(in: 0...usual * 5 / 4)
      let printed = try killed(["get_vm_area", "16K"], after: delay)
      most += 1
      if printed.hasSuffix("\n") { least += 1 }
      let checked = try vmemctl("check")
      let rows = try vmemctl("vmallocinfo").lines.count
      guard checked.status == 0, (least...most).contains(rows) else {
        Issue.record("round \(round), \(delay) us: \(rows) of \(least)...\(most), \(checked)")
        return
      }
      (least, most) = (rows, rows)
    }
    #expect(least > 1, "every command was killed too early")
  }

  @Test func shells() throws {
    #expect(try vmemctl("boot", "--memory", "64M").status == 0)
    var least = 0
    for round in 0..<max(6, Self.kills / 10) {
      let shell = try PseudoTerminal(
        [TestFiles.vmemctl, "shell"], columns: 80,
        environment: ["VMEMCTL_IMAGE": image, "XDG_STATE_HOME": folder.path + "/state"])
      guard shell.shows("m.img> ") else {
        Issue.record("round \(round): no prompt")
        return
      }
      shell.type(String(repeating: "get_vm_area 16K\r", count: 30))
      // A slow machine gets more time, until it has answered once.
      let delay = UInt32.random(in: 0...40_000 << (least == 0 ? UInt32(min(round, 5)) : 0))
      usleep(delay)
      // A line that was cut is no answer, and what was typed has no such digits.
      let shown = try shell.killed()
      // A terminal ends lines with two characters, which Swift takes for one.
      least += shown.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        .count { Substring($0).contains("0xffffc9") }
      let checked = try vmemctl("check")
      let rows = try vmemctl("vmallocinfo").lines.count
      guard checked.status == 0, (least...least + 1).contains(rows) else {
        Issue.record("round \(round), \(delay) us: \(rows) of \(least), \(checked)")
        return
      }
      least = rows
    }
    #expect(least > 0, "every shell was killed too early")
    unlink(folder.path + "/state/vmemctl/history")
    rmdir(folder.path + "/state/vmemctl")
    rmdir(folder.path + "/state")
  }

  @Test func scripts() throws {
    #expect(try vmemctl("boot", "--memory", "1G").status == 0)
    let script = String(repeating: "get_vm_area 16K\nsync\n", count: 400)
    let usual = try duration("run", "--image", image, "/dev/null") * 8
    var least = 0
    for round in 0..<Self.kills / 5 {
      let delay = UInt32.random(in: 0...usual)
      let printed = try killed(
        ["run", "--image", image, "-"], after: delay, input: script)
      // A line that was cut is no answer.
      let acknowledged = printed.split(separator: "\n", omittingEmptySubsequences: false)
        .dropLast().count { $0.hasPrefix("0x") }
      least += acknowledged
      let checked = try vmemctl("check")
      let rows = try vmemctl("vmallocinfo").lines.count
      guard checked.status == 0, (least...least + 1).contains(rows) else {
        Issue.record("round \(round), \(delay) us: \(rows) of \(least), \(checked)")
        return
      }
      least = rows
    }
  }
}
