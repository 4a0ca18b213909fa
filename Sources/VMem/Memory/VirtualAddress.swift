/// An address that page tables translate: of the kernel, or of a user's address space.
///
/// The kernel calls it `unsigned long`, or a pointer; no arithmetic makes one of another kind of it.
@frozen
public struct VirtualAddress: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// The address in bytes, all 64 bits of it, canonical or not.
  public var bits: UInt64

  @inlinable @inline(__always)
  public init(_ bits: UInt64) { self.bits = bits }

  /// NULL.
  public static let null = VirtualAddress(0)

  @inlinable @inline(__always)
  public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }

  /// The address `bytes` behind another. Overflow is an error of the program.
  @inlinable @inline(__always)
  public static func + (address: Self, bytes: UInt64) -> Self { Self(address.bits + bytes) }

  /// The address `bytes` in front of another. Overflow is an error of the program.
  @inlinable @inline(__always)
  public static func - (address: Self, bytes: UInt64) -> Self { Self(address.bits - bytes) }

  /// Bytes from the right address to the left one, which is not below it.
  @inlinable @inline(__always)
  public static func - (end: Self, start: Self) -> UInt64 { end.bits - start.bits }
}

extension VirtualAddress: CustomStringConvertible {
  /// `0xffffc90000000000`.
  public var description: String { "0x\(String(bits, radix: 16))" }
}
