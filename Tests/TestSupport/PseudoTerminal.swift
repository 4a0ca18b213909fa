package import Glibc

/// A program on a terminal of its own: what a person would type and see.
package final class PseudoTerminal {
  private let master: Int32
  package let process: pid_t
  /// Everything the program has written, and what of it was not looked for yet.
  package var seen: String { String(decoding: output, as: UTF8.self) }
  private var output: [UInt8] = []
  private var unread = 0
  /// What was looked for in vain last, and from where on it may still come.
  private var missed: (text: [UInt8], from: Int) = ([], 0)
  private var hasEnded = false

  package init(
    _ arguments: [String], columns: Int, environment: [String: String]
  ) throws(HostFailure) {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (number, lock): (UInt32, Int32) = (0, 0)
    // TIOCSPTLCK and TIOCGPTN: what unlockpt and ptsname do.
    guard master >= 0, ioctl(master, 0x4004_5431, &lock) == 0,
      ioctl(master, 0x8004_5430, &number) == 0
    else { throw HostFailure(what: "/dev/ptmx", number: errno) }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    process = try Command.spawn(arguments, &actions, environment)
  }

  deinit {
    // A program that has not been waited for is not left behind.
    if !hasEnded { kill(process, SIGKILL) }
    close(master)
  }

  /// The exit code, or 137 when the program has not ended after a while.
  package func end() throws(HostFailure) -> Int32 {
    hasEnded = true
    for _ in 0..<600 {
      var information = siginfo_t()
      if waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
        information.si_signo != 0
      {
        return try Command.wait(for: process)
      }
      usleep(50_000)
    }
    kill(process, SIGKILL)
    return try Command.wait(for: process)
  }

  /// Kills the program, and returns everything it has shown.
  package func killed() throws(HostFailure) -> String {
    kill(process, SIGKILL)
    hasEnded = true
    _ = try Command.wait(for: process)
    // A text that no program prints: everything that is there is read.
    _ = shows("\0", seconds: 0.05)
    return seen
  }

  package func type(_ keys: String) {
    let bytes = Array(keys.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Reads until the screen has shown `text` behind what was looked for before. Returns whether it
  /// did in time.
  package func shows(_ text: String, seconds: Double = 40) -> Bool {
    let text = Array(text.utf8)
    let end = ContinuousClock.now + .seconds(seconds)
    // What was searched is not searched again: some lines print without end.
    var from = missed.text == text ? max(unread, missed.from) : unread
    while true {
      if let found = output[from...].firstRange(of: text) {
        unread = found.upperBound
        return true
      }
      from = max(from, output.count - text.count)
      missed = (text, from)
      guard ContinuousClock.now < end else { return false }
      var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 50) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return false }
      output += buffer.prefix(count)
    }
  }
}
