internal import VMem

/// A PT_LOAD of an ELF core: a range of addresses, whole pages.
struct CoreSegment {
  enum Source {
    /// What a reader of /proc/kcore gets.
    case kcore
    /// What the page tables map, as it is: the direct map and the struct pages.
    case mapped
    /// Frames from `physical` on.
    case frames
  }

  /// First address, and bytes.
  var address: UInt64
  var size: UInt64
  /// Physical address of the first byte, or all ones where there is none.
  var physical = UInt64.max
  var source: Source
  /// Bytes from the first on that may hold something.
  var readable = UInt64.max

  /// The direct map of a range of physical addresses.
  static func ram(_ range: Range<UInt64>, _ map: AddressMap, _ source: Source) -> CoreSegment {
    CoreSegment(
      address: map.pageOffset + range.lowerBound, size: range.upperBound - range.lowerBound,
      physical: range.lowerBound, source: source)
  }

  /// All of RAM by physical address. What the direct map does not have has no address of its own: all
  /// ones, as kexec writes it.
  static func frames(_ machine: borrowing Machine) -> [CoreSegment] {
    let size = machine.highmem.directMapSize
    return machine.ramRanges.flatMap { range in
      let low = CoreSegment.ram(range.clamped(to: 0..<size), machine.map, .frames)
      var high = CoreSegment.ram(range.clamped(to: size..<UInt64.max), machine.map, .frames)
      high.address = .max
      return [low, high].filter { $0.size > 0 }
    }
  }

  /// RAM as /proc/kcore lists it: each range followed by the struct pages that describe it. A page
  /// of them that a range before has listed is not listed again.
  ///
  /// The corresponding kernel functions are `kclist_add_private` and `get_sparsemem_vmemmap_info`.
  static func ramAndFrameTable(_ machine: borrowing Machine) -> [CoreSegment] {
    var segments: [CoreSegment] = []
    var listed = machine.map.vmemmap
    for range in machine.ramRanges {
      let direct = range.clamped(to: 0..<machine.highmem.directMapSize)
      if !direct.isEmpty { segments.append(.ram(direct, machine.map, .mapped)) }
      let first = machine.map.vmemmap + (range.lowerBound >> 6 & ~4095)
      let end = machine.map.vmemmap + (range.upperBound >> 6 + 4095) & ~4095
      if first >= listed, first < end {
        segments.append(CoreSegment(address: first, size: end - first, source: .mapped))
        listed = end
      }
    }
    return segments
  }
}
