/// Memory of which every CPU has its own. The corresponding kernel file is `mm/percpu.c`.
///
/// There is no first chunk, which boot places in the direct map, and no work in the background: pages
/// come when an object needs them, and go with their chunk.
extension PerCPUAllocator {
  private var layout: PerCPULayout { PerCPULayout(configuration) }

  /// Carries out `Machine.allocPerCPU`.
  package func allocPerCPU(size: UInt64, align: UInt64) throws(Refusal) -> UInt64 {
    try beginCall()
    defer { endCall() }
    let align = max(align, PerCPUChunk.step)
    let rounded = (size &+ (PerCPUChunk.step - 1)) & ~(PerCPUChunk.step - 1)
    guard rounded > 0, rounded <= PerCPULayout.largestObject, align <= 4096,
      align.nonzeroBitCount == 1
    else {
      warn(.pcpu_alloc, .illegalPerCPU, rounded, align)
      throw Refusal(.null, .illegalPerCPU, rounded, align)
    }
    mightSleep(.pcpu_alloc)
    let layout = layout
    var place: (chunk: Ref<PerCPUChunk>, offset: UInt64)?
    // The oldest chunk first: it is the fullest.
    for chunk in perCPUChunks where place == nil {
      place = find(rounded, align, in: chunk, layout).map { (chunk, $0) }
    }
    if place == nil {
      do throws(Refusal) {
        let chunk = try createChunk(layout)
        place = find(rounded, align, in: chunk, layout).map { (chunk, $0) }
      } catch {
        throw logged(error, rounded, align, hasChunk: false)
      }
    }
    guard let (chunk, offset) = place else {
      throw Refusal(.null, .noHole, rounded, align)
    }
    let base = ram[chunk].base
    do throws(Refusal) {
      try makePageList(layout)
      guard populate(base, offset >> 12..<(offset + rounded + 4095) >> 12, layout) else {
        throw Refusal(.null, .noFrames, (rounded + 4095) >> 12)
      }
    } catch {
      throw logged(error, rounded, align, hasChunk: true)
    }
    mark(chunk, offset, rounded, isTaken: true)
    for unit in layout.units { zero(base + unit + offset, rounded) }
    return base + offset
  }

  /// Why there is no object, told to the log as well: ten times since boot.
  private func logged(
    _ refusal: Refusal, _ size: UInt64, _ align: UInt64, hasChunk: Bool
  ) -> Refusal {
    guard refusal.outcome != .bug, ram[ram.log].percpuFailures < 10 else { return refusal }
    logMessage(.percpuFailed, nil, size, align, hasChunk ? 1 : 0)
    ram[ram.log].percpuFailures += 1
    if ram[ram.log].percpuFailures == 10 { logMessage(.percpuFailuresEnd, level: 6) }
    return refusal
  }

  /// Carries out `Machine.freePerCPU`.
  package func freePerCPU(_ address: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    guard address != 0 else { return }
    let layout = layout
    let found = perCPUChunks.first { address &- ram[$0].base < layout.unit }
    guard let chunk = found, address & (PerCPUChunk.step - 1) == 0,
      let size = size(at: address - ram[chunk].base, in: chunk, layout)
    else { throw bug(.free_percpu, .noPerCPUObject, address) }
    mark(chunk, address - ram[chunk].base, size, isTaken: false)
    guard ram[chunk].used == 0 else { return }
    // pcpu_balance_free spares one of them.
    let empty = perCPUChunks.filter { ram[$0].used == 0 }
    for chunk in empty.dropFirst() { destroy(chunk, layout) }
  }

  /// Pages behind chunks, in units of CPUs and in those of none (`pcpu_nr_pages`).
  package var perCPUPages: UInt64 {
    let layout = layout
    var pages: UInt64 = 0
    for chunk in perCPUChunks {
      for page in 0..<layout.unit >> 12 where isPopulated(ram[chunk].base, page) { pages += 1 }
    }
    return pages * UInt64(layout.unitCount)
  }

  /// All chunks, the oldest first.
  private var perCPUChunks: [Ref<PerCPUChunk>] {
    var chunks: [Ref<PerCPUChunk>] = []
    ram[ram.mapping].perCPUChunks.forEach(ram) { chunks.append($0) }
    return chunks.reversed()
  }

  // MARK: Chunks

  /// A new chunk, with what describes it. The corresponding kernel function is `pcpu_create_chunk`.
  private func createChunk(_ layout: PerCPULayout) throws(Refusal) -> Ref<PerCPUChunk> {
    guard let chunk = caches.allocate(PerCPUChunk.self) else {
      throw Refusal(.null, .noDescriptor)
    }
    ram[chunk] = PerCPUChunk(base: 0)
    let map = layout.unit / PerCPUChunk.step / 8
    // Kernels before 6.9 were recorded without the memory controller.
    let sizes = [
      map, map + 8, layout.unit >> 12 * 32,
      has(.vmapNodes) ? layout.unit / PerCPUChunk.step * 8 : 0,
    ]
    do throws(Refusal) {
      let caller = try internText(
        has(.vmapNodes) ? "pcpu_create_chunk+0x0/0x0" : "pcpu_mem_zalloc+0x0/0x0")
      for (index, size) in sizes.enumerated() where size > 4096 {
        var request = VmallocRequest(size: size)
        request.gfp.insert(.zero)
        request.caller = caller
        ram[chunk].records[index] = try mappings.vmalloc(request)
      }
      ram[chunk].base = try getPerCPUAreas(
        align: PerCPULayout.atom, layout.groups, kind: .perCPUChunk)
    } catch {
      freeRecords(chunk)
      caches.free(chunk)
      throw Refusal(.null, as: error)
    }
    ram[ram.mapping].perCPUChunks.insert(chunk, ram)
    return chunk
  }

  /// The corresponding kernel function is `pcpu_destroy_chunk`.
  private func destroy(_ chunk: Ref<PerCPUChunk>, _ layout: PerCPULayout) {
    let base = ram[chunk].base
    for page in 0..<layout.unit >> 12 { unpopulate(base, page, layout.units) }
    ram[ram.mapping].perCPUChunks.remove(chunk, ram)
    removeGroup(areas.busyArea(startingAt: base), .perCPUChunk)
    freeRecords(chunk)
    caches.free(chunk)
  }

  /// The list that pages are collected in, made once and kept (`pcpu_get_pages`).
  private func makePageList(_ layout: PerCPULayout) throws(Refusal) {
    let size = UInt64(layout.unitCount) * (layout.unit >> 12) * 8
    guard size > 4096, ram[ram.mapping].perCPUPageList == 0 else { return }
    var request = VmallocRequest(size: size)
    request.gfp.insert(.zero)
    do throws(Refusal) {
      request.caller = try internText(
        has(.vmapNodes) ? "pcpu_populate_chunk+0x0/0x0" : "pcpu_mem_zalloc+0x0/0x0")
      ram[ram.mapping].perCPUPageList = try mappings.vmalloc(request)
    } catch {
      throw Refusal(.null, as: error)
    }
  }

  private func freeRecords(_ chunk: Ref<PerCPUChunk>) {
    for index in 0..<4 where ram[chunk].records[index] != 0 {
      try? mappings.vfree(ram[chunk].records[index])
    }
  }
}
