/// What the kernel's tables are made of, for walks over all of them.
extension PageTables {
  /// All they translate without the direct map and the struct pages: where mapping calls write, which
  /// take addresses of the lower half, too.
  var rangesOfEntries: [ClosedRange<UInt64>] {
    let direct = UInt64(ram.frameCount &- ram[ram.highMemory].frames) << 12
    let records = (UInt64(ram.frameCount) * 64 + 4095) & ~4095
    return [
      0...Level.size(depth: levels) << 8 - 1,
      map.kernelStart...map.pageOffset - 1, map.pageOffset + direct...map.vmemmap - 1,
      map.vmemmap + records...UInt64.max,
    ]
  }

  /// What only kmap and kmap_local write: no ranges without windows.
  var kmapWindows: [ClosedRange<UInt64>] {
    let highMemory = ram[ram.highMemory]
    guard let kind = KmapWindow.Kind(rawValue: highMemory.window), kind != .none else { return [] }
    let window = KmapWindow(kind: kind, slots: Int(highMemory.pkmapSlots))
    let slots =
      Int(ram[Superblock.ref].cpuCount) * (ram.has(.debugKmapLocal) ? KmapControl.mostEntries : 16)
    return [
      window.base...window.end - 1, window.localAddress(slots - 1)...window.localTop | 4095,
    ]
  }
}
