import VMem
import VMemModules

/// Memory of a module in which a test places what its pointers point at.
struct FakeMemory: FormatMemory {
  static let start: UInt64 = 0x4900_0000_1000
  static let topBits: UInt64 = 0xffff_8000_0000_0000

  private var bytes: [UInt8] = []

  /// The address of a copy.
  mutating func place(_ bytes: some Sequence<UInt8>) -> UInt64 {
    while self.bytes.count % 8 != 0 { self.bytes.append(0xcc) }
    defer { self.bytes += bytes }
    return Self.start + UInt64(self.bytes.count)
  }

  mutating func place(_ text: String) -> UInt64 { place(Array(text.utf8) + [0]) }

  mutating func place(_ words: UInt64...) -> UInt64 { place(words: words) }

  mutating func place(words: [UInt64]) -> UInt64 {
    place(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
  }

  // MARK: FormatMemory

  func read(_ address: UInt64, _ count: Int) throws(BadPointer) -> [UInt8] {
    let (offset, isBelow) = address.subtractingReportingOverflow(Self.start)
    guard !isBelow, offset <= UInt64(bytes.count), count <= bytes.count - Int(offset) else {
      throw BadPointer(address)
    }
    return Array(bytes[Int(offset)..<Int(offset) + count])
  }

  func string(at address: UInt64, limit: Int) throws(BadPointer) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < limit {
      let byte = try read(address &+ UInt64(text.count), 1)[0]
      if byte == 0 { break }
      text.append(byte)
    }
    return text
  }

  /// A function of 0x110 bytes in a module, and one of the kernel's before it.
  func symbol(at address: UInt64) -> SymbolPlace? {
    switch address {
    case 0x7fff_a000_0100..<0x7fff_a000_0210:
      SymbolPlace(
        name: Array("versatile_init".utf8), offset: address - 0x7fff_a000_0100, size: 0x110,
        module: Array("versatile".utf8))
    case 0x1_0000..<0x1_0088:
      SymbolPlace(name: Array("vmalloc".utf8), offset: address - 0x1_0000, size: 0x88, module: nil)
    default: nil
    }
  }

  func unfolded(_ address: UInt64) -> UInt64 {
    0x0880_0000_0000..<0x8000_0000_0000 ~= address ? address | Self.topBits : address
  }
}

/// Arguments as registers hold them; zeroes when there are no more.
struct Arguments: ArgumentSource {
  var words: [UInt64]

  mutating func next() -> UInt64 { words.isEmpty ? 0 : words.removeFirst() }
}

extension KernelFormat {
  init(memory: Memory, seed: UInt64) {
    self.init(memory: memory, seed: seed, pageFlags: PageFlagNames(.v6_18, []))
  }
}

extension FakeMemory {
  /// What a format makes of arguments; numbers as `Int` are extended with their sign.
  func text(_ format: String, _ arguments: UInt64...) throws -> String {
    var source = Arguments(words: arguments)
    var output = FormatOutput()
    let kernelFormat = KernelFormat(memory: self, seed: 1)
    try kernelFormat.append(Array(format.utf8), &source, to: &output)
    return String(decoding: output.bytes, as: UTF8.self)
  }

  /// As on a machine with these page flags.
  func text(_ format: String, _ pageFlags: PageFlagNames, _ argument: UInt64) throws -> String {
    var source = Arguments(words: [argument])
    var output = FormatOutput()
    let kernelFormat = KernelFormat(memory: self, seed: 1, pageFlags: pageFlags)
    try kernelFormat.append(Array(format.utf8), &source, to: &output)
    return String(decoding: output.bytes, as: UTF8.self)
  }

  func text(_ format: String, _ arguments: Int...) throws -> String {
    var source = Arguments(words: arguments.map { UInt64(bitPattern: Int64($0)) })
    var output = FormatOutput()
    let kernelFormat = KernelFormat(memory: self, seed: 1)
    try kernelFormat.append(Array(format.utf8), &source, to: &output)
    return String(decoding: output.bytes, as: UTF8.self)
  }
}
