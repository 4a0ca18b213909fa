/// What a chunk of per-CPU memory knows of its objects: bits in areas of its own. They are the kernel's
/// `alloc_map` and `bound_map`.
extension PerCPUAllocator {
  /// The lowest place for an object, in bytes from the chunk's base.
  func find(
    _ size: UInt64, _ align: UInt64, in chunk: Ref<PerCPUChunk>, _ layout: PerCPULayout
  ) -> UInt64? {
    let (steps, order) = (
      UInt16(size / PerCPUChunk.step), (align / PerCPUChunk.step).trailingZeroBitCount
    )
    guard layout.unit - min(layout.unit, ram[chunk].used) >= size, steps < ram[chunk].unfit[order]
    else { return nil }
    let place = search(size, align, in: chunk, layout)
    if place == nil {
      for order in order..<ram[chunk].unfit.count {
        ram[chunk].unfit[order] = min(ram[chunk].unfit[order], steps)
      }
    }
    return place
  }

  private func search(
    _ size: UInt64, _ align: UInt64, in chunk: Ref<PerCPUChunk>, _ layout: PerCPULayout
  ) -> UInt64? {
    let step = PerCPUChunk.step
    var map = PerCPUMap(address: ram[chunk].records[PerCPUChunk.taken])
    var start: UInt64 = 0
    while start + size <= layout.unit {
      let (first, end) = (start / step, (start + size) / step)
      guard let taken = next(true, &map, first: first, end: end) else {
        return start
      }
      guard let free = next(false, &map, first: taken, end: layout.unit / step) else {
        return nil
      }
      start = (free * step + align - 1) & ~(align - 1)
    }
    return nil
  }

  /// Bytes of the object that starts at an offset; nil where none does.
  func size(
    at offset: UInt64, in chunk: Ref<PerCPUChunk>, _ layout: PerCPULayout
  ) -> UInt64? {
    let step = PerCPUChunk.step
    let (bit, end) = (offset / step, layout.unit / step)
    var taken = PerCPUMap(address: ram[chunk].records[PerCPUChunk.taken])
    var bounds = PerCPUMap(address: ram[chunk].records[PerCPUChunk.bounds])
    guard next(true, &taken, first: bit, end: bit + 1) == bit,
      next(true, &bounds, first: bit, end: bit + 1) == bit,
      let behind = next(true, &bounds, first: bit + 1, end: end + 1)
    else { return nil }
    return (behind - bit) * step
  }

  /// Notes that an object takes its place, or gives it up: its bounds stay until another has the place.
  func mark(
    _ chunk: Ref<PerCPUChunk>, _ offset: UInt64, _ size: UInt64, isTaken: Bool
  ) {
    let (first, end) = (offset / PerCPUChunk.step, (offset + size) / PerCPUChunk.step)
    var taken = PerCPUMap(address: ram[chunk].records[PerCPUChunk.taken])
    var bounds = PerCPUMap(address: ram[chunk].records[PerCPUChunk.bounds])
    for bit in first..<end {
      set(&taken, bit, isTaken)
      if isTaken { set(&bounds, bit, bit == first) }
    }
    guard isTaken else {
      ram[chunk].unfit = InlineArray(repeating: .max)
      return ram[chunk].used -= min(ram[chunk].used, size)
    }
    set(&bounds, end, true)
    ram[chunk].used += size
  }

  /// The first bit of a map that has a value, of those from one up to another. A map that is not there,
  /// since somebody has freed it, is all ones.
  private func next(
    _ value: Bool, _ map: inout PerCPUMap, first: UInt64, end: UInt64
  ) -> UInt64? {
    var bit = first
    while bit < end {
      let bits = map.frame(of: bit, mappings).map { ram[table: $0, map.word(of: bit)].bits } ?? .max
      let wanted = (value ? bits : ~bits) >> (bit & 63)
      if wanted != 0 {
        let found = bit + UInt64(wanted.trailingZeroBitCount)
        return found < end ? found : nil
      }
      bit = (bit | 63) + 1
    }
    return nil
  }

  private func set(_ map: inout PerCPUMap, _ bit: UInt64, _ value: Bool) {
    guard let frame = map.frame(of: bit, mappings) else { return }
    let (word, mask) = (map.word(of: bit), UInt64(1) << (bit & 63))
    ram[table: frame, word].bits = ram[table: frame, word].bits & ~mask | (value ? mask : 0)
  }
}

/// One of a chunk's maps, as one call reads it: where a page of it lies is looked up when the call comes
/// to that page.
private struct PerCPUMap {
  /// Of its first byte.
  let address: UInt64
  private var page = UInt64.max
  private var frame: UInt64?

  init(address: UInt64) { self.address = address }

  /// The frame that has a bit; nil where there is none.
  mutating func frame(of bit: UInt64, _ mappings: Mappings) -> UInt64? {
    let place = address &+ (bit >> 6) * 8
    guard place >> 12 != page else { return frame }
    page = place >> 12
    frame = mappings.vmallocToPFN(place).flatMap { mappings.ram.isMemory($0) ? $0 : nil }
    return frame
  }

  /// Which of its page's words has a bit.
  func word(of bit: UInt64) -> Int { Int((address &+ (bit >> 6) * 8) & 4095) >> 3 }
}
