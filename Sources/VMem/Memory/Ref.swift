/// A reference to a `T` in emulated RAM: the number of a 16-byte granule.
///
/// 32 bits reach 64 GiB. Granule 0 is the superblock and stands for "none" everywhere else.
public struct Ref<T: BitwiseCopyable>: BitwiseCopyable, Hashable, Sendable {
  /// Byte offset in RAM divided by 16.
  @usableFromInline package var granule: UInt32

  @inlinable @inline(__always)
  package init(granule: UInt32) { self.granule = granule }

  @inlinable @inline(__always)
  package static var none: Ref { Ref(granule: 0) }

  @inlinable @inline(__always)
  package var isNone: Bool { granule == 0 }

  /// Byte offset in RAM, which is the physical address.
  @inlinable @inline(__always)
  package var physicalAddress: UInt64 { UInt64(granule) << 4 }

  /// The same place seen as another type.
  @inlinable @inline(__always)
  package func cast<U>(to type: U.Type) -> Ref<U> { Ref<U>(granule: granule) }
}
