/// The kernel's page tables: real entries in frames of RAM.
@frozen
public struct PageTables: Sendable {
  let ram: RAM
  let map: AddressMap

  init(ram: RAM, map: AddressMap) {
    self.ram = ram
    self.map = map
  }

  /// Frame of the top-level table (CR3).
  @inline(__always)
  public var top: UInt64 { UInt64(ram[Superblock.ref].topTable) }
  @inline(__always)
  public var levels: Int { map.levels }
}
