internal import CHost

/// Host address space in which native code meets a stack of the machine: each page from its first
/// touch on, when the machine says so.
///
/// The pages are those of a file of its own in the host's memory. RAM stays what it is: a run copies a
/// page in when it is first touched, and all that it has touched back at its end.
@safe
package struct HostWindow: ~Copyable {
  private let window: OpaquePointer
  /// Bytes.
  let size: Int

  /// Opens a window of `size` bytes, whole pages. First touches arrive by userfaultfd where the host
  /// allows that, unless `allowsUserfault` is false, and by SIGSEGV and mmap where not. Returns nil when
  /// the host refuses.
  package init?(size: Int, allowsUserfault: Bool = true) {
    precondition(size > 0 && size % 4096 == 0)
    guard let window = unsafe chost_window_open(size, allowsUserfault ? 1 : 0) else { return nil }
    unsafe self.window = window
    self.size = size
  }

  deinit {
    // Safe: nobody else has the window, and nothing runs in it.
    unsafe chost_window_close(window)
  }

  /// Whether first touches arrive by userfaultfd.
  package var usesUserfault: Bool { unsafe chost_window_has_userfault(window) != 0 }
  /// Nanoseconds that the native code of the last run has taken.
  package var duration_ns: UInt64 { unsafe chost_window_elapsed_ns(window) }

  /// Makes every page unseen again.
  package func hide() { unsafe chost_window_hide(window) }

  /// Page `number` from the lowest on, as this side sees it.
  func page(_ number: Int) -> UnsafeMutableRawPointer {
    precondition(number >= 0 && number < size / 4096)
    // Safe: inside the window.
    return unsafe chost_window_pages(window) + number << 12
  }

  /// Runs the recursion and returns the bytes of the frames that it began, and whether the host refused
  /// to show a page.
  func run(
    frames: UInt64, frame: UInt64, context: UnsafeMutableRawPointer,
    serve: @convention(c) (UnsafeMutableRawPointer?, Int64) -> Int32
  ) -> (used: UInt64, isRefused: Bool) {
    var used: UInt64 = 0
    // Safe: the context lives as long as the call, which is when `serve` gets it.
    let status = unsafe chost_window_run(window, frames, frame, serve, context, &used)
    return (used, status != 0)
  }
}
