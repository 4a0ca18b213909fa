/// What a chunk of per-CPU memory knows of its objects: bits in areas of its own. They are the kernel's
/// `alloc_map` and `bound_map`.
extension PerCPUAllocator {
  /// The lowest place for an object, in bytes from the chunk's base.
  func find(
    _ size: UInt64, _ align: UInt64, in chunk: Ref<PerCPUChunk>, _ layout: PerCPULayout
  ) -> UInt64? {
    guard layout.unit - min(layout.unit, ram[chunk].used) >= size else { return nil }
    let step = PerCPUChunk.step
    var start: UInt64 = 0
    while start + size <= layout.unit {
      let (first, end) = (start / step, (start + size) / step)
      guard let taken = next(true, chunk, map: PerCPUChunk.taken, first: first, end: end) else {
        return start
      }
      guard
        let free = next(false, chunk, map: PerCPUChunk.taken, first: taken, end: layout.unit / step)
      else {
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
    guard next(true, chunk, map: PerCPUChunk.taken, first: bit, end: bit + 1) == bit,
      next(true, chunk, map: PerCPUChunk.bounds, first: bit, end: bit + 1) == bit,
      let behind = next(true, chunk, map: PerCPUChunk.bounds, first: bit + 1, end: end + 1)
    else { return nil }
    return (behind - bit) * step
  }

  /// Notes that an object takes its place, or gives it up: its bounds stay until another has the place.
  func mark(
    _ chunk: Ref<PerCPUChunk>, _ offset: UInt64, _ size: UInt64, isTaken: Bool
  ) {
    let (first, end) = (offset / PerCPUChunk.step, (offset + size) / PerCPUChunk.step)
    for bit in first..<end {
      set(chunk, PerCPUChunk.taken, bit, isTaken)
      if isTaken { set(chunk, PerCPUChunk.bounds, bit, bit == first) }
    }
    guard isTaken else { return ram[chunk].used -= min(ram[chunk].used, size) }
    set(chunk, PerCPUChunk.bounds, end, true)
    ram[chunk].used += size
  }

  /// The first bit of a map that has a value, of those from one up to another. A map that is not there,
  /// since somebody has freed it, is all ones.
  private func next(
    _ value: Bool, _ chunk: Ref<PerCPUChunk>, map: Int, first: UInt64, end: UInt64
  ) -> UInt64? {
    var bit = first
    while bit < end {
      let place = word(chunk, map, bit)
      let bits = place.map { ram[table: $0.frame, $0.word].bits } ?? .max
      let wanted = (value ? bits : ~bits) >> (bit & 63)
      if wanted != 0 {
        let found = bit + UInt64(wanted.trailingZeroBitCount)
        return found < end ? found : nil
      }
      bit = (bit | 63) + 1
    }
    return nil
  }

  private func set(_ chunk: Ref<PerCPUChunk>, _ map: Int, _ bit: UInt64, _ value: Bool) {
    guard let (frame, word) = word(chunk, map, bit) else { return }
    let mask = UInt64(1) << (bit & 63)
    ram[table: frame, word].bits = ram[table: frame, word].bits & ~mask | (value ? mask : 0)
  }

  /// Where the word of a bit lies.
  private func word(
    _ chunk: Ref<PerCPUChunk>, _ map: Int, _ bit: UInt64
  ) -> (frame: UInt64, word: Int)? {
    let address = ram[chunk].records[map] &+ (bit >> 6) * 8
    guard let pfn = mappings.vmallocToPFN(address), ram.isMemory(pfn) else { return nil }
    return (pfn, Int(address & 4095) >> 3)
  }
}
