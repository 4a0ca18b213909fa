internal import Glibc

/// Bytes of the host as text, and back. Paths and words of the command line need not be UTF-8, and are
/// used byte for byte all the same.
///
/// A byte that is no UTF-8 stands as one of the last 128 characters of Unicode, which nobody has a use
/// for; one of these itself stands as its four bytes. So every text leads back to the bytes it is of.
extension String {
  private static let first: UInt32 = 0x10ff80

  /// Text that stands for a word of the process's arguments.
  package init(hostWord word: UnsafePointer<CChar>) {
    // Safe: a byte 0 ends it.
    let bytes = unsafe UnsafeBufferPointer(
      start: UnsafeRawPointer(word).assumingMemoryBound(to: UInt8.self), count: strlen(word))
    if unsafe bytes.allSatisfy({ $0 < 0x80 }) {
      self = unsafe String(decoding: bytes, as: UTF8.self)
    } else {
      self.init(hostBytes: unsafe Array(bytes))
    }
  }

  /// Text that stands for `bytes`.
  package init(hostBytes bytes: [UInt8]) {
    if bytes.allSatisfy({ $0 < 0x80 }) {
      self = String(decoding: bytes, as: UTF8.self)
      return
    }
    // None of those characters begins with another byte.
    if !bytes.contains(0xf4), let text = String(validating: bytes, as: UTF8.self) {
      self = text
      return
    }
    self = ""
    func append(_ part: some Sequence<UInt8>) {
      for byte in part {
        unicodeScalars.append(Unicode.Scalar(Self.first + UInt32(byte & 0x7f)) ?? "?")
      }
    }
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var at = 0
    while true {
      switch parser.parseScalar(from: &rest) {
      case .emptyInput: return
      case .error(let length):
        append(bytes[at..<at + length])
        at += length
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.value >= Self.first { append(encoded) } else { unicodeScalars.append(scalar) }
        at += encoded.count
      }
    }
  }

  /// The bytes that the text stands for.
  package var hostBytes: [UInt8] {
    guard utf8.contains(0xf4) else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar in
      scalar.value < Self.first
        ? Array(String(scalar).utf8) : [UInt8(truncatingIfNeeded: scalar.value) | 0x80]
    }
  }

  /// Calls `body` for each byte that the text stands for.
  package func forEachHostByte(_ body: (UInt8) -> Void) {
    if utf8.contains(0xf4) { return hostBytes.forEach(body) }
    utf8.forEach(body)
  }

  /// The bytes that the text stands for, as calls of the host take a path.
  package var hostPath: [CChar] { hostBytes.map { CChar(bitPattern: $0) } + [0] }

  /// Calls `body` with what `hostPath` is, which is not copied where no byte stands for another.
  package func withHostPath<Answer>(_ body: (UnsafePointer<CChar>) -> Answer) -> Answer {
    guard utf8.contains(0xf4) else { return unsafe withCString(body) }
    return unsafe hostPath.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
  }
}
