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

  /// From here on interrupts wait to be asked for.
  static func holdInterrupts() {
    var interrupt = self.interrupt
    unsafe sigprocmask(SIG_BLOCK, &interrupt, nil)
  }

  /// Whether an interrupt was waiting.
  static func takeInterrupt() -> Bool {
    var interrupt = self.interrupt
    var none = timespec()
    return unsafe sigtimedwait(&interrupt, nil, &none) == SIGINT
  }

  private static var interrupt: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGINT)
    return set
  }
}
