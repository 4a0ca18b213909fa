/// The arrays of one node: where the index touches memory.
@safe
struct IndexHandle {
  private let node: UnsafeMutableRawPointer

  /// Safe: nodes lie in RAM, and positions stay below the capacity, whatever the count says.
  @inline(__always)
  init(ram: RAM, node: UInt32) {
    unsafe self.node = ram.base + Int(node) << 4
  }

  @inline(__always)
  var count: Int {
    get { Int(min(unsafe node.assumingMemoryBound(to: UInt32.self).pointee, 62)) }
    nonmutating set {
      unsafe node.assumingMemoryBound(to: UInt32.self).pointee = UInt32(
        truncatingIfNeeded: newValue)
    }
  }

  /// One array of a node.
  @safe
  struct Column<Element: BitwiseCopyable> {
    fileprivate let base: UnsafeMutablePointer<Element>

    @inline(__always)
    subscript(position: Int) -> Element {
      get { unsafe base[position] }
      nonmutating set { unsafe base[position] = newValue }
    }

    /// Moves `count` elements from one position to another.
    @inline(__always)
    func move(_ from: Int, to: Int, count: Int) {
      if count > 0 { unsafe (base + to).update(from: base + from, count: count) }
    }

    /// Copies elements to another node's array.
    @inline(__always)
    func copy(_ from: Int, count: Int, to other: Column, at: Int) {
      if count > 0 { unsafe (other.base + at).update(from: base + from, count: count) }
    }
  }

  @inline(__always)
  var sizes: Column<Int32> {
    unsafe Column(base: (node + 16).assumingMemoryBound(to: Int32.self))
  }
  @inline(__always)
  var refs: Column<UInt32> {
    unsafe Column(base: (node + 264).assumingMemoryBound(to: UInt32.self))
  }
  @inline(__always)
  var starts: Column<UInt64> {
    unsafe Column(base: (node + 512).assumingMemoryBound(to: UInt64.self))
  }

  /// Position of the last entry that starts at or below `address`, or -1. No branch depends on the
  /// address.
  @inline(__always)
  func lastPosition(atOrBelow address: UInt64) -> Int {
    let count = count
    var found = -1
    // Two kinds of nodes are common: nearly empty roots and well filled ones.
    var step = count < 4 ? 2 : 32
    while step > 0 {
      let probe = found &+ step
      let isInside = probe < count
      let start = starts[isInside ? probe : 0]
      found = (isInside ? 1 : 0) & (start <= address ? 1 : 0) != 0 ? probe : found
      step >>= 1
    }
    return found
  }

  /// Position of the first entry after `position` with at least `size` pages, or -1.
  @inline(__always)
  func firstPosition(after position: Int, size: Int32) -> Int {
    var at = position &+ 1
    let end = count
    while at &+ 4 <= end {
      let low = (sizes[at] >= size ? 1 : 0) | (sizes[at &+ 1] >= size ? 1 : 0)
      let high = (sizes[at &+ 2] >= size ? 1 : 0) | (sizes[at &+ 3] >= size ? 1 : 0)
      if low | high != 0 { break }
      at &+= 4
    }
    while at < end {
      if sizes[at] >= size { return at }
      at &+= 1
    }
    return -1
  }

  /// Largest size in the node.
  var maximum: Int32 {
    var largest: Int32 = 0
    for at in 0..<count { largest = max(largest, sizes[at]) }
    return largest
  }
}
