internal import Glibc

/// A line of the shell in a process of its own: an interrupt ends it wherever it is, and nothing that
/// happens in it ends the shell. The image is as its last commit left it.
enum ChildLine {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// Runs `body` in a copy of this process and returns how that ended. Interrupts go to the copy.
  static func run(_ colour: Colour, _ body: () throws(ProcessFailure) -> Int32) -> End {
    Signals.holdChildren()
    // What came while the line was typed is not for it.
    Signals.dropInterrupts()
    let process = fork()
    if process == 0 {
      Signals.releaseAll()
      _exit(status(colour, body))
    }
    // A host that has no room for another process still runs the line.
    guard process > 0 else { return .exited(status(colour, body)) }
    while true {
      var result: Int32 = 0
      if unsafe waitpid(process, &result, WNOHANG) == process {
        let signal = result & 0x7f
        return signal == 0 ? .exited(result >> 8 & 0xff) : .signalled(signal)
      }
      if Signals.waitForInterruptOrChild() { kill(process, SIGINT) }
    }
  }

  private static func status(
    _ colour: Colour, _ body: () throws(ProcessFailure) -> Int32
  ) -> Int32 {
    do throws(ProcessFailure) {
      return try body()
    } catch {
      Streams.complain(error.message, colour)
      return error.exitCode
    }
  }
}
