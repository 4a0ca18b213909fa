internal import VMem

/// The words of insmod against the parameters that a module declares.
package struct ModuleParameters {
  /// What is to be written, in the order of the words.
  package private(set) var assignments: [ParameterAssignment] = []
  /// What the kernel warns of: parameters the module does not have.
  package private(set) var warnings: [[UInt8]] = []

  /// - Parameters:
  ///   - line: words as `name=value` with blanks between them.
  ///   - module: the name that messages begin with.
  /// - Throws: `ParameterError` at the first word that cannot be taken.
  ///
  /// The corresponding kernel function is `parse_args`.
  package init(
    _ line: [UInt8], _ declarations: [ParameterDeclaration], module: [UInt8]
  ) throws(ParameterError) {
    for word in ParameterWord.words(of: line) {
      let index = declarations.firstIndex { Self.isSame($0.name, word.name) }
      guard let index else {
        warnings.append(module + ": unknown parameter '".utf8 + word.name + "' ignored".utf8)
        continue
      }
      var reading = ParameterReading(declarations[index])
      do throws(ParameterReading.Failure) {
        assignments.append(
          ParameterAssignment(
            index: index, value: try reading.value(word.value), count: reading.count))
      } catch {
        throw ParameterError(
          errno: error.errno,
          lines: reading.complaints + [Self.refusal(word, error, reading, module)])
      }
    }
  }

  /// A dash is an underscore (`parameq`).
  private static func isSame(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    func plain(_ name: [UInt8]) -> [UInt8] {
      name.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }
    return plain(a) == plain(b)
  }

  private static func refusal(
    _ word: ParameterWord, _ failure: ParameterReading.Failure, _ reading: ParameterReading,
    _ module: [UInt8]
  ) -> [UInt8] {
    var value = word.value ?? []
    // The kernel has put a zero byte in place of the first comma by now.
    if reading.hasSplit { value = Array(value.prefix { $0 != UInt8(ascii: ",") }) }
    let what = failure.errno == .ENOSPC ? "too large" : "invalid"
    return module + ": `".utf8 + value + "' \(what) for parameter `".utf8 + word.name + "'".utf8
  }
}

/// One parameter while its text is read.
struct ParameterReading {
  struct Failure: Error { let errno: Errno }

  /// Bytes of the longest text of a `charp`.
  static let longestText = 1024

  private let declaration: ParameterDeclaration
  /// Values read so far.
  private(set) var count = 0
  /// Whether the text was taken apart at its commas.
  private(set) var hasSplit = false
  /// What the parameter's own type logs.
  private(set) var complaints: [[UInt8]] = []

  init(_ declaration: ParameterDeclaration) { self.declaration = declaration }

  mutating func value(_ text: [UInt8]?) throws(Failure) -> ParameterAssignment.Value {
    if case .callback(let needsValue) = declaration.shape {
      count = 1
      guard text != nil || !needsValue else { throw Failure(errno: .EINVAL) }
      return .callback(text)
    }
    // A bool's name alone means yes.
    let isFlag = declaration.type == .bool && declaration.shape == .single
    guard let text = text ?? (isFlag ? [UInt8(ascii: "1")] : nil) else {
      throw Failure(errno: .EINVAL)
    }
    switch declaration.shape {
    case .string(let capacity): return try string(text, capacity)
    case .array(let capacity): return try elements(text, capacity)
    default: return try elements([text[...]])
    }
  }

  private mutating func string(
    _ text: [UInt8], _ capacity: Int
  ) throws(Failure) -> ParameterAssignment.Value {
    guard text.count < capacity else {
      complain(": string doesn't fit in \(capacity - 1) chars.")
      throw Failure(errno: .ENOSPC)
    }
    count = 1
    return .bytes(text + [0])
  }

  private mutating func elements(
    _ text: [UInt8], _ capacity: Int
  ) throws(Failure) -> ParameterAssignment.Value {
    hasSplit = true
    let texts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let value = try elements(Array(texts.prefix(capacity)))
    guard texts.count <= capacity else {
      complain(": can only take \(capacity) arguments")
      throw Failure(errno: .EINVAL)
    }
    return value
  }

  private mutating func elements(
    _ texts: [ArraySlice<UInt8>]
  ) throws(Failure) -> ParameterAssignment.Value {
    var bytes: [UInt8] = []
    for text in texts {
      do throws(KernelNumberError) {
        bytes += try declaration.type.bytes(text) ?? []
      } catch {
        throw Failure(errno: error.errno)
      }
      if declaration.type == .charp && text.count > Self.longestText {
        complain(": string parameter too long")
        throw Failure(errno: .ENOSPC)
      }
      count += 1
    }
    return declaration.type == .charp ? .texts(texts.map { Array($0) }) : .bytes(bytes)
  }

  private mutating func complain(_ text: String) {
    complaints.append(declaration.name + Array(text.utf8))
  }
}
