/// An address on the bus (`phys_addr_t`): in RAM, or of a device.
@frozen
public struct PhysicalAddress: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// The address in bytes.
  public var bits: UInt64

  @inlinable @inline(__always)
  public init(_ bits: UInt64) { self.bits = bits }

  /// The frame that has the byte.
  @inlinable @inline(__always)
  public var frame: FrameNumber { FrameNumber(bits >> 12) }

  @inlinable @inline(__always)
  public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}

extension PhysicalAddress: CustomStringConvertible {
  /// `0x82000`.
  public var description: String { "0x\(String(bits, radix: 16))" }
}
