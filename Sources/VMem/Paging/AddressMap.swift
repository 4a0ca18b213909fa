/// Where x86-64 puts its kernel areas (no KASLR). The kernel's Documentation/arch/x86/x86_64/mm.rst
/// gives the same table.
public struct AddressMap: Equatable, Sendable {
  /// Levels of page tables: 4 or 5.
  public let levels: Int

  /// Where the modules begin: behind the room for the kernel's image, 512 MiB, or 1 GiB of a kernel
  /// built to be put at a random place.
  public let modulesStart: UInt64

  /// `CONFIG_RANDOMIZE_BASE` in `randomizesBase`.
  package init(levels: Int, randomizesBase: Bool = false) {
    precondition(levels == 4 || levels == 5)
    self.levels = levels
    modulesStart = Self.imageStart + (randomizesBase ? 1 << 30 : 512 << 20)
  }

  /// `page_offset_base`: physical 0 in the direct map.
  public var pageOffset: UInt64 { levels == 4 ? 0xffff_8880_0000_0000 : 0xff11_0000_0000_0000 }
  public var vmallocStart: UInt64 { levels == 4 ? 0xffff_c900_0000_0000 : 0xffa0_0000_0000_0000 }
  /// The window's last byte; the kernel uses it as the exclusive end of searches all the same.
  public var vmallocEnd: UInt64 { levels == 4 ? 0xffff_e8ff_ffff_ffff : 0xffd1_ffff_ffff_ffff }
  /// `vmemmap_base`: the struct page of frame 0.
  public var vmemmap: UInt64 { levels == 4 ? 0xffff_ea00_0000_0000 : 0xffd4_0000_0000_0000 }
  /// `__START_KERNEL_map`.
  package static let imageStart: UInt64 = 0xffff_ffff_8000_0000
  public static let modulesEnd: UInt64 = 0xffff_ffff_ff00_0000

  /// First address of the canonical kernel half.
  package var kernelStart: UInt64 { levels == 4 ? 0xffff_8000_0000_0000 : 0xff00_0000_0000_0000 }

  /// Whether the hardware accepts the address: all bits above the translated ones are equal.
  @inlinable @inline(__always)
  public func isCanonical(_ address: UInt64) -> Bool {
    let unused = levels == 4 ? 16 : 7
    return UInt64(bitPattern: Int64(bitPattern: address << unused) >> Int64(unused)) == address
  }

  public func isVmallocAddress(_ address: UInt64) -> Bool {
    address >= vmallocStart && address < vmallocEnd
  }
}

extension AddressMap {
  init(_ c: Configuration) {
    self.init(levels: c.levels, randomizesBase: c.switches.contains(.randomizeBase))
  }
}
