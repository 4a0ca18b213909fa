internal import Glibc

/// A file that a client has passed over its socket; it is closed when nobody needs it.
final class PassedFile {
  let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}
