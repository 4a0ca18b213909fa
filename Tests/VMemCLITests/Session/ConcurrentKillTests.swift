import Glibc
import TestSupport
import Testing

/// Four writers at once on one image - commands, scripts and shells, some of them durable, some stopped
/// for a while - that are killed at random instants: what they answered is there, nothing is there by
/// half, and nobody waits for a writer that is gone.
struct ConcurrentKillTests {
  /// Rounds of four writers: `VMEMCTL_KILLS` / 4, or 12, or 250 with `VMEMCTL_LONG=1`.
  private static let rounds =
    getenv("VMEMCTL_KILLS").flatMap { Int(String(cString: $0)) }.map { $0 / 4 }
    ?? (Scale.isLong ? 250 : 12)
  private let folder: TemporaryFolder
  private var image: String { folder.path + "/m.img" }
  private var environment: [String: String] {
    ["VMEMCTL_IMAGE": image, "XDG_STATE_HOME": folder.path + "/state"]
  }

  init() throws { folder = try TemporaryFolder() }

  /// A writer that has been started.
  private enum Writer {
    case process(pid_t, output: TemporaryFile)
    case shell(PseudoTerminal)

    var number: pid_t {
      switch self {
      case .process(let number, _): number
      case .shell(let terminal): terminal.process
      }
    }

    /// Kills it, and returns how many of its lines were answered.
    func kill() throws -> Int {
      switch self {
      case .process(let number, let output):
        Glibc.kill(number, SIGKILL)
        _ = try Command.wait(for: number)
        // A line that was cut is no answer.
        return String(decoding: try output.contents(), as: UTF8.self)
          .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
          .count { $0.hasPrefix("0x") }
      case .shell(let terminal):
        // What was typed has no such digits.
        return try terminal.killed().utf8
          .split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
          .count { Substring($0).contains("0xffffc9") }
      }
    }
  }

  private func start(_ kind: Int, durable: Bool) throws -> Writer {
    let options = durable ? ["--durable"] : []
    if kind == 2 {
      let terminal = try PseudoTerminal(
        [TestFiles.vmemctl, "shell"] + options, columns: 80, environment: environment)
      terminal.type(String(repeating: "get_vm_area 16K\r", count: 30))
      return .shell(terminal)
    }
    let script = String(repeating: "get_vm_area 16K\nsync\n", count: 100)
    let (source, sink) = (try TemporaryFile(Array(script.utf8)), try TemporaryFile())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, source.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, sink.descriptor, 1)
    let words = kind == 0 ? ["get_vm_area", "16K"] : ["run", "--image", image, "-"]
    return .process(
      try Command.spawn([TestFiles.vmemctl] + options + words, &actions, environment),
      output: sink)
  }

  /// How long a command takes here, in microseconds.
  private func duration() throws -> UInt32 {
    var (start, end) = (timespec(), timespec())
    clock_gettime(CLOCK_MONOTONIC, &start)
    _ = try Command.run([TestFiles.vmemctl, "info"], environment: environment)
    clock_gettime(CLOCK_MONOTONIC, &end)
    return UInt32((end.tv_sec - start.tv_sec) * 1_000_000 + (end.tv_nsec - start.tv_nsec) / 1000)
  }

  @Test func writersOfAllKinds() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let made = try Command.run(
      [TestFiles.vmemctl, "boot", "--memory", "256M"], environment: environment)
    #expect(made.status == 0)
    let usual = try duration()
    var (least, answered) = (0, 0)
    for round in 0..<Self.rounds {
      var writers: [Writer] = []
      for number in 0..<4 {
        // One of each kind, and another.
        let kind = number < 3 ? number : Int.random(in: 0..<3, using: &random)
        writers.append(try start(kind, durable: Int.random(in: 0..<10, using: &random) < 3))
      }
      for writer in writers.shuffled(using: &random) {
        let stops = Int.random(in: 0..<3, using: &random) == 0
        if stops { Glibc.kill(writer.number, SIGSTOP) }
        usleep(UInt32.random(in: 0...usual * 4, using: &random))
        if stops, Bool.random(using: &random) { Glibc.kill(writer.number, SIGCONT) }
      }
      var now = 0
      for writer in writers.shuffled(using: &random) {
        usleep(UInt32.random(in: 0...usual * 2, using: &random))
        now += try writer.kill()
      }
      answered += now
      least += now
      let checked = try Command.run([TestFiles.vmemctl, "check"], environment: environment)
      let rows = try Command.run([TestFiles.vmemctl, "vmallocinfo"], environment: environment)
        .lines.count
      // Each may have been killed between its last commit and the answer.
      guard checked.status == 0, (least...least + 4).contains(rows) else {
        Issue.record("seed \(seed), round \(round): \(rows) of \(least), \(checked)")
        return
      }
      least = rows
    }
    #expect(answered > 0, "seed \(seed): every writer was killed too early")
    unlink(folder.path + "/state/vmemctl/history")
    rmdir(folder.path + "/state/vmemctl")
    rmdir(folder.path + "/state")
  }
}
