/// An address that a module passed and that nothing is mapped at: what a kernel oopses over.
package struct BadPointer: Error, Equatable {
  /// As the module passed it.
  package let address: UInt64

  package init(_ address: UInt64) { self.address = address }
}

/// The function or variable that an address lies in.
package struct SymbolPlace: Equatable {
  package let name: [UInt8]
  /// Bytes from the symbol's start.
  package let offset: UInt64
  /// Bytes of the symbol.
  package let size: UInt64
  /// nil for a symbol of the kernel itself.
  package let module: [UInt8]?

  package init(name: [UInt8], offset: UInt64, size: UInt64, module: [UInt8]?) {
    self.name = name
    self.offset = offset
    self.size = size
    self.module = module
  }
}

/// What a format's pointers point at. Addresses are the module's: the kernel's without their top
/// bits.
package protocol FormatMemory {
  /// `count` bytes from `address` on.
  func read(_ address: UInt64, _ count: Int) throws(BadPointer) -> [UInt8]
  /// The bytes from `address` on up to a zero byte, which is not among them, or up to `limit`.
  func string(at address: UInt64, limit: Int) throws(BadPointer) -> [UInt8]
  func symbol(at address: UInt64) -> SymbolPlace?
  /// The kernel's address of a folded one; any other number as it is.
  func unfolded(_ address: UInt64) -> UInt64
}

extension FormatMemory {
  /// The little-endian word at `address`.
  func word(at address: UInt64) throws(BadPointer) -> UInt64 {
    UInt64(littleEndian: try read(address, 8)[...])
  }
}

/// The arguments behind a format, each as the 64-bit register or stack word that it was passed in.
package protocol ArgumentSource {
  mutating func next() throws(BadPointer) -> UInt64
}

extension UInt64 {
  /// The number whose lowest byte comes first; at most 8 bytes.
  init(littleEndian bytes: ArraySlice<UInt8>) {
    self = 0
    for byte in bytes.reversed() { self = self << 8 | UInt64(byte) }
  }
}
