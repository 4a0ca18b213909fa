package import Glibc

/// A program run to its end, with what it printed.
package struct Command {
  /// Exit code, or 128 + the signal that ended it.
  package let status: Int32
  package let output: [UInt8]
  package let errors: [UInt8]

  package var outputText: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errors, as: UTF8.self) }
  package var lines: [Substring] { outputText.split(separator: "\n") }

  /// Runs the vmemctl of this build.
  package static func vmemctl(
    _ arguments: String..., input: String = "", environment: [String: String] = [:]
  ) throws(HostFailure) -> Command {
    try run([TestFiles.vmemctl] + arguments, input: Array(input.utf8), environment: environment)
  }

  /// Runs `arguments`; the first is the program, looked up in PATH when it has no slash.
  ///
  /// Output goes through files rather than pipes, so that a program may print any amount before
  /// anyone reads it.
  package static func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws(HostFailure) -> Command {
    let streams = [try TemporaryFile(input), try TemporaryFile(), try TemporaryFile()]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream.descriptor, Int32(target))
    }
    let process = try spawn(arguments, &actions, environment)
    let status = try wait(for: process)
    return Command(
      status: status, output: try streams[1].contents(), errors: try streams[2].contents())
  }

  /// Whether there is a program of that name.
  package static func isInstalled(_ name: String) -> Bool {
    (try? run(["sh", "-c", "command -v \(name)"]).status) == 0
  }

  /// Starts a program; the caller waits for it.
  package static func spawn(
    _ arguments: [String], _ actions: inout posix_spawn_file_actions_t,
    _ environment: [String: String]
  ) throws(HostFailure) -> pid_t {
    var merged = TestFiles.environment
    merged.merge(environment) { $1 }
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    var envp: [UnsafeMutablePointer<CChar>?] = merged.map { strdup("\($0.key)=\($0.value)") }
    argv.append(nil)
    envp.append(nil)
    defer { (argv + envp).forEach { free($0) } }
    // Test runners have signals ignored or blocked, which programs inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let failure = posix_spawnp(&process, arguments[0], &actions, &attributes, argv, envp)
    guard failure == 0 else { throw HostFailure(what: "spawn \(arguments[0])", number: failure) }
    return process
  }

  /// Waits for the end of a program and returns its status as a shell shows it.
  package static func wait(for process: pid_t) throws(HostFailure) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw HostFailure(what: "waitpid", number: errno) }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }
}
