internal import Glibc

/// A program that a benchmark runs beside its own work.
enum ChildProcess {
  /// Runs a program of PATH to its end. What a quiet one prints is lost, or is all of a new file.
  static func run(
    _ words: [String], isQuiet: Bool = false, output: String? = nil
  ) throws(BenchmarkFailure) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    if isQuiet {
      for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
        unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
      }
    }
    if let output {
      let flags = O_WRONLY | O_CREAT | O_TRUNC
      unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
    }
    // Safe: the copies live until the child has its own.
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let failure = unsafe posix_spawnp(&process, words[0], &actions, nil, arguments, environ)
    guard failure == 0 else { throw .host(words[0], errno: failure) }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else { throw .program(words[0]) }
  }
}
