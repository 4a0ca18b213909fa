internal import CModule
internal import VMem

/// Objects: kmalloc, kvmalloc and caches of modules.
extension CallTable {
  static let slab: [CallEntry] = [
    CallEntry("kmalloc") { call throws(CallStop) in try call.kmalloc(call[0], call.gfp(1)) },
    CallEntry("kmalloc_node") { call throws(CallStop) in
      try call.kmalloc(call[0], call.gfp(1), node: call.node(2))
    },
    CallEntry("krealloc") { call throws(CallStop) in try call.krealloc() },
    CallEntry("kfree") { call throws(CallStop) in try call.kfree(call[0]) },
    CallEntry("kfree_sensitive") { call throws(CallStop) in
      if let size = call.host.slab.size(of: call.address(0)) {
        try call.write([UInt8](repeating: 0, count: Int(size)), to: call[0])
      }
      return try call.kfree(call[0])
    },
    // Whoever asks may use all of it.
    CallEntry("ksize") { call in
      let address = call.address(0)
      guard let (cache, start) = call.host.slab.object(at: address) else {
        return call.host.ledger.live[address]?.size ?? 0
      }
      if start == address { call.host.slab.use(all: cache.objectSize, of: address) }
      return cache.objectSize
    },
    CallEntry("kvmalloc") { call throws(CallStop) in try call.kvmalloc(call[0], call.gfp(1)) },
    CallEntry("kvmalloc_node") { call throws(CallStop) in
      try call.kvmalloc(call[0], call.gfp(1), node: call.node(2))
    },
    CallEntry("kvrealloc") { call throws(CallStop) in try call.kvrealloc() },
    CallEntry("kmalloc_size_roundup") { call in
      call.host.slab.general(for: call[0])?.objectSize ?? call[0].pageRounded
    },
    CallEntry("kvfree_sensitive") { call throws(CallStop) in
      if call[0] == 0 { return 0 }
      try call.fill(call[0], call[1]) { 0 }
      return call.host.map.isVmallocAddress(call.address(0))
        ? try call.vfree(call.address(0)) : try call.kfree(call[0])
    },
    CallEntry("kvfree") { call throws(CallStop) in
      call.host.map.isVmallocAddress(call.address(0))
        ? try call.vfree(call.address(0)) : try call.kfree(call[0])
    },
  ]

  static let caches: [CallEntry] = [
    // name, size, align, flags, constructor
    CallEntry("kmem_cache_create") { call throws(CallStop) in
      call.mightSleep()
      return try call.createCache()
    },
    CallEntry("kmem_cache_destroy") { call throws(CallStop) in
      call.mightSleep()
      return try call.destroyCache()
    },
    // cache, gfp, node
    CallEntry("kmem_cache_alloc") { call throws(CallStop) in
      let cache = try call.cache(0)
      return try call.object(cache, cache.objectSize, call.gfp(1))
    },
    // The next object that the constructor has not seen.
    CallEntry("kmem_cache_fresh") { call throws(CallStop) in
      let cache = try call.cache(0)
      if cache.free.isEmpty, try !call.grow(cache, call.gfp(1)) { return 0 }
      return cache.takeFresh().map(call.host.folded) ?? 0
    },
    CallEntry("kmem_cache_free") { call throws(CallStop) in
      let wanted = try call.cache(0)
      if let (cache, start) = call.host.slab.object(at: call.address(1)), cache !== wanted {
        call.host.warn(
          [
            "cache_from_obj: Wrong slab cache. \(wanted.name) but object is from \(cache.name)"
          ], at: "cache_from_obj")
        let owner = call.host.ledger.live[start].map { ": \(call.host.whose($0))" } ?? ""
        call.explain("kmem_cache_free from \(wanted.name) of an object of \(cache.name)\(owner)")
      }
      return try call.kfree(call[1])
    },
    CallEntry("kmem_cache_shrink") { call throws(CallStop) in
      call.host.freeEmptySlabs([try call.cache(0)])
      return 0
    },
  ]
}

extension NativeCall {
  private static let typesafeByRCU: UInt32 = 0x8_0000

  /// What `kmalloc(0)` returns: `ZERO_SIZE_PTR`.
  private static let zeroSize: UInt64 = 16

  /// - Parameter node: where the object is wanted; another node's when there is none of it.
  func kmalloc(_ size: UInt64, _ gfp: GFP, node: Int? = nil) throws(CallStop) -> UInt64 {
    if gfp.mayBlock { mightSleep() }
    if size == 0 { return Self.zeroSize }
    if let cache = host.slab.general(for: size) { return try object(cache, size, gfp, node) }
    // What an overflow of counts and sizes ends as.
    if size == .max { return 0 }
    let order = UInt32(64 - ((size - 1) >> 12).leadingZeroBitCount)
    guard let pfn = host.allocate(gfp, order: order, node: node, machine) else { return 0 }
    give(.object, host.directAddress(pfn), 4096 << UInt64(order))
    return direct(pfn)
  }

  /// An object of a cache, of a node if one is wanted and has memory.
  fileprivate func object(
    _ cache: SlabHeap.Cache, _ size: UInt64, _ gfp: GFP, _ node: Int? = nil
  ) throws(CallStop) -> UInt64 {
    if gfp.mayBlock { mightSleep() }
    if !cache.free.contains(where: { isOf(node, $0) }), try !grow(cache, gfp, node),
      cache.free.isEmpty
    {
      return 0
    }
    guard
      let object = host.slab.take(cache, size, at: cache.free.lastIndex { isOf(node, $0) })
    else { return 0 }
    let place = host.folded(object)
    host.checkFree(object, cache)
    let zeroed =
      gfp.contains(.zero) ? size : zeroesAll && !cache.keepsFree ? cache.objectSize : 0
    if zeroed > 0 { try write([UInt8](repeating: 0, count: Int(zeroed)), to: place) }
    // What is behind the object is as it was, unless all of its place was zeroed.
    if zeroed > size { host.watch(object + size..<object + cache.stride) }
    give(.object, object, size)
    return place
  }

  /// Whether the kernel zeroes all that it allocates (`init_on_alloc`).
  private var zeroesAll: Bool { host.view.configuration.switches.contains(.initOnAlloc) }

  /// Whether an address of the direct map is of a node; of none in particular is every one.
  private func isOf(_ node: Int?, _ address: UInt64) -> Bool {
    guard let node else { return true }
    let pfn = (address &- host.map.pageOffset) >> 12
    return machine.pageSets.structPage(pfn)?.node == node
  }

  /// Gets a cache another slab; false when there is no memory.
  fileprivate func grow(
    _ cache: SlabHeap.Cache, _ gfp: GFP, _ node: Int? = nil
  ) throws(CallStop) -> Bool {
    guard let pfn = host.allocate(gfp, order: cache.order, node: node, machine) else {
      return false
    }
    host.slab.add(host.directAddress(pfn), to: cache)
    host.watch(host.directAddress(pfn), cache)
    return true
  }

  /// The cache of a `struct kmem_cache`.
  fileprivate func cache(_ index: Int) throws(CallStop) -> SlabHeap.Cache {
    guard let cache = host.slab.named[self[index]] else { throw badPointer(self[index]) }
    return cache
  }

  func kfree(_ pointer: UInt64) throws(CallStop) -> UInt64 {
    let address = host.unfolded(pointer)
    if pointer <= Self.zeroSize { return 0 }
    if let (cache, start) = host.slab.object(at: address) {
      guard start == address, host.slab.size(of: address) != nil else {
        throw .oops(invalidFree(address, start, cache))
      }
      host.checkRest(address, cache)
      take(address)
      try writeFreePointer(address, cache)
      host.slab.put(address, cache)
      host.watch(address..<address + cache.stride)
      return 0
    }
    if host.objects.freeArea(pointer) { return 0 }
    guard let entry = host.ledger.live[address], entry.kind == .object else {
      throw .oops(invalidFree(address, address, nil))
    }
    take(address)
    return try nothing { () throws(Refusal) in
      let first = (address &- host.map.pageOffset) >> 12
      try machine.pageSets.freePages(Array(first..<first + entry.size >> 12))
    }
  }

  /// A free object has the address of the next one in its middle.
  private func writeFreePointer(_ address: UInt64, _ cache: SlabHeap.Cache) throws(CallStop) {
    let middle = host.folded(address) + cache.objectSize / 2 & ~7
    guard cache.objectSize >= 16, !cache.keepsFree else { return }
    try write(word: cache.free.last.map(host.folded) ?? 0, to: middle)
  }

  private func invalidFree(_ address: UInt64, _ start: UInt64, _ cache: SlabHeap.Cache?) -> Oops {
    let shown = host.hex(address, digits: 16)
    if let past = host.ledger.wasFreed(address), cache == nil || start == address {
      return Oops(
        lines: [
          "BUG: KASAN: double-free in \(name)", "Free of addr \(shown) by task \(host.taskTitle)",
        ],
        explanation: "double \(name): \(host.fate(past))", isReportOnly: true)
    }
    let why =
      cache.map {
        "byte \(address - start) of an object of \($0.name); the object begins at 0x\(host.hex(start, digits: 1))"
      } ?? "no object of kmalloc"
      + (host.ledger.entry(at: address).map { ", but " + host.whose($0) } ?? "")
    return Oops(
      lines: [
        "BUG: KASAN: invalid-free in \(name)", "Free of addr \(shown) by task \(host.taskTitle)",
      ],
      explanation: "\(name) of 0x\(shown): \(why)", isReportOnly: true)
  }

  fileprivate func krealloc() throws(CallStop) -> UInt64 {
    if self[0] <= Self.zeroSize { return try kmalloc(self[1], gfp(2)) }
    if self[1] == 0 {
      _ = try kfree(self[0])
      return Self.zeroSize
    }
    let old = host.slab.size(of: address(0)) ?? host.ledger.live[address(0)]?.size ?? 0
    let new = try kmalloc(self[1], gfp(2))
    guard new != 0 else { return 0 }
    try write(try bytes(self[0], Int(min(old, self[1]))), to: new)
    _ = try kfree(self[0])
    return new
  }

  /// Objects of up to a page from a cache; larger ones too when there are such pages, or else an area.
  fileprivate func kvmalloc(
    _ size: UInt64, _ gfp: GFP, node: Int? = nil
  ) throws(CallStop) -> UInt64 {
    if size <= 8192 {
      // Pages for more than one may fail: an area is left.
      let object = try kmalloc(size, size <= 4096 ? gfp : gfp.subtracting(.noFail), node: node)
      if object != 0 || size <= 4096 { return object }
    }
    var request = VmallocRequest(size: size)
    request.node = node
    return try vmalloc(request, gfp)
  }

  fileprivate func kvrealloc() throws(CallStop) -> UInt64 {
    let isArea = host.map.isVmallocAddress(address(0))
    if self[0] <= Self.zeroSize { return try kvmalloc(self[1], gfp(2)) }
    if !isArea, self[1] <= 4096 { return try krealloc() }
    let old = host.ledger.live[address(0)]?.size ?? 0
    let new = try kvmalloc(self[1], gfp(2))
    guard new != 0 else { return 0 }
    try write(try bytes(self[0], Int(min(old, self[1]))), to: new)
    _ = isArea ? try vfree(address(0)) : try kfree(self[0])
    return new
  }

  fileprivate func createCache() throws(CallStop) -> UInt64 {
    let name = String(decoding: try string(self[0]), as: UTF8.self)
    let align = max(8, UInt64(uint(2)))
    guard self[1] > 0, self[1] <= 4 << 20, align & (align - 1) == 0 else { return 0 }
    let stride = (self[1] + align - 1) & ~(align - 1)
    guard stride <= 32 << 10 else { return 0 }
    let cache = SlabHeap.Cache(
      name, objectSize: self[1], stride: stride, constructor: self[4],
      keepsFree: uint(3) & Self.typesafeByRCU != 0,
      module: host.moduleName(at: caller))
    var record = kmem_cache()
    record.object_size = UInt32(self[1])
    record.size = UInt32(stride)
    record.align = UInt32(align)
    record.flags = uint(3)
    record.name = UnsafePointer(bitPattern: UInt(host.objects.keep(Array(name.utf8) + [0])))
    let handle = host.objects.cache(record, constructor: self[4])
    host.slab.addNamed(cache, handle)
    host.ledger.add(
      Ledger.Entry(
        kind: .cache, start: host.unfolded(handle), size: self[1], given: event))
    return handle
  }

  fileprivate func destroyCache() throws(CallStop) -> UInt64 {
    if self[0] == 0 { return 0 }
    guard let cache = host.slab.removeNamed(self[0]) else { throw badPointer(self[0]) }
    take(address(0))
    guard cache.active == 0 else {
      host.log(
        [
          "kmem_cache_destroy \(cache.name): Slab cache still has objects when called from \(callerName)"
        ],
        level: 3)
      return 0
    }
    host.freeEmptySlabs([cache])
    return 0
  }
}

extension ModuleHost {
  var taskTitle: String { running.map { "\($0.name)/\($0.pid)" } ?? "insmod/1" }

  /// Gives back the frames of caches that hold nothing.
  func freeEmptySlabs(_ caches: [SlabHeap.Cache]) {
    for (start, order) in slab.takeEmpty(caches) {
      shadow.remove(start)
      let first = (start &- map.pageOffset) >> 12
      _ = try? place!.pointee.pageSets.freePages(Array(first..<first + 1 << UInt64(order)))
    }
  }
}
