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
    if isOutput ? images?.isOwn(1) == true : images?.isOwn(path) == true {
      throw .script(Call.ownFile(path, token))
    }
    if isOutput, echo != nil {
      throw .script(
        "a dump is no line of an answer", hint: "name a file",
        call.tokens[call.arguments.token(.file)])
    }
    flush()
    let descriptor = isOutput ? 1 : try openDump(path, token)
    var failure = write(machine, descriptor)
    if !isOutput { finish(path, descriptor, &failure) }
    switch failure {
    case nil: return isOutput ? .printed : .ok
    case .pipeClosed: throw .pipeClosed
    case .errno(let number): throw Self.failure(path, token, number, .inputOutput)
    }
  }

  /// Opens the file that a parameter names, for a picture or symbols that come with a line's answer.
  ///
  /// - Parameter other: the file that the line reads or writes besides, which must be another one.
  func openBeside(
    _ parameter: Parameter, apartFrom other: Parameter
  ) throws(LineFailure) -> Int32 {
    let token = call.tokens[call.arguments.token(parameter)]
    let path = token.text.string
    try call.checkIsForeign(path, token)
    let beside = call.tokens[call.arguments.token(other)].text.string
    let taken = [
      FilePlace(descriptor: 1), beside == "-" ? FilePlace(descriptor: 0) : FilePlace(beside),
    ]
    let isTaken = FilePlace(path).map { taken.contains($0) } ?? false
    guard !isTaken else { throw Self.notApart(path, token) }
    let file = try openDump(path, token)
    // A link may lead to what was not there before.
    guard let place = FilePlace(descriptor: file), place == FilePlace(beside) else { return file }
    close(file)
    throw Self.notApart(path, token)
  }

  private static func notApart(_ path: String, _ token: Token) -> LineFailure {
    var error = ScriptError(
      "\(path) is a file of this line already, or its standard output; each needs its own",
      hint: "name another file", token)
    error.exit = .cannotCreate
    return .script(error)
  }

  /// Writes a picture or symbols to the file that was opened for a parameter, and closes it.
  mutating func write(
    _ descriptor: Int32, _ parameter: Parameter, _ body: (inout ByteWriter) -> Void
  ) throws(LineFailure) {
    let token = call.tokens[call.arguments.token(parameter)]
    let path = token.text.string
    var writer = ByteWriter(descriptor: descriptor)
    body(&writer)
    writer.flush()
    var failure = writer.failure
    finish(path, descriptor, &failure)
    if case .errno(let number) = failure {
      throw Self.failure(path, token, number, .inputOutput)
    }
  }

  /// Removes the file that was written for a parameter, where the path still leads to it.
  func removeBeside(_ parameter: Parameter, _ place: FilePlace?) {
    let path = call.tokens[call.arguments.token(parameter)].text.string
    let file = unsafe open(path.hostPath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return }
    if place != nil, FilePlace(descriptor: file) == place { Self.remove(path, file) }
    close(file)
  }

  /// Closes a file that was written; a part of one is none.
  private func finish(_ path: String, _ descriptor: Int32, _ failure: inout ByteWriter.Failure?) {
    if failure != nil { Self.remove(path, descriptor) }
    if close(descriptor) != 0, failure == nil { failure = .errno(errno) }
  }

  /// Opens and empties a file that is to be written.
  private func openDump(_ path: String, _ token: Token) throws(LineFailure) -> Int32 {
    if let images, !images.mayReplace, images.belongsToAMachine(path) {
      var defect = ScriptError(
        "\(path) belongs to another machine", hint: "name another file, or say --force", token)
      defect.exit = .cannotCreate
      throw .script(defect)
    }
    let file = unsafe open(path.hostPath, O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC, 0o666)
    guard file >= 0 else {
      let number = errno
      var error = ScriptError("\(path): \(creationMessage(path, number))", token)
      error.exit = ExitCode(number, or: .cannotCreate)
      throw .script(error)
    }
    // What stands behind the path may be another file by now.
    let isOwn = images?.isOwn(file) == true
    var status = stat()
    // Safe: room for the answer.
    let isFile = unsafe fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    if !isOwn, !isFile || ftruncate(file, 0) == 0 { return file }
    let number = errno
    close(file)
    throw isOwn
      ? .script(Call.ownFile(path, token)) : Self.failure(path, token, number, .inputOutput)
  }

  /// Removes the file that `descriptor` is, where the path still leads to it.
  private static func remove(_ path: String, _ descriptor: Int32) {
    var (named, written) = (stat(), stat())
    if unsafe lstat(path.hostPath, &named) == 0, unsafe fstat(descriptor, &written) == 0,
      written.st_mode & S_IFMT == S_IFREG, named.st_dev == written.st_dev,
      named.st_ino == written.st_ino
    {
      unsafe unlink(path.hostPath)
    }
  }

  /// Whether opening the path would give standard output once more, with an offset of its own.
  private static func isStandardOutput(_ path: String) -> Bool {
    var (named, output) = (stat(), stat())
    return unsafe stat(path.hostPath, &named) == 0 && fstat(1, &output) == 0
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
