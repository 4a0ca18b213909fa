internal import CHost
internal import Glibc

/// How the process answers signals.
enum Signals {
  /// A closed pipe, and a file that may not become larger, are errors of `write(2)`, so that the exit
  /// code can say so; an interrupt ends the process with 130, unless whoever started it has interrupts ignored; a trap with 4.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    chost_watch_traps()
    let previous = signal(SIGINT) { _ in _exit(130) }
    // Safe: function pointers have no equality, and SIG_IGN is the address 1.
    if unsafe unsafeBitCast(previous, to: Int.self) == 1 { signal(SIGINT, SIG_IGN) }
  }

  // MARK: The shell

  /// From here on interrupts wait to be asked for, those too that whoever started the process has
  /// ignored: they are keys of the shell's terminal.
  static func holdInterrupts() {
    mask(SIG_BLOCK, [SIGINT])
    signal(SIGINT) { _ in _exit(130) }
  }

  /// Forgets interrupts that wait.
  static func dropInterrupts() {
    var interrupt = set([SIGINT])
    var none = timespec()
    while unsafe sigtimedwait(&interrupt, nil, &none) == SIGINT {}
  }

  /// From here on the end of a process this one has started waits to be asked for.
  static func holdChildren() { mask(SIG_BLOCK, [SIGCHLD]) }

  /// In a process that the shell has started, interrupts act at once.
  static func releaseAll() { mask(SIG_UNBLOCK, [SIGINT, SIGCHLD]) }

  /// Waits until an interrupt comes, or a process that this one has started ends; true for an
  /// interrupt.
  static func waitForInterruptOrChild() -> Bool {
    var signals = set([SIGINT, SIGCHLD])
    return unsafe sigwaitinfo(&signals, nil) == SIGINT
  }

  private static func mask(_ how: Int32, _ numbers: [Int32]) {
    var signals = set(numbers)
    unsafe sigprocmask(how, &signals, nil)
  }

  private static func set(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }
}
