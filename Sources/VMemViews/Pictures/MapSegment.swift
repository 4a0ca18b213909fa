internal import VMem

/// One area, free block or piece of waiting address space. Both ends are whole pages.
package struct MapSegment: Sendable {
  /// First byte.
  package let start: UInt64
  /// Last byte: the end of the address space has no address behind it.
  package let last: UInt64
  package let kind: MapKind
  /// Whose area it is, or none.
  let caller: Ref<Symbol>

  var bytes: UInt64 { ByteSize(from: start, through: last).bytes }
}
