internal import Glibc
internal import VMem

extension Verb {
  /// Writes RAM to a file; frames that are zero stay holes.
  static func writeMemory(_ interpreter: inout Interpreter) throws(LineFailure) -> Result {
    let token = interpreter.call.tokens[interpreter.call.arguments.token(.file)]
    let path = token.text.string
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, token, .cannotCreate) }
    defer { _ = close(descriptor) }
    let size = interpreter.machine.configuration.memory
    guard ftruncate(descriptor, Int(size)) == 0 else {
      throw failure(path, token, .inputOutput)
    }
    var error: Int32 = 0
    unsafe interpreter.machine.forEachUsedFrame { frame, bytes in
      var at = 0
      while at < bytes.count, error == 0 {
        // Safe: a frame has 4096 bytes.
        let count = unsafe pwrite(
          descriptor, bytes.baseAddress! + at, bytes.count - at, Int(frame) << 12 + at)
        if count > 0 { at += count } else if errno != EINTR { error = errno }
      }
    }
    guard error == 0 else {
      errno = error
      throw failure(path, token, .inputOutput)
    }
    return .ok
  }

  private static func failure(_ path: String, _ token: Token, _ code: ExitCode) -> LineFailure {
    var error = ScriptError("\(path): \(systemMessage(errno))", token)
    error.exit = code
    return .script(error)
  }
}
