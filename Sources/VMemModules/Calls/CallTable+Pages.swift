internal import CModule
internal import VMem

/// Pages by `struct page` and by their address in the direct map.
extension CallTable {
  static let pages: [CallEntry] = [
    // gfp, order
    CallEntry("alloc_pages") { call throws(CallStop) in
      call.host.structPage(try call.allocate(call.gfp(0), order: call.uint(1), node: nil))
    },
    // node, gfp, order
    CallEntry("alloc_pages_node") { call throws(CallStop) in
      call.host.structPage(try call.allocate(call.gfp(1), order: call.uint(2), node: call.node(0)))
    },
    CallEntry("zero_page") { call in call.host.structPage(call.host.zeroPage(call.machine)) },
    CallEntry("__get_free_pages") { call throws(CallStop) in
      call.direct(try call.allocate(call.gfp(0), order: call.uint(1), node: nil))
    },
    // gfp, node, count, array
    CallEntry("alloc_pages_bulk") { call throws(CallStop) in try call.allocateBulk() },
    CallEntry("__free_pages") { call throws(CallStop) in
      if call[0] == 0 { return 0 }
      return try call.free(call.pfn(0), order: call.uint(1))
    },
    CallEntry("free_pages") { call throws(CallStop) in
      if call[0] == 0 { return 0 }
      return try call.free(call.pfnOfAddress(0), order: call.uint(1))
    },
    // size, gfp
    CallEntry("alloc_pages_exact") { call throws(CallStop) in
      try call.allocateExact(call[0], call.gfp(1), node: nil)
    },
    CallEntry("free_pages_exact") { call throws(CallStop) in
      try call.free(call.pfnOfAddress(0), count: call[1].pageRounded >> 12)
    },
    CallEntry("get_page") { call throws(CallStop) in
      let pfn = try call.pfn(0)
      call.explainFree(pfn)
      let head = call.head(pfn)
      defer { _ = call.host.structPage(head) }
      return try call.nothing { () throws(Refusal) in
        try call.machine.pageSets.getPages([head])
      }
    },
    CallEntry("put_page") { call throws(CallStop) in
      let pfn = try call.pfn(0)
      call.explainFree(pfn)
      if let compound = call.compound(pfn) { return try call.put(compound) }
      return try call.put(pfn)
    },
    // page, order
    CallEntry("split_page") { call throws(CallStop) in
      call.host.ledger.split(call.host.directAddress(try call.pfn(0)))
      return 0
    },
  ]

  static let kmaps: [CallEntry] = [
    CallEntry("kmap") { call throws(CallStop) in
      call.mightSleep()
      let pfn = try call.pfn(0)
      return try call.pointer { () throws(Refusal) in try call.machine.highmem.kmap(pfn) }
    },
    CallEntry("kunmap") { call throws(CallStop) in
      let pfn = try call.pfn(0)
      return try call.nothing { () throws(Refusal) in try call.machine.highmem.kunmap(pfn) }
    },
    CallEntry("kmap_local_page") { call throws(CallStop) in
      let pfn = try call.pfn(0)
      return try call.pointer { () throws(Refusal) in try call.machine.highmem.kmapLocalPage(pfn) }
    },
    CallEntry("kunmap_local") { call throws(CallStop) in
      try call.nothing { () throws(Refusal) in
        try call.machine.highmem.kunmapLocal(call.address(0) & ~4095)
      }
    },
    CallEntry("kmap_atomic") { call throws(CallStop) in
      let pfn = try call.pfn(0)
      call.disablePreemption()
      return try call.pointer { () throws(Refusal) in try call.machine.highmem.kmapAtomic(pfn) }
    },
    CallEntry("kunmap_atomic") { call throws(CallStop) in
      call.enablePreemption()
      return try call.nothing { () throws(Refusal) in
        try call.machine.highmem.kunmapAtomic(call.address(0) & ~4095)
      }
    },
  ]

  private static func attribute(
    _ name: StaticString, _ set: @escaping @Sendable (NativeCall) throws(Refusal) -> Void
  ) -> CallEntry {
    CallEntry(name) { call throws(CallStop) in
      try call.status { () throws(Refusal) in try set(call) }
    }
  }

  static let attributes: [CallEntry] = [
    attribute("set_memory_ro") { (call) throws(Refusal) in
      try call.machine.mappings.setMemoryRO(call.address(0), count: UInt64(call.uint(1)))
    },
    attribute("set_memory_rw") { (call) throws(Refusal) in
      try call.machine.mappings.setMemoryRW(call.address(0), count: UInt64(call.uint(1)))
    },
    attribute("set_memory_x") { (call) throws(Refusal) in
      try call.machine.mappings.setMemoryX(call.address(0), count: UInt64(call.uint(1)))
    },
    attribute("set_memory_nx") { (call) throws(Refusal) in
      try call.machine.mappings.setMemoryNX(call.address(0), count: UInt64(call.uint(1)))
    },
    CallEntry("set_vm_flush_reset_perms") { call throws(CallStop) in
      try call.nothing { () throws(Refusal) in
        try call.machine.mappings.setVMFlushResetPerms(call.address(0))
      }
    },
  ]
}

extension NativeCall {
  /// The frame that an address of the direct map lies in. For any other there is no struct page.
  func pfnOfAddress(_ index: Int) throws(CallStop) -> UInt64 {
    let pfn = (address(index) &- host.map.pageOffset) >> 12
    guard pfn < host.memorySize >> 12 else {
      let shown = "0x" + host.hex(address(index), digits: 1)
      let owner = host.ledger.entry(at: address(index)).map { ", but of \(host.whose($0))" } ?? ""
      throw badPage(
        host.map.vmemmap &+ pfn << 6, "\(shown) is no address of the direct map\(owner): ")
    }
    return pfn
  }

  /// The address of a frame in the direct map, for native code; null for none.
  func direct(_ pfn: UInt64?) -> UInt64 {
    pfn.map { host.folded(host.directAddress($0)) } ?? 0
  }

  /// Frames that belong to the module, or nil when there are none.
  func allocate(_ gfp: GFP, order: UInt32, node: Int?) throws(CallStop) -> UInt64? {
    if gfp.mayBlock { mightSleep() }
    let pfn = host.allocate(gfp, order: order, node: node, machine)
    if let pfn {
      let isCompound = order > 0 && gfp.contains(.compound)
      if isCompound { host.hasCompounds = true }
      give(
        .pages, host.directAddress(pfn), 4096 << UInt64(order), isCompound ? .compound : .whole)
    }
    return pfn
  }

  /// Pages for some bytes, without the rest of the power of two.
  func allocateExact(_ size: UInt64, _ gfp: GFP, node: Int?) throws(CallStop) -> UInt64 {
    let count = size.pageRounded >> 12
    let order = count <= 1 ? 0 : UInt32(64 - (count - 1).leadingZeroBitCount)
    guard let pfn = try allocate(gfp, order: order, node: node) else { return 0 }
    let rest = pfn + count..<pfn + 1 << UInt64(order)
    if !rest.isEmpty {
      _ = try nothing { () throws(Refusal) in try machine.pageSets.freePages(Array(rest)) }
    }
    take(host.directAddress(pfn))
    give(.pages, host.directAddress(pfn), count << 12, .split)
    return direct(pfn)
  }

  fileprivate func free(_ pfn: UInt64, order: UInt32) throws(CallStop) -> UInt64 {
    try free(pfn, count: 1 << UInt64(min(order, 10)))
  }

  /// Says who has freed a page that nobody has, before the engine's BUG.
  fileprivate func explainFree(_ pfn: UInt64) {
    guard pfn < host.memorySize >> 12, machine.pageSets.use(ofFrame: pfn) != .allocated,
      let past = host.ledger.wasFreed(host.directAddress(pfn))
    else { return }
    explain("\(name) of what was freed: \(host.fate(past))")
  }

  func free(_ pfn: UInt64, count: UInt64) throws(CallStop) -> UInt64 {
    let start = host.directAddress(pfn)
    if let (cache, _) = host.slab.object(at: start) { return complain(slabPage: pfn, cache) }
    if let compound = compound(pfn) { return try put(compound) }
    if let known = host.ledger.live[start] {
      if known.size != count << 12 { return try free(known, pages: count) }
    } else if let block = host.ledger.block(at: start) {
      return try free(block, from: start, pages: count)
    }
    if host.ledger.live[start] == nil, let past = host.ledger.wasFreed(start),
      machine.pageSets.use(ofFrame: pfn) != .allocated
    {
      host.complain(
        [
          "BUG: Bad page state in process \(host.running?.name ?? "insmod")  pfn:\(host.hex(pfn, digits: 5))"
        ],
        level: 1)
      explain("double \(name): \(host.fate(past))")
      return 0
    }
    take(start)
    return try give(back: pfn, count)
  }

  func give(back pfn: UInt64, _ count: UInt64) throws(CallStop) -> UInt64 {
    // Nobody has more than all frames.
    let end = pfn + min(count, max(1, host.memorySize >> 12 &- min(pfn, host.memorySize >> 12)))
    defer { host.resetRecords(pfn..<end) }
    return try nothing { () throws(Refusal) in
      try machine.pageSets.freePages(Array(pfn..<end))
    }
  }

  /// gfp, preferred node, count, array: fills the empty places of the array, and returns how many are
  /// full (`alloc_pages_bulk`).
  fileprivate func allocateBulk() throws(CallStop) -> UInt64 {
    let count = Int(int(2))
    guard count > 0 else { return 0 }
    let array = try words(self[3], count)
    for index in 0..<count where array[index] == 0 {
      guard let pfn = try allocate(gfp(0), order: 0, node: node(1)) else { return UInt64(index) }
      try write(word: host.structPage(pfn), to: self[3] &+ UInt64(8 * index))
    }
    return UInt64(count)
  }
}

extension ModuleHost {
  /// The address of a frame in the direct map.
  func directAddress(_ pfn: UInt64) -> UInt64 { map.pageOffset &+ pfn << 12 }

  /// The page that is all zeroes, allocated at its first use; nil when there is no memory.
  func zeroPage(_ machine: borrowing Machine) -> UInt64? {
    if zeroPage == nil {
      zeroPage = allocate([.kernel, .zero], order: 0, node: nil, machine)
      if let zeroPage {
        _ = write([UInt8](repeating: 0, count: 4096), to: folded(directAddress(zeroPage)))
      }
    }
    return zeroPage
  }

  /// The page allocator has no blocks of more than 4 MiB.
  private func warnOfOrder() {
    if hasWarnedOfOrder { return }
    hasWarnedOfOrder = true
    warn([], at: view.configuration.kernel.pageAllocator)
  }

  /// Frames for a module, or for a cache of its objects; nil when there are none.
  func allocate(_ gfp: GFP, order: UInt32, node: Int?, _ machine: borrowing Machine) -> UInt64? {
    if order > FrameAllocator.maximumOrder {
      if !gfp.contains(.noWarn) { warnOfOrder() }
      return nil
    }
    do throws(Refusal) {
      let set = try machine.allocatePages(
        count: 1, order: UInt64(order), node: node.map(UInt64.init), gfp: gfp)
      guard let pfn = machine.pageSets.page(0, of: set).map(UInt64.init) else { return nil }
      resetRecords(pfn..<pfn + 1 << UInt64(order))
      return pfn
    } catch {
      if error.outcome == .errno(.EDEADLK) { explain(error.description) }
      return nil
    }
  }
}
