package import VMemViews

/// Bytes as lines of hexadecimal digits.
///
/// The corresponding kernel function is `print_hex_dump`.
package struct HexListing {
  /// What stands before the bytes of a line, with the kernel's numbers (`DUMP_PREFIX_NONE` and its
  /// kind).
  package enum Prefix: UInt64 {
    case none = 0
    /// The hash of the line's address, as `%p`.
    case address = 1
    case offset = 2
  }

  private let prefixText: [UInt8]
  private let prefix: Prefix
  private let rowSize: Int
  private let groupSize: Int
  private let hasCharacters: Bool

  /// - Parameters:
  ///   - prefixText: what every line begins with.
  ///   - rowSize: bytes a line, 16 or 32; any other counts as 16.
  ///   - groupSize: bytes a number, 1, 2, 4 or 8; any other counts as 1.
  ///   - hasCharacters: whether the bytes follow as characters, a dot for what is none.
  package init(
    prefixText: [UInt8], prefix: Prefix, rowSize: Int, groupSize: Int, hasCharacters: Bool
  ) {
    self.prefixText = prefixText
    self.prefix = prefix
    self.rowSize = rowSize == 32 ? 32 : 16
    self.groupSize = [2, 4, 8].contains(groupSize) ? groupSize : 1
    self.hasCharacters = hasCharacters
  }

  /// The lines, without newlines.
  ///
  /// - Parameter address: the kernel's address of the first byte.
  package func lines(of bytes: [UInt8], at address: UInt64, _ hash: PointerHash) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: rowSize).map { offset in
      var line = FormatOutput()
      line.append(prefixText)
      switch prefix {
      case .none: break
      case .address:
        line.number(hash(address &+ UInt64(offset)), .hexadecimal([.small, .zeroPad], width: 16))
        line.append(": ")
      case .offset:
        line.number(UInt64(offset), .hexadecimal([.small, .zeroPad], width: 8))
        line.append(": ")
      }
      line.append(row(bytes[offset..<min(offset + rowSize, bytes.count)]))
      return line.bytes
    }
  }

  /// At most one line's bytes, without what stands before them (`hex_dump_to_buffer`).
  package func row(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let bytes = bytes.prefix(rowSize)
    let group = bytes.count % groupSize == 0 ? groupSize : 1
    var text = FormatOutput()
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: group) {
      if start > bytes.startIndex { text.append(" ") }
      let value = UInt64(littleEndian: bytes[start..<start + group])
      text.number(value, .hexadecimal([.small, .zeroPad], width: group * 2))
    }
    if hasCharacters, !bytes.isEmpty {
      text.fill(0x20, rowSize * 2 + rowSize / group + 1 - text.count)
      text.append(bytes.map { $0.isPrintable ? $0 : UInt8(ascii: ".") })
    }
    return text.bytes
  }
}
