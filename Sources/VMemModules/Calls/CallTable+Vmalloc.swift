internal import CModule
internal import VMem

/// Areas of the vmalloc window.
extension CallTable {
  static let vmalloc: [CallEntry] = [
    CallEntry("vmalloc") { call throws(CallStop) in try call.vmalloc(VmallocRequest(size: call[0]))
    },
    CallEntry("vzalloc") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.gfp.insert(.zero)
      return try call.vmalloc(request)
    },
    CallEntry("vmalloc_user") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.gfp.insert(.zero)
      request.flags = .usermap
      request.align = 1
      return try call.vmalloc(request)
    },
    CallEntry("vmalloc_32") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.gfp.insert(.dma32)
      return try call.vmalloc(request)
    },
    CallEntry("vmalloc_node") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.node = call.node(1)
      return try call.vmalloc(request)
    },
    CallEntry("vzalloc_node") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.node = call.node(1)
      request.gfp.insert(.zero)
      return try call.vmalloc(request)
    },
    CallEntry("__vmalloc") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.checker = .__vmalloc_noprof
      return try call.vmalloc(request, call.gfp(1))
    },
    CallEntry("vmalloc_huge") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.flags = .allowHugeVmap
      request.checker = .vmalloc_huge_node_noprof
      return try call.vmalloc(request, call.gfp(1))
    },
    // size, align, gfp, node, caller
    CallEntry("__vmalloc_node") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.align = call[1]
      request.node = call.node(3)
      return try call.vmalloc(request, call.gfp(2))
    },
    // size, align, start, end, gfp, prot, vm_flags, node, caller
    CallEntry("__vmalloc_node_range") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      request.align = call[1]
      request.start = call.address(2)
      request.end = call.address(3)
      request.flags = VMFlags(rawValue: call[6])
      request.node = call.node(7)
      let address = try call.vmalloc(request, call.gfp(4))
      guard address != 0, call[5] >> 63 == 0 else { return address }
      // PAGE_KERNEL_EXEC.
      _ = try call.status { () throws(Refusal) in
        try call.machine.mappings.setMemoryX(
          call.host.unfolded(address), count: request.size.pageRounded >> 12)
      }
      return address
    },
    CallEntry("vrealloc") { call throws(CallStop) in
      try call.vrealloc(VmallocRequest(size: call[1]), call.gfp(2))
    },
    // address, size, align, gfp, node
    CallEntry("vrealloc_node_align") { call throws(CallStop) in
      var request = VmallocRequest(size: call[1])
      request.align = call[2]
      request.node = call.node(4)
      return try call.vrealloc(request, call.gfp(3))
    },
    CallEntry("vfree") { call throws(CallStop) in try call.vfree(call.address(0)) },
    CallEntry("vfree_atomic") { call throws(CallStop) in
      // The area's own first bytes are the entry of a list until it is freed.
      if call[0] != 0, let place = call.host.unwritable(call[0], 8) {
        throw call.badPointer(place, writes: true)
      }
      return try call.free(area: call.address(0)) { () throws(Refusal) in
        try call.machine.mappings.vfreeAtomic(call.address(0))
      }
    },
    CallEntry("vmalloc_to_page") { call in
      call.host.structPage(call.machine.mappings.vmallocToPFN(call.address(0)))
    },
    CallEntry("vmalloc_to_pfn") { call in call.machine.mappings.vmallocToPFN(call.address(0)) ?? 0
    },
    CallEntry("vm_unmap_aliases") { call throws(CallStop) in
      call.mightSleep()
      return try call.nothing { () throws(Refusal) in try call.machine.unmapAliases() }
    },
  ]

  static let mappings: [CallEntry] = [
    // pages, count, flags, prot
    CallEntry("vmap") { call throws(CallStop) in
      call.mightSleep()
      // Nobody has more than all pages: the array is not looked at.
      if UInt64(call.uint(1)) > call.host.memorySize >> 12 { return 0 }
      let pages = try call.pages(call[0], UInt64(call.uint(1)))
      let flags = VMFlags(rawValue: call[2])
      let address = try call.pointer { () throws(Refusal) in
        try call.machine.mappings.vmap(
          pages, count: UInt64(call.uint(1)), flags: flags, protection: Protection(bits: call[3]),
          caller: call.symbol)
      }
      call.give(.mapping, address, UInt64(pages.count) << 12)
      if flags.contains(.mapPutPages), address != 0 {
        call.host.lentArrays[call.host.unfolded(address)] = call[0]
      }
      return address
    },
    CallEntry("vunmap") { call throws(CallStop) in
      call.mightSleep()
      call.explainLostPages(of: call.address(0))
      call.host.lentArrays[call.address(0)] = nil
      return try call.release(call.address(0)) { () throws(Refusal) in
        try call.machine.mappings.vunmap(call.address(0))
      }
    },
    // pages, count, node
    CallEntry("vm_map_ram") { call throws(CallStop) in
      let pages = try call.pages(call[0], UInt64(call.uint(1)))
      let address = try call.pointer { () throws(Refusal) in
        try call.machine.mappings.vmMapRAM(pages, count: UInt64(call.uint(1)))
      }
      call.give(.mapping, address, UInt64(pages.count) << 12)
      return address
    },
    CallEntry("vm_unmap_ram") { call throws(CallStop) in
      call.mightSleep()
      return try call.release(call.address(0)) { () throws(Refusal) in
        try call.machine.mappings.vmUnmapRAM(call.address(0), count: UInt64(call.uint(1)))
      }
    },
    // pfns, count, prot
    CallEntry("vmap_pfn") { call throws(CallStop) in
      let frames = try call.words(call[0], Int(call.uint(1)))
      guard let first = frames.first, frames.enumerated().allSatisfy({ $1 == first &+ UInt64($0) })
      else {
        call.host.explain("vmap_pfn of frames that do not follow each other is not to be had here")
        return 0
      }
      let address = try call.pointer { () throws(Refusal) in
        try call.machine.mappings.vmapPFN(first, count: UInt64(call.uint(1)), caller: call.symbol)
      }
      call.give(.mapping, address, UInt64(call.uint(1)) << 12)
      return address
    },
    // start, end, prot, pages, shift
    CallEntry("vmap_pages_range") { call throws(CallStop) in
      let (start, end) = (call.address(0), call.address(1))
      let pages = try call.pages(call[3], (end &- start) >> 12)
      return try call.status { () throws(Refusal) in
        try call.machine.mappings.vmapPagesRange(start: start, end: end, pages: pages)
      }
    },
    CallEntry("vunmap_range") { call throws(CallStop) in
      try call.nothing { () throws(Refusal) in
        try call.machine.mappings.vunmapRange(start: call.address(0), end: call.address(1))
      }
    },
  ]

  /// Areas without pages, and sparse ones: `struct vm_struct` is the host's.
  static let areas: [CallEntry] = [
    CallEntry("get_vm_area") { call throws(CallStop) in
      try call.getArea(size: call[0], flags: call[1])
    },
    CallEntry("free_vm_area") { call throws(CallStop) in
      let address = try call.areaAddress(0)
      call.host.objects.forgetArea(address)
      return try call.release(address) { () throws(Refusal) in
        try call.machine.vmAreas.freeVMArea(address)
      }
    },
    CallEntry("find_vm_area") { call in
      call.host.areaRecord(call.address(0), call.machine)
    },
    // Unmapped and out of every list; the record is the caller's to kfree, and so are the pages.
    CallEntry("remove_vm_area") { call throws(CallStop) in
      let record = call.host.areaRecord(call.address(0), call.machine)
      guard record != 0 else { return 0 }
      call.take(call.address(0))
      call.host.objects.forgetArea(call.address(0), keeps: true)
      _ = try call.nothing { () throws(Refusal) in
        try call.machine.vmAreas.freeVMArea(call.address(0))
      }
      return record
    },
    // area, start, end, pages
    CallEntry("vm_area_map_pages") { call throws(CallStop) in
      let (area, start, end) = (try call.areaAddress(0), call.address(1), call.address(2))
      let pages = try call.pages(call[3], (end &- start) >> 12)
      return try call.status { () throws(Refusal) in
        try call.machine.mappings.vmAreaMapPages(area: area, start: start, end: end, pages: pages)
      }
    },
    CallEntry("vm_area_unmap_pages") { call throws(CallStop) in
      let area = try call.areaAddress(0)
      return try call.nothing { () throws(Refusal) in
        try call.machine.mappings.vmAreaUnmapPages(
          area: area, start: call.address(1), end: call.address(2))
      }
    },
  ]
}

extension NativeCall {
  /// The start of the area that a `struct vm_struct` argument describes.
  fileprivate func areaAddress(_ index: Int) throws(CallStop) -> UInt64 {
    // `addr` stands behind `next`.
    host.unfolded(try words(self[index] &+ 8, 1)[0])
  }

  fileprivate func prepared(_ request: VmallocRequest, _ gfp: GFP?) -> VmallocRequest {
    var request = request
    request.caller = symbol
    if let gfp { request.gfp = gfp }
    return request
  }

  func vmalloc(_ request: VmallocRequest, _ gfp: GFP? = nil) throws(CallStop) -> UInt64 {
    let request = prepared(request, gfp)
    if request.gfp.mayBlock { mightSleep() }
    let address = try pointer { () throws(Refusal) in try machine.mappings.vmalloc(request) }
    give(.area, address, request.size.pageRounded)
    return address
  }

  fileprivate func vrealloc(_ request: VmallocRequest, _ gfp: GFP) throws(CallStop) -> UInt64 {
    let old = address(0)
    let request = prepared(request, gfp)
    let new = try pointer { () throws(Refusal) in try machine.mappings.vrealloc(old, request) }
    guard new != 0 || request.size == 0 else { return 0 }
    take(old)
    give(.area, new, request.size.pageRounded)
    return new
  }

  func vfree(_ address: UInt64) throws(CallStop) -> UInt64 {
    let context = host.place!.pointee.context
    defer { host.place!.pointee.context = context }
    // It is deferred there.
    if let task, task.isInInterrupt {
      host.place!.pointee.context = .softirq
    } else {
      mightSleep()
    }
    host.objects.forgetArea(address)
    // A kernel frees the area that a page lies in.
    if address != 0, host.ledger.live[address] == nil, let entry = host.ledger.area(with: address) {
      take(entry.start)
      let page = (address - entry.start) >> 12
      explainOnce("\(name) of page \(page) of \(host.whose(entry)): all is freed")
      return try nothing { () throws(Refusal) in try machine.mappings.vfree(address) }
    }
    return try free(area: address) { () throws(Refusal) in try machine.mappings.vfree(address) }
  }

  /// Frees an area, and of one that was given its pages (VM_MAP_PUT_PAGES) these and the array of them, as
  /// the kernel's `vfree` does.
  fileprivate func free(
    area address: UInt64, _ body: () throws(Refusal) -> Void
  ) throws(CallStop) -> UInt64 {
    guard let array = host.lentArrays.removeValue(forKey: address),
      let entry = host.ledger.live[address]
    else { return try release(address, body) }
    let frames = stride(from: entry.start, to: entry.start + entry.size, by: 4096).compactMap {
      machine.mappings.vmallocToPFN($0)
    }
    let result = try release(address, body)
    for pfn in frames { notePut(pfn) }
    guard host.map.isVmallocAddress(host.unfolded(array)) else {
      _ = try kfree(array)
      return result
    }
    _ = try vfree(host.unfolded(array))
    return result
  }
}

extension ModuleHost {
  /// The struct page of a frame, for native code; null for none.
  func structPage(_ pfn: UInt64?) -> UInt64 {
    guard let pfn else { return 0 }
    pageRecords.renew(pfn..<pfn + 1, view)
    return folded(map.vmemmap &+ pfn << 6)
  }
}
