internal import CHost

/// Pages in a row as native code may see them.
package struct NativePages: Equatable, Sendable {
  /// Kernel address of the first.
  package var start: UInt64
  package var count: UInt64
  /// Physical address of the first; behind RAM's end there is a device. Of struct pages, the offset
  /// among them.
  package var physical: UInt64
  package var isWritable: Bool
  package var isExecutable: Bool
}

/// What native code sees at kernel addresses: what the page tables say of the vmalloc window, the pages
/// that somebody has been given, and the rest of RAM read only.
package struct NativeView: KernelPart {
  package let ram: RAM
  package let map: AddressMap

  package init(_ machine: borrowing Machine) {
    ram = machine.ram
    map = machine.map
  }

  /// Most pages that one fault brings.
  private static let mostPages: UInt64 = 64

  /// Bits of x86's page-fault error code.
  package static let writes: UInt32 = 2
  package static let fetches: UInt32 = 16

  /// What is at a kernel address; nil for nothing, or when an access with this error code is not allowed.
  package func pages(at address: UInt64, error: UInt32) -> NativePages? {
    guard let found = pages(at: address & ~4095) else { return nil }
    if error & Self.writes != 0, !found.isWritable { return nil }
    if error & Self.fetches != 0, !found.isExecutable { return nil }
    return found
  }

  private func pages(at address: UInt64) -> NativePages? {
    if map.isVmallocAddress(address) { return mapped(address) }
    let offset = address &- map.pageOffset
    if offset < UInt64(ram.frameCount) << 12 { return direct(offset >> 12) }
    let record = address &- map.vmemmap
    return record < UInt64(ram.frameCount) << 6 ? structPages(record) : nil
  }

  // MARK: Page tables

  /// The kernel address of the entry that maps an address, and the level of its table, 1 the lowest;
  /// nil where a table is missing. The corresponding kernel function is `lookup_address`.
  package func entryAddress(_ address: UInt64) -> (address: UInt64, depth: Int)? {
    let step = tables.end(of: address)
    if step.entry.isNone { return nil }
    return (map.pageOffset + step.table << 12 + UInt64(step.index) * 8, step.depth)
  }

  /// Flushes a range on every CPU. The corresponding kernel function is `flush_tlb_kernel_range`.
  package func flush(_ start: UInt64, _ end: UInt64) { FlushObligation(ram, start, end).flush() }

  // MARK: The vmalloc window

  private func mapped(_ address: UInt64) -> NativePages? {
    guard case .leaf(let pfn, let entry, _) = tables.look(up: address),
      let right = right(toFrame: pfn)
    else { return nil }
    var found = NativePages(
      start: address, count: 1, physical: pfn << 12,
      isWritable: entry.isWritable && right != .reading,
      isExecutable: entry.isExecutable)
    while found.count < Self.mostPages, found.physical >> 12 < UInt64(ram.frameCount) {
      let next = address + found.count << 12
      guard map.isVmallocAddress(next),
        case .leaf(pfn + found.count, let other, _) = tables.look(up: next),
        other.isWritable == entry.isWritable, other.isExecutable == entry.isExecutable,
        self.right(toFrame: pfn + found.count) == right
      else { break }
      found.count += 1
    }
    return found
  }

  /// What entries of the vmalloc window may give.
  private enum Right {
    case all, reading
    /// It is no RAM.
    case device
  }

  /// What an entry may give of the frame it leads to: what is the machine's own is never written, and
  /// what is free is nobody's.
  private func right(toFrame pfn: UInt64) -> Right? {
    guard isMemory(pfn) else { return .device }
    switch pageSets.use(ofFrame: pfn) {
    case .allocated: return .all
    case .free, .perCPU: return nil
    case .reserved, .table, .slab, .array: return .reading
    }
  }

  /// The frame that an address of the vmalloc window leads to, when it is RAM.
  package func frame(at address: UInt64) -> UInt64? {
    guard map.isVmallocAddress(address), case .leaf(let pfn, _, _) = tables.look(up: address),
      isMemory(pfn)
    else { return nil }
    return pfn
  }

  /// Whether a frame is RAM: there is a hole for devices in it, and more of them behind its end.
  package func isMemory(_ pfn: UInt64) -> Bool {
    pfn < UInt64(ram.frameCount) && ram.isMemory(pfn)
  }

  // MARK: The direct map

  /// Bytes by an address of the direct map, whoever has them; nil where not all of them are RAM.
  package func withDirectBytes<R>(
    _ address: UInt64, _ count: Int, _ body: (Span<UInt8>) -> R
  ) -> R? {
    let (offset, size) = (address &- map.pageOffset, UInt64(ram.frameCount) << 12)
    guard count >= 0, offset < size, UInt64(count) <= size - offset else { return nil }
    // Safe: all of it is in RAM.
    let bytes = unsafe UnsafeBufferPointer(
      start: (ram.frame(offset >> 12) + Int(offset & 4095)).assumingMemoryBound(to: UInt8.self),
      count: count)
    return body(unsafe Span(_unsafeElements: bytes))
  }

  private func direct(_ pfn: UInt64) -> NativePages? {
    guard ram.isMemory(pfn), let isWritable = isWritable(pfn) else { return nil }
    var found = NativePages(
      start: map.pageOffset + pfn << 12, count: 1, physical: pfn << 12, isWritable: isWritable,
      isExecutable: false)
    while found.count < Self.mostPages, ram.isMemory(pfn + found.count),
      self.isWritable(pfn + found.count) == isWritable
    {
      found.count += 1
    }
    return found
  }

  /// Whether callers may write to a frame; nil for one that nobody has.
  private func isWritable(_ pfn: UInt64) -> Bool? {
    switch pageSets.use(ofFrame: pfn) {
    case .free, .perCPU: nil
    case .allocated:
      if case .leaf(_, let entry, _) = tables.look(up: map.pageOffset + pfn << 12) {
        entry.isWritable
      } else {
        nil
      }
    case .reserved, .table, .slab, .array: false
    }
  }

  // MARK: Struct pages

  /// Native code has records of its own in the place of the frames' own.
  private func structPages(_ offset: UInt64) -> NativePages {
    NativePages(
      start: map.vmemmap + offset & ~4095, count: 1, physical: offset & ~4095,
      isWritable: true, isExecutable: false)
  }
}
