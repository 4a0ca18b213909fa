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
    /// The kernel's own memory behind RAM, from `physical` on.
    case kernel
    /// Struct pages, from that of frame 0 on. Where RAM has none but untouched ones they are zeroes: those
    /// of an empty machine take as much as all else.
    case structPages
  }

  /// First address, and bytes.
  var address: UInt64
  var size: UInt64
  /// Physical address of the first byte, or all ones where there is none.
  var physical = UInt64.max
  var source: Source
  /// Bytes from the first on that may hold something.
  var readable = UInt64.max

  /// Where its bytes begin in a file whose other bytes end at `offset`. RAM keeps its place in 64 KiB:
  /// hosts cache a file in pages as large as lie in it whole, and pages of a machine that are used together
  /// are seldom more.
  func fileOffset(from offset: UInt64) -> UInt64 {
    switch source {
    case .mapped: offset &+ (address &- offset) & 0xffff
    case .frames: offset &+ (physical &- offset) & 0xffff
    case .kcore, .kernel, .structPages: offset
    }
  }

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

  /// RAM in the direct map, as /proc/kcore lists it.
  static func directMap(_ machine: borrowing Machine) -> [CoreSegment] {
    machine.ramRanges.map { $0.clamped(to: 0..<machine.highmem.directMapSize) }
      .filter { !$0.isEmpty }.map { .ram($0, machine.map, .mapped) }
  }

  /// The kernel's own memory in the direct map.
  ///
  /// - Parameter hasPages: whether the struct pages at its end are part of it.
  static func kernel(
    _ objects: borrowing KernelObjects, hasPages: Bool = true
  ) -> CoreSegment {
    let end = hasPages ? objects.pagesAt + objects.pagesSize : objects.pagesAt
    return CoreSegment(
      address: objects.memory.start, size: end - objects.memory.base,
      physical: objects.memory.base, source: .kernel)
  }

  /// The kernel's image in its text mapping.
  static func image(_ objects: borrowing KernelObjects) -> CoreSegment {
    CoreSegment(
      address: KernelImage.start, size: objects.image.end - KernelImage.start,
      physical: objects.memory.base, source: .kernel)
  }

  /// The struct pages of all frames. Where they lie does not follow from their address.
  static func structPages(_ objects: borrowing KernelObjects) -> CoreSegment {
    CoreSegment(
      address: objects.memory.map.vmemmap, size: objects.sectionPagesSize,
      source: .structPages)
  }
}
