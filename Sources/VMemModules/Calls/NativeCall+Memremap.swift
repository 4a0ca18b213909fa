internal import VMem

/// `MEMREMAP_WB` and its like.
private struct RemapModes: OptionSet {
  let rawValue: UInt32
  static let writeBack = RemapModes(rawValue: 1)
  static let writeThrough = RemapModes(rawValue: 2)
  static let writeCombining = RemapModes(rawValue: 4)
}

/// Memory of any kind by its physical address (`kernel/iomem.c`).
extension NativeCall {
  /// Physical address, size, flags: RAM is where the direct map has it, and only write-back; all else
  /// is mapped in the first way of those asked for.
  func memremap() throws(CallStop) -> UInt64 {
    let (start, size, modes) = (self[0], self[1], RemapModes(rawValue: uint(2)))
    let memory = host.memorySize
    if modes.isEmpty || size == 0 { return 0 }
    guard start < memory else {
      let mode: CacheMode =
        modes.contains(.writeBack)
        ? .writeBack : modes.contains(.writeThrough) ? .writeThrough : .writeCombining
      return try ioremap(start, size, mode)
    }
    guard size <= memory - start else {
      return refuse("memremap attempted on mixed range", start, size)
    }
    guard modes.contains(.writeBack) else {
      return refuse("memremap attempted on ram", start, size)
    }
    host.reserve(start >> 12...(start + size - 1) >> 12, machine)
    return host.folded(host.map.pageOffset + start)
  }

  private func refuse(_ what: String, _ start: UInt64, _ size: UInt64) -> UInt64 {
    let place = "0x\(host.hex(start, digits: 16)) size: 0x\(host.hex(size, digits: 1))"
    host.warn(["\(what) \(place)"], at: "memremap")
    return 0
  }

  func memunmap() throws(CallStop) -> UInt64 {
    let start = address(0)
    guard host.map.isVmallocAddress(start) else {
      host.unreserve((start &- host.map.pageOffset) >> 12, machine)
      return 0
    }
    take(start & ~4095)
    return try nothing { () throws(Refusal) in try machine.mappings.iounmap(start) }
  }
}

/// Frames that modules ask for by their address: the free ones of them are taken from everybody else, as
/// if they had been reserved at boot.
extension ModuleHost {
  fileprivate func reserve(_ frames: ClosedRange<UInt64>, _ machine: borrowing Machine) {
    let sets = machine.pageSets
    let wanted = frames.filter { sets.use(ofFrame: $0) == .free }
    guard let last = wanted.last else { return }
    var blocks: [UInt64] = []
    var found: [UInt64] = []
    while found.count < wanted.count,
      let block = allocate([.noWarn], order: 10, node: nil, machine)
    {
      blocks.append(block)
      found += wanted.filter { block..<block + 1024 ~= $0 }
      if block > last, !found.isEmpty { break }
    }
    let kept = Set(found)
    for block in blocks {
      _ = try? sets.freePages((block..<block + 1024).filter { !kept.contains($0) })
    }
    reserved[frames.lowerBound] = found
  }

  fileprivate func unreserve(_ first: UInt64, _ machine: borrowing Machine) {
    guard let frames = reserved.removeValue(forKey: first) else { return }
    _ = try? machine.pageSets.freePages(frames)
  }

  /// Gives back what modules have not unmapped.
  func unreserveAll(_ machine: borrowing Machine) {
    for first in reserved.keys.sorted() { unreserve(first, machine) }
  }
}
