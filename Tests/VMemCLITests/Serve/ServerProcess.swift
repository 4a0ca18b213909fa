import Glibc
import TestSupport

/// A vmemctl that serves, in a folder of its own.
final class ServerProcess {
  let folder: TemporaryFolder
  private(set) var process: pid_t = 0
  private let output: TemporaryFile
  private let errors: TemporaryFile

  /// - Parameter arguments: words; `%` stands for the folder.
  init(_ folder: TemporaryFolder, _ arguments: [String]) throws {
    self.folder = folder
    output = try TemporaryFile()
    errors = try TemporaryFile()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)
    process = try Command.spawn(
      [TestFiles.vmemctl] + arguments.map { $0.replacing("%", with: folder.path) }, &actions, [:])
  }

  deinit { if process > 0 { _ = try? end(SIGKILL) } }

  var path: String { folder.path + "/gdb" }

  /// Sends a signal, if any, and waits for the end; the status as a shell shows it.
  func end(_ signal: Int32? = nil) throws -> Int32 {
    if let signal { kill(process, signal) }
    defer { process = 0 }
    // One that does not end by itself is ended, and the status tells.
    var status: Int32 = 0
    for _ in 0..<3000 {
      if waitpid(process, &status, WNOHANG) == process {
        let number = status & 0x7f
        return number == 0 ? status >> 8 & 0xff : 128 + number
      }
      usleep(10_000)
    }
    kill(process, SIGKILL)
    return try Command.wait(for: process)
  }

  var outputText: String { get throws { String(decoding: try output.contents(), as: UTF8.self) } }
  var errorText: String { get throws { String(decoding: try errors.contents(), as: UTF8.self) } }
}
