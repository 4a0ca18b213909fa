/// Where x86-64 puts its kernel areas. The kernel's Documentation/arch/x86/x86_64/mm.rst gives the
/// same table for kernels that are not put at a random place.
public struct AddressMap: Equatable, Sendable {
  /// Levels of page tables: 4 or 5.
  public let levels: Int

  /// Where the modules begin: behind the room for the kernel's image, 512 MiB, or 1 GiB of a kernel
  /// built to be put at a random place.
  package let modulesStart: UInt64

  /// First byte of the vmalloc window (`vmalloc_base`): a multiple of 1 GiB.
  package let vmallocStart: UInt64

  /// `CONFIG_RANDOMIZE_BASE` in `randomizesBase`; `vmallocStart` is 0 for the usual place.
  package init(levels: Int, randomizesBase: Bool = false, vmallocStart: UInt64 = 0) {
    precondition(levels == 4 || levels == 5)
    self.levels = levels
    modulesStart = Self.imageStart + (randomizesBase ? 1 << 30 : 512 << 20)
    self.vmallocStart = vmallocStart == 0 ? Self.usualStart(levels) : vmallocStart
  }

  private static func usualStart(_ levels: Int) -> UInt64 {
    levels == 4 ? 0xffff_c900_0000_0000 : 0xffa0_0000_0000_0000
  }

  /// Bytes of the vmalloc window: 32 TiB, or 12.5 PiB.
  package static func vmallocSize(levels: Int) -> UInt64 {
    levels == 4 ? 32 << 40 : 0x32 << 48
  }

  /// Where a random vmalloc window may begin: behind a direct map of 64 GiB, and so that the struct
  /// pages lie behind it and below the entry area of the CPUs.
  package static func vmallocStarts(levels: Int) -> ClosedRange<UInt64> {
    let map = AddressMap(levels: levels)
    return map.pageOffset + Configuration.maximumMemory...0xffff_fe00_0000_0000
      - vmallocSize(levels: levels) - 2 << 30
  }

  /// `page_offset_base`: physical 0 in the direct map.
  package var pageOffset: UInt64 { levels == 4 ? 0xffff_8880_0000_0000 : 0xff11_0000_0000_0000 }
  /// The window's last byte; the kernel uses it as the exclusive end of searches all the same.
  package var vmallocEnd: UInt64 { vmallocStart + (Self.vmallocSize(levels: levels) - 1) }
  /// `vmemmap_base`: the struct page of frame 0. Behind a random window it is as near as it can be.
  package var vmemmap: UInt64 {
    guard isUsual else { return vmallocEnd + 1 + 1 << 30 }
    return levels == 4 ? 0xffff_ea00_0000_0000 : 0xffd4_0000_0000_0000
  }
  /// Whether the vmalloc window is where kernels put it that are not put at a random place.
  package var isUsual: Bool { vmallocStart == Self.usualStart(levels) }
  /// `__START_KERNEL_map`.
  package static let imageStart: UInt64 = 0xffff_ffff_8000_0000
  package static let modulesEnd: UInt64 = 0xffff_ffff_ff00_0000

  /// First address of the canonical kernel half.
  package var kernelStart: UInt64 { levels == 4 ? 0xffff_8000_0000_0000 : 0xff00_0000_0000_0000 }

  /// Whether the hardware accepts the address: all bits above the translated ones are equal.
  @inlinable @inline(__always)
  package func isCanonical(_ address: UInt64) -> Bool {
    let unused = levels == 4 ? 16 : 7
    return UInt64(bitPattern: Int64(bitPattern: address << unused) >> Int64(unused)) == address
  }

  package func isVmallocAddress(_ address: UInt64) -> Bool {
    address >= vmallocStart && address < vmallocEnd
  }
}

/// The areas as addresses.
extension AddressMap {
  /// The vmalloc window. Its last byte, which searches leave out as the kernel does, is its `upperBound`.
  public var vmalloc: Range<VirtualAddress> {
    VirtualAddress(vmallocStart)..<VirtualAddress(vmallocEnd)
  }
  /// Where modules are loaded.
  public var modules: Range<VirtualAddress> {
    VirtualAddress(modulesStart)..<VirtualAddress(Self.modulesEnd)
  }
  /// Physical 0 in the direct map (`page_offset_base`).
  public var directMap: VirtualAddress { VirtualAddress(pageOffset) }
  /// The struct page of frame 0 (`vmemmap_base`).
  public var structPages: VirtualAddress { VirtualAddress(vmemmap) }
  /// Users' addresses end in front of it (`TASK_SIZE`).
  public var usersEnd: VirtualAddress { VirtualAddress(taskSize) }

  /// Whether the hardware accepts the address: all bits above the translated ones are equal.
  public func isCanonical(_ address: VirtualAddress) -> Bool { isCanonical(address.bits) }

  /// The corresponding kernel function is `is_vmalloc_addr`.
  public func isVmallocAddress(_ address: VirtualAddress) -> Bool {
    isVmallocAddress(address.bits)
  }
}

extension AddressMap {
  init(_ c: Configuration) {
    self.init(
      levels: c.levels, randomizesBase: c.switches.contains(.randomizeBase),
      vmallocStart: c.vmallocStart)
  }
}
