internal import Glibc

/// The host's huge pages, for memory that is about to be filled.
package enum HugePages {
  /// Bytes from which on they pay: below, only their zeroing would be felt.
  package static let worthwhile = 8 << 20

  /// Lets the host back what is touched from now on by huge pages, which spares most page faults and
  /// misses of its TLB. Nothing happens to less than `worthwhile` bytes, or where the host has no such
  /// pages.
  package static func expect(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count >= worthwhile else { return }
    let unaligned = Int(bitPattern: base) & 4095
    let first = unaligned == 0 ? 0 : 4096 - unaligned
    // Safe: whole pages of the buffer. What a host refuses changes nothing.
    unsafe madvise(base + first, (bytes.count - first) & ~4095, MADV_HUGEPAGE)
  }
}

extension Array {
  /// An empty array with room for `count` elements that are about to be appended.
  package init(expecting count: Int) {
    self = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, used in
      unsafe HugePages.expect(UnsafeMutableRawBufferPointer(buffer))
      used = 0
    }
  }
}
