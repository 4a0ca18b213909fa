/// How a member of the vmalloc family differs from the others.
public struct VmallocRequest: Sendable {
  /// Bytes.
  public var size: UInt64
  public var align: UInt64 = 1
  package var start: UInt64?
  package var end: UInt64?
  public var flags: VMFlags = []
  /// Preferred NUMA node, or nil for none.
  public var node: Int?
  public var gfp = GFP.kernel
  /// The function that takes away what it does not know of `gfp`; nil for those that look at nothing.
  package var checker: KernelFunction?
  public var caller = Ref<Symbol>.none

  /// For `size` bytes in `window`; nil for the vmalloc window.
  public init(size: UInt64, in window: Range<VirtualAddress>? = nil) {
    self.size = size
    (start, end) = (window?.lowerBound.bits, window?.upperBound.bits)
  }
}
