internal import Glibc
internal import VMem
internal import VMemViews

extension Interpreter {
  /// Lets `write` fill the file a line names. On standard output the dump takes the place of the
  /// result line.
  mutating func dump(
    _ write: (borrowing Machine, Int32) -> ByteWriter.Failure?
  ) throws(LineFailure) -> Result {
    let token = call.tokens[call.arguments.token(.file)]
    let path = token.text.string
    let isOutput = path == "-" || Self.isStandardOutput(path)
    if images?.isOwn(path) == true {
      throw .script(
        "\(path) belongs to the session's image", hint: "name another file, or - for the output",
        token)
    }
    flush()
    var descriptor: Int32 = 1
    if !isOutput {
      descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw Self.failure(path, token, errno, .cannotCreate) }
    }
    var failure = write(machine, descriptor)
    if !isOutput, close(descriptor) != 0, failure == nil { failure = .errno(errno) }
    switch failure {
    case nil: return isOutput ? .printed : .ok
    case .pipeClosed: throw Self.failure(path, token, EPIPE, .pipeClosed)
    case .errno(let number): throw Self.failure(path, token, number, .inputOutput)
    }
  }

  /// Whether opening the path would give standard output once more, with an offset of its own.
  private static func isStandardOutput(_ path: String) -> Bool {
    var (named, output) = (stat(), stat())
    return unsafe stat(path, &named) == 0 && fstat(1, &output) == 0
      && named.st_dev == output.st_dev && named.st_ino == output.st_ino
  }

  private static func failure(
    _ path: String, _ token: Token, _ number: Int32, _ code: ExitCode
  ) -> LineFailure {
    var error = ScriptError("\(path): \(systemMessage(number))", token)
    error.exit = code
    return .script(error)
  }
}
