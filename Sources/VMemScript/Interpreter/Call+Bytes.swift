internal import Glibc
internal import VMem
internal import VMemViews

extension Call {
  /// Longest BYTES one line may give.
  static let maximumBytes = 1 << 30

  /// Puts what BYTES stands for into `arguments.bytes`.
  mutating func bytes<S: NameScope & ~Copyable>(
    _ scope: borrowing S, _ token: Token
  ) throws(LineFailure) {
    let text = token.text
    arguments.bytes.removeAll(keepingCapacity: true)
    if text.hasPrefix("text:") {
      for at in 5..<text.count { arguments.bytes.append(text[at]) }
      return
    }
    if text.byte(0) == UInt8(ascii: "@") {
      let path = text.from(1).string
      if S.knowsValues { return try file(path, token) }
      // A line that comes before may make the file.
      if isFirstLine, unsafe access(path.hostPath, R_OK) != 0 {
        throw Self.unreadable(path, token)
      }
      return
    }
    guard text.count % 2 == 0 else { throw badBytes(token) }
    for at in stride(from: 0, to: text.count, by: 2) {
      guard let high = text[at].hexDigit, let low = text[at + 1].hexDigit else {
        throw badBytes(token)
      }
      arguments.bytes.append(UInt8(high << 4 | low))
    }
  }

  private func badBytes(_ token: Token) -> LineFailure {
    let word = token.text.string
    let guess = Mistake.bytes(word.count > 64 ? "WORDS" : word).map { "; \($0)" } ?? ""
    return .script(
      "\(quoted(word)) is not BYTES",
      hint: "pairs of hexadecimal digits, text:WORDS, or @FILE\(guess)", token)
  }

  private mutating func file(_ path: String, _ token: Token) throws(LineFailure) {
    let descriptor = unsafe open(path.hostPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(path, token) }
    defer { _ = close(descriptor) }
    if images?.isOwn(descriptor) == true { throw .script(Self.ownFile(path, token)) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Safe: the buffer is as long as it says.
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.unreadable(path, token)
      }
      guard arguments.bytes.count + count <= Self.maximumBytes else {
        throw .script("more than \(Self.maximumBytes) bytes", token)
      }
      arguments.bytes.append(contentsOf: chunk[0..<count])
    }
  }

  /// Refuses a path that leads to a file of the session's image.
  func checkIsForeign(_ path: String, _ token: Token) throws(LineFailure) {
    if images?.isOwn(path) == true { throw .script(Self.ownFile(path, token)) }
  }

  static func ownFile(_ path: String, _ token: Token) -> ScriptError {
    var error = ScriptError(
      "\(path) belongs to the session's image", hint: "lines neither read nor write its files",
      token)
    error.exit = .cannotCreate
    return error
  }

  /// Says why a file that a word names is not read, as `errno` has it.
  static func unreadable(_ path: String, _ token: Token) -> LineFailure {
    let number = errno
    if number == EFBIG {
      return .script(
        "\(path): more than \(WholeFile.maximumBytes) bytes", hint: "give a part of it", token)
    }
    var error = ScriptError("\(path): \(systemMessage(number))", token)
    error.exit = ExitCode(number, or: .noInput)
    return .script(error)
  }
}

/// The error number of the last failed call of the C library.
func systemError() -> Int32 { errno }
