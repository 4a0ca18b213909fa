/// Memory of which every CPU has its own: chunks of address space with a unit for each CPU, the same
/// at the same place in all of them. The corresponding kernel code is mm/percpu.c.
///
/// Objects take the next place in the newest chunk, a chunk is given back as a whole, and all are
/// when the allocator goes: it lives no longer than the test that uses it.
struct PerCPUChunks {
  private struct Chunk {
    var base: UInt64
    /// Bytes of each unit that objects have taken, and pages that are there.
    var used: UInt64 = 0
    var populated: UInt64 = 0
    /// What describes it: maps of the taken and the last bytes, and of the free runs by page.
    var records: [UInt64] = []
  }

  private let layout: PerCPULayout
  private var chunks: [Chunk] = []
  /// Pages mapped so far, in all units.
  private(set) var mappedPages: UInt64 = 0

  init(_ configuration: Configuration) { layout = PerCPULayout(configuration) }

  /// Room for an object in every unit; returns its address for CPU 0, or nil. The corresponding
  /// kernel function is `__alloc_percpu`.
  mutating func allocate(_ test: SelfTest, size: UInt64, align: UInt64) -> UInt64? {
    guard size > 0, size <= PerCPULayout.largestObject, align.nonzeroBitCount == 1, align <= 4096
    else {
      return nil
    }
    if let place = take(test, size, align) { return place }
    // An untouched chunk is not too small: there are no pages for it.
    guard chunks.last?.used != 0, add(test) else { return nil }
    return take(test, size, align)
  }

  private mutating func take(
    _ test: SelfTest, _ size: UInt64, _ align: UInt64
  ) -> UInt64? {
    guard let chunk = chunks.last else { return nil }
    let start = (chunk.used + align - 1) & ~(align - 1)
    let end = start + size
    guard end <= layout.unit else { return nil }
    let pages = (end + 4095) >> 12
    // Pages come one by one to all units; those that came before the memory ran out stay.
    while chunks[chunks.count - 1].populated < pages {
      let page = chunks[chunks.count - 1].populated
      guard test.percpu.populate(chunk.base, page..<page + 1, layout) else { return nil }
      chunks[chunks.count - 1].populated += 1
      mappedPages += UInt64(layout.units.count)
    }
    chunks[chunks.count - 1].used = end
    return chunk.base + start
  }

  /// A new chunk, with what describes it (`pcpu_create_chunk`).
  private mutating func add(_ test: SelfTest) -> Bool {
    var chunk = Chunk(base: 0)
    let map = layout.unit / 32
    do throws(Refusal) {
      for size in [map, map + 8, layout.unit >> 12 * 32] {
        var request = VmallocRequest(size: size)
        request.gfp.insert(.zero)
        chunk.records.append(size > 4096 ? try test.mappings.vmalloc(request) : 0)
      }
      chunk.base = try test.percpu.getPerCPUAreas(align: PerCPULayout.atom, layout.groups)
    } catch {
      for record in chunk.records { try? test.mappings.vfree(record) }
      return false
    }
    chunks.append(chunk)
    return true
  }

  /// Gives every chunk back (`pcpu_destroy_chunk`).
  mutating func removeAll(_ test: SelfTest) throws(Refusal) {
    for chunk in chunks {
      for page in 0..<chunk.populated { test.percpu.unpopulate(chunk.base, page, layout.units) }
      try test.percpu.freePerCPUAreas(chunk.base)
      for record in chunk.records { try test.mappings.vfree(record) }
    }
    chunks = []
  }
}
