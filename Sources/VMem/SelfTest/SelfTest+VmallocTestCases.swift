/// What the tests of lib/test_vmalloc.c do, one function each. They return whether they pass.
extension SelfTest {
  func run(
    _ test: VmallocTest, _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    switch test {
    case .fix_size_alloc_test: try testFixSize(p, &worker)
    case .full_fit_alloc_test: try testFullFit(p, &worker)
    case .long_busy_list_alloc_test: try testLongBusyList(p, &worker)
    case .random_size_alloc_test: try testRandomSize(p, &worker)
    case .fix_align_alloc_test: try testFixAlign(p, &worker)
    case .random_size_align_alloc_test: try testRandomSizeAlign(p, &worker)
    case .align_shift_alloc_test: try testAlignShift(&worker)
    case .pcpu_alloc_test: try testPerCPU(p, &worker)
    case .kvfree_rcu_1_arg_vmalloc_test: try testKvfreeRCU(p, hasHead: false, &worker)
    case .kvfree_rcu_2_arg_vmalloc_test: try testKvfreeRCU(p, hasHead: true, &worker)
    case .vm_map_ram_test: try testMapRAM(p, &worker)
    case .no_block_alloc_test: try testNoBlock(p, &worker)
    case .vrealloc_test: try testVrealloc(p, &worker)
    }
  }

  private func request(pages: UInt64) -> VmallocRequest { VmallocRequest(size: pages << 12) }

  /// `__vmalloc_node(size, align, GFP_KERNEL | __GFP_ZERO, 0, …)`: node 0.
  private func zeroed(pages: UInt64, align: UInt64) -> VmallocRequest {
    var request = request(pages: pages)
    request.align = align
    request.gfp.insert(.zero)
    request.node = 0
    return request
  }

  /// Allocates, writes the first byte unless that is nil, and frees. False where there is no memory.
  private func cycle(
    _ request: VmallocRequest, byte: UInt8?, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    let address = try measuredVmalloc(request, &worker)
    guard address != 0 else { return false }
    if let byte { try poke(address, byte) }
    try measuredVfree(address, &worker)
    return true
  }

  private func testFixSize(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    var request = request(pages: p.pages)
    if p.use_huge { request.flags.insert(.allowHugeVmap) }
    for _ in 0..<p.loops where !(try cycle(request, byte: 0, &worker)) { return false }
    return true
  }

  /// Holes of two pages, one page and its guard, which fit what the loop allocates.
  private func testFullFit(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    let count = areas.lazyMaximum
    let kept = try measuredVmalloc(VmallocRequest(size: count * 8), &worker)
    guard kept != 0 else { return false }
    let junk = try measuredVmalloc(VmallocRequest(size: count * 8), &worker)
    guard junk != 0 else {
      try measuredVfree(kept, &worker)
      return false
    }
    for index in 0..<count {
      try keep(kept + index * 8, try measuredVmalloc(request(pages: 1), &worker))
      try keep(junk + index * 8, try measuredVmalloc(request(pages: 1), &worker))
    }
    for index in 0..<count { try measuredVfree(try recall(junk + index * 8), &worker) }
    var passes = true
    for _ in 0..<p.loops where !(try cycle(request(pages: 1), byte: 1, &worker)) {
      passes = false
      break
    }
    for index in 0..<count { try measuredVfree(try recall(kept + index * 8), &worker) }
    try measuredVfree(kept, &worker)
    try measuredVfree(junk, &worker)
    return passes
  }

  private func testLongBusyList(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    let count: UInt64 = 15_000
    let list = try measuredVmalloc(VmallocRequest(size: count * 8), &worker)
    guard list != 0 else { return false }
    for index in 0..<count {
      try keep(list + index * 8, try measuredVmalloc(request(pages: 1), &worker))
    }
    var passes = true
    for _ in 0..<p.loops {
      let large = try measuredVmalloc(request(pages: 100), &worker)
      let small = large == 0 ? 0 : try measuredVmalloc(request(pages: 1), &worker)
      if small == 0 {
        if large != 0 { try measuredVfree(large, &worker) }
        passes = false
        break
      }
      try poke(large, 0)
      try poke(small, 1)
      try measuredVfree(large, &worker)
      try measuredVfree(small, &worker)
    }
    for index in 0..<count { try measuredVfree(try recall(list + index * 8), &worker) }
    try measuredVfree(list, &worker)
    return passes
  }

  private func testRandomSize(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for _ in 0..<p.loops {
      let pages = 1 + random(below: 100)
      if !(try cycle(request(pages: pages), byte: 1, &worker)) { return false }
    }
    return true
  }

  private func testFixAlign(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    // Twice the alignment of a kernel stack.
    let request = zeroed(pages: 5, align: 32 << 10)
    for _ in 0..<p.loops where !(try cycle(request, byte: nil, &worker)) { return false }
    return true
  }

  private func testRandomSizeAlign(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for _ in 0..<p.loops {
      let byte = random(below: 256)
      let request = zeroed(pages: byte % 10 + 1, align: 1 << (byte % 23))
      if !(try cycle(request, byte: nil, &worker)) { return false }
    }
    return true
  }

  private func testAlignShift(
    _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for shift in 0..<64 as Range<UInt64> {
      if !(try cycle(zeroed(pages: 1, align: 1 << shift), byte: nil, &worker)) { return false }
    }
    return true
  }

  private func testPerCPU(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    let count = UInt64(max(p.nr_pcpu_objects, 0))
    let list = try measuredVmalloc(VmallocRequest(size: count * 8), &worker)
    guard list != 0 else { return false }
    var chunks = PerCPUChunks(configuration)
    var passes = true
    for index in 0..<count {
      let size = random(below: 1024) + 1
      let align = UInt64(1) << (random(below: 11) + 1)
      var place: UInt64?
      let mapped = chunks.mappedPages
      try measured(pages: 0, &worker) { place = chunks.allocate(self, size: size, align: align) }
      worker.cycles += chunks.mappedPages - mapped
      try keep(list + index * 8, place ?? 0)
      if place == nil { passes = false }
    }
    for index in 0..<count where try recall(list + index * 8) != 0 {
      try measured(pages: 0, &worker) {}
    }
    do throws(Refusal) { try chunks.removeAll(self) } catch { throw .refused(error) }
    try measuredVfree(list, &worker)
    return passes
  }

  private func testKvfreeRCU(
    _ p: VmallocTestParameters, hasHead: Bool, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for _ in 0..<p.loops {
      let address = try measuredVmalloc(request(pages: 1), &worker)
      guard address != 0 else { return false }
      // Behind the room for a head, which both objects have.
      try poke(address + 16, UInt8(ascii: "a"))
      try measured(pages: 1, &worker) { () throws(Refusal) in
        try kvfreeRCU(address, hasHead: hasHead)
      }
    }
    return true
  }

  private func testMapRAM(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    guard let set = try? pageSets.allocatePages(count: p.pages) else { return false }
    let pages = mappings.pageNumbers(of: set)
    for _ in 0..<p.loops {
      var address: UInt64 = 0
      try measured(pages: p.pages, &worker) { address = (try? mappings.vmMapRAM(pages)) ?? 0 }
      // Not checked: a kernel without room writes through a null pointer here.
      try poke(address, UInt8(ascii: "a"))
      try measured(pages: p.pages, &worker) { () throws(Refusal) in
        try mappings.vmUnmapRAM(address, count: p.pages)
      }
    }
    do throws(Refusal) { try pageSets.freePages(pages) } catch { throw .refused(error) }
    return true
  }

  private func testNoBlock(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for _ in 0..<p.loops {
      var request = request(pages: p.pages)
      request.gfp = random(below: 256) & 1 != 0 ? .atomic : .nowait
      // Preemption is off.
      context = .atomic
      let address = try measuredVmalloc(request, &worker)
      context = .process
      guard address != 0 else { return false }
      try poke(address, 0)
      try measuredVfree(address, &worker)
    }
    return true
  }

  private func testVrealloc(
    _ p: VmallocTestParameters, _ worker: inout VmallocTestWorker
  ) throws(VmallocTestStop) -> Bool {
    for _ in 0..<p.loops {
      var address = try measuredVmalloc(request(pages: 1), &worker)
      guard address != 0 else { return false }
      try poke(address, UInt8(ascii: "a"))
      for size in [16_384, 4096, 2048, 4096] as [UInt64] {
        address = try measuredVrealloc(address, size: size, &worker)
        guard address != 0, try peek(address) == UInt8(ascii: "a") else { return false }
      }
      try measuredVfree(address, &worker)
    }
    return true
  }

  private func keep(_ place: UInt64, _ address: UInt64) throws(VmallocTestStop) {
    do throws(Refusal) { try mmu.store(place, address) } catch { throw .refused(error) }
  }

  private func recall(_ place: UInt64) throws(VmallocTestStop) -> UInt64 {
    do throws(Refusal) { return try mmu.load(place) } catch { throw .refused(error) }
  }
}
