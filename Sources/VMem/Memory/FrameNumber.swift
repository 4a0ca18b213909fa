/// The number of a page frame (`pfn`): its physical address by 4096.
@frozen
public struct FrameNumber: Hashable, Comparable, BitwiseCopyable, Sendable {
  public var number: UInt64

  @inlinable @inline(__always)
  public init(_ number: UInt64) { self.number = number }

  /// A page that is missing in a list, as a null `struct page *`.
  public static let null = FrameNumber(PageList.null)

  /// The frame's first byte.
  @inlinable @inline(__always)
  public var address: PhysicalAddress { PhysicalAddress(number << 12) }

  @inlinable @inline(__always)
  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension FrameNumber: CustomStringConvertible {
  /// `0x82`.
  public var description: String { "0x\(String(number, radix: 16))" }
}
