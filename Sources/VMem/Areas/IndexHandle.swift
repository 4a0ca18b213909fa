internal import CHost

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
    get {
      Int(min(unsafe node.assumingMemoryBound(to: UInt32.self).pointee, UInt32(FreeIndex.capacity)))
    }
    nonmutating set {
      unsafe node.assumingMemoryBound(to: UInt32.self).pointee = UInt32(
        truncatingIfNeeded: newValue)
    }
  }

  /// Entries that are gone.
  @inline(__always)
  var gone: Int {
    get { Int(unsafe (node + 4).assumingMemoryBound(to: UInt32.self).pointee) }
    nonmutating set {
      unsafe (node + 4).assumingMemoryBound(to: UInt32.self).pointee = UInt32(
        truncatingIfNeeded: newValue)
    }
  }

  /// Lets the host fetch the node.
  @inline(__always)
  func prefetch() {
    // Safe: nothing is read.
    for line in 0..<16 { unsafe chost_prefetch(node + line << 6) }
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

    /// Four elements, from a position on. Safe as one: up to two positions behind the capacity are written, and
    /// up to three read, which are the node's own.
    @inline(__always)
    fileprivate func four(_ position: Int) -> SIMD4<Element> where Element: SIMDScalar {
      unsafe UnsafeRawPointer(base + position).loadUnaligned(as: SIMD4<Element>.self)
    }

    @inline(__always)
    fileprivate func set(_ position: Int, _ four: SIMD4<Element>) where Element: SIMDScalar {
      unsafe UnsafeMutableRawPointer(base + position).storeBytes(
        of: four, as: SIMD4<Element>.self)
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

  /// Makes room for an entry at `position` of a node with `count` of them, of which one more fits in.
  @inline(__always)
  func openGap(at position: Int, _ count: Int) {
    var at = count &- 1
    if count &- position < 4 {
      while at >= position {
        sizes[at &+ 1] = sizes[at]
        refs[at &+ 1] = refs[at]
        starts[at &+ 1] = starts[at]
        at &-= 1
      }
      return
    }
    // The lowest four go last, whether or not the others have written over them.
    let lowest = (sizes.four(position), refs.four(position), starts.four(position))
    at &-= 3
    while at > position {
      sizes.set(at &+ 1, sizes.four(at))
      refs.set(at &+ 1, refs.four(at))
      starts.set(at &+ 1, starts.four(at))
      at &-= 4
    }
    sizes.set(position &+ 1, lowest.0)
    refs.set(position &+ 1, lowest.1)
    starts.set(position &+ 1, lowest.2)
  }

  /// Moves the entries behind `position` one down, in a node with `count` of them.
  @inline(__always)
  func closeGap(at position: Int, _ count: Int) {
    var at = position
    while at < count &- 1 {
      sizes.set(at, sizes.four(at &+ 1))
      refs.set(at, refs.four(at &+ 1))
      starts.set(at, starts.four(at &+ 1))
      at &+= 4
    }
    starts[count &- 1] = .max
  }

  /// Makes the node one without entries.
  func clear() {
    count = 0
    gone = 0
    endAtCount(before: 64)
  }

  /// Lets starts behind the last entry be larger than every address. There may be addresses up to
  /// the position `before`.
  @inline(__always)
  func endAtCount(before position: Int) {
    for at in count..<max(count, position) { starts[at] = .max }
  }

  /// Position of the last entry that starts at or below `address`, or -1.
  @inline(__always)
  func lastPosition(atOrBelow address: UInt64) -> Int {
    // The most frequent question is for the first bytes of all.
    if starts[1] > address { return starts[0] <= address ? 0 : -1 }
    // No branch depends on the address any more, and comparisons do not wait for each other.
    var before = isInside(15, address) &+ isInside(31, address) &+ isInside(47, address)
    before &*= 16
    before &+=
      4
      &* (isInside(before &+ 3, address) &+ isInside(before &+ 7, address)
        &+ isInside(before &+ 11, address))
    before &+=
      isInside(before, address) &+ isInside(before &+ 1, address)
      &+ isInside(before &+ 2, address)
    return min(before, count) &- 1
  }

  /// 1 when the entry at a position starts at or below `address`.
  @inline(__always)
  private func isInside(_ position: Int, _ address: UInt64) -> Int {
    starts[position] <= address ? 1 : 0
  }

  /// Position of the first entry after `position` with at least `size` pages, or -1.
  @inline(__always)
  func firstPosition(after position: Int, size: Int32) -> Int {
    // Nodes of the fewest entries are not worth looking at all lanes.
    if count &- position <= 3 {
      for at in position &+ 1..<count where sizes[at] >= size { return at }
      return -1
    }
    let fitting = unsafe chost_at_least(sizes.base, count, size)
    let candidates = fitting & ((1 &<< UInt64(count)) &- 1) & (~0 &<< UInt64(position &+ 1))
    return candidates == 0 ? -1 : candidates.trailingZeroBitCount
  }

  /// Largest size in the node.
  var maximum: Int32 {
    // Safe: of the 64 numbers the last are the node's references.
    unsafe chost_largest(sizes.base, count)
  }
}
