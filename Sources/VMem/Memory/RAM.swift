internal import CHost

/// The emulated physical memory: the one place where references become host addresses.
///
/// A value of this type is only a window; `Machine` owns the memory behind it.
@safe @usableFromInline package struct RAM: Sendable {
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutableRawPointer
  /// Size in frames of 4096 bytes.
  @usableFromInline package let frameCount: UInt32
  /// Offset of host memory that is reserved and never mapped, where bad frame numbers lead.
  @usableFromInline let pastReach: Int

  init(base: UnsafeMutableRawPointer, frameCount: UInt32, pastReach: Int) {
    unsafe self.base = base
    self.frameCount = frameCount
    self.pastReach = pastReach
  }

  /// Whether there is memory at a frame number: no device of the hole, and none behind the end.
  @inline(__always)
  func isMemory(_ pfn: UInt64) -> Bool {
    pfn < UInt64(frameCount) && !(UInt64(BootLayout.hole.from)..<UInt64(BootLayout.hole.to) ~= pfn)
  }

  /// The object behind a reference.
  ///
  /// Safe: the host reservation covers every 32-bit granule number plus the size of any object, and
  /// what is not RAM there is not mapped, so a wild reference faults and is reported.
  @inlinable
  package subscript<T>(_ ref: Ref<T>) -> T {
    @inline(__always) unsafeAddress {
      unsafe UnsafePointer((base + Int(ref.granule) << 4).assumingMemoryBound(to: T.self))
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      unsafe (base + Int(ref.granule) << 4).assumingMemoryBound(to: T.self)
    }
  }

  /// Lets the host fetch the first cache line of an object that will be needed soon.
  @inline(__always)
  func prefetch<T>(_ ref: Ref<T>) {
    // Safe: nothing is read, wherever the reference leads.
    unsafe chost_prefetch(base + Int(ref.granule) << 4)
  }

  /// Lets the host fetch a word of a frame (`subscript(words:_:)`).
  @inline(__always)
  func prefetch(word pfn: UInt32, _ index: Int) {
    // Safe: nothing is read.
    unsafe chost_prefetch(frame(UInt64(pfn)) + (index & 1023) << 2)
  }

  /// One byte of an object, whatever its type says of it.
  func byte<T>(_ ref: Ref<T>, at offset: Int) -> UInt8 {
    // Safe: as for the object itself.
    unsafe (base + Int(ref.granule) << 4 + offset).load(as: UInt8.self)
  }

  /// Writes a byte of an object.
  @inline(__always)
  func set<T>(_ ref: Ref<T>, at offset: Int, _ byte: UInt8) {
    // Safe: as for the object itself.
    unsafe (base + Int(ref.granule) << 4 + offset).storeBytes(of: byte, as: UInt8.self)
  }

  /// The first byte of a frame. Every frame number that was *read from RAM* passes here: one that
  /// is not RAM lands past the reachable range, where each access faults and is reported.
  @inlinable @inline(__always)
  func frame(_ pfn: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + (pfn < UInt64(frameCount) ? Int(truncatingIfNeeded: pfn) << 12 : pastReach)
  }

  /// A byte of the frame that a leaf or a TLB's word has, of whose other bits nothing is believed.
  ///
  /// Safe: as for a reference, the host reservation covers every number that is left, and what is not RAM
  /// there is not mapped.
  @inlinable @inline(__always)
  func place(ofWord word: UInt64, _ offset: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Int(truncatingIfNeeded: word & Self.reachableFrames | offset)
  }

  /// The bits of a physical address below 64 GiB, without those in a frame.
  @usableFromInline static let reachableFrames: UInt64 = 0xf_ffff_f000

  /// Entry `index` (taken modulo a table's entries) of the page table in frame `pfn`.
  @inlinable
  package subscript(table pfn: UInt64, index: Int) -> Entry {
    @inline(__always) unsafeAddress {
      unsafe UnsafePointer(
        frame(pfn).assumingMemoryBound(to: Entry.self) + (index & (Level.entries - 1)))
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      unsafe frame(pfn).assumingMemoryBound(to: Entry.self) + (index & (Level.entries - 1))
    }
  }

  /// Word `index` (taken modulo 1024) of the frame `pfn` seen as 32-bit words.
  @inlinable
  subscript(words pfn: UInt32, index: Int) -> UInt32 {
    @inline(__always) unsafeAddress {
      unsafe UnsafePointer(
        frame(UInt64(pfn)).assumingMemoryBound(to: UInt32.self) + (index & 1023))
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      unsafe frame(UInt64(pfn)).assumingMemoryBound(to: UInt32.self) + (index & 1023)
    }
  }

  /// Position of the first word of a frame at or behind `index` that is not zero, or 1024.
  func nextUsedWord(_ pfn: UInt32, from index: Int) -> Int {
    // Safe: a frame has 1024 words, and the host function stays below that.
    Int(
      unsafe chost_next_used(
        frame(UInt64(pfn)).assumingMemoryBound(to: UInt32.self), Int32(min(index, 1024))))
  }

  /// Fills frames `pfn ..< pfn + count` with zeroes.
  @inlinable
  func zero(_ pfn: UInt32, count: Int) {
    for step in 0..<count {
      // Safe: `frame` answers for every number.
      unsafe frame(UInt64(pfn) + UInt64(step)).initializeMemory(
        as: UInt8.self, repeating: 0, count: 4096)
    }
  }

  /// Fills a frame with zeroes that is not in the host's caches.
  func zeroPastCaches(_ pfn: UInt32) {
    // Safe: `frame` answers for every number.
    unsafe chost_zero_past_caches(frame(UInt64(pfn)))
  }

  /// Makes a frame a top-level table without users' entries and with the kernel's of another.
  func fillTopTable(_ pfn: UInt32, like other: UInt64) {
    // Safe: `frame` answers for every number, and the upper half of a frame is 2048 bytes.
    unsafe chost_fill_past_caches(frame(UInt64(pfn)), frame(other) + 2048)
  }

  /// Copies the bytes of a frame.
  func copyFrame(_ from: UInt64, to: UInt64) {
    // Safe: `frame` answers for every number, and both have 4096 bytes.
    unsafe frame(to).copyMemory(from: frame(from), byteCount: 4096)
  }

  /// Calls `body` with the 4096 bytes of a frame.
  @inlinable @inline(__always)
  package func withFrame<R, E: Error>(
    _ pfn: UInt32, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(UnsafeMutableRawBufferPointer(start: frame(UInt64(pfn)), count: 4096))
  }
}
