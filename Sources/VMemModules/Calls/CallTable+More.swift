internal import CModule
internal import VMem

/// Calls that few modules make.
extension CallTable {
  static let more: [CallEntry] = [
    CallEntry("vmalloc_32_user") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      (request.gfp, request.flags) = ([.kernel, .dma32, .zero], .usermap)
      return try call.vmalloc(request)
    },
    // size, gfp, node
    CallEntry("vmalloc_huge_node") { call throws(CallStop) in
      var request = VmallocRequest(size: call[0])
      (request.flags, request.node) = (.allowHugeVmap, call.node(2))
      request.checker = .vmalloc_huge_node_noprof
      return try call.vmalloc(request, call.gfp(1))
    },
    CallEntry("is_vm_area_hugepages") { call in
      call.host.view.entryAddress(call.address(0))?.depth == 2 ? 1 : 0
    },
    // size, flags, caller
    CallEntry("get_vm_area_caller") { call throws(CallStop) in
      try call.getArea(size: call[0], flags: call[1], caller: call[2])
    },
    // size, flags, start, end, caller
    CallEntry("__get_vm_area_caller") { call throws(CallStop) in
      try call.getArea(
        size: call[0], flags: call[1], start: call.address(2), end: call.address(3), caller: call[4]
      )
    },
    // start, end, physical, protection
    CallEntry("ioremap_page_range") { call throws(CallStop) in
      try call.status { () throws(Refusal) in
        try call.machine.mappings.ioremapPageRange(
          start: call.address(0), end: call.address(1), physical: call[2])
      }
    },
    // node, size, gfp
    CallEntry("alloc_pages_exact_nid") { call throws(CallStop) in
      try call.allocateExact(call[1], call.gfp(2), node: call.node(0))
    },
    CallEntry("compound_order") { call throws(CallStop) in
      let block = call.compound(try call.pfn(0))
      return UInt64((block?.size ?? 4096).trailingZeroBitCount) - 12
    },
    CallEntry("compound_head") { call throws(CallStop) in
      let block = call.compound(try call.pfn(0))
      return block.map { call.host.structPage(($0.start &- call.host.map.pageOffset) >> 12) }
        ?? call[0]
    },
    // page, name
    CallEntry("page_flag") { call throws(CallStop) in
      let name = String(decoding: try call.string(call[1]), as: UTF8.self)
      let use = call.machine.pageSets.use(ofFrame: try call.pfn(0))
      switch name {
      case "buddy": return use == .free ? 1 : 0
      case "slab": return use == .slab ? 1 : 0
      case "table": return use == .table ? 1 : 0
      case "reserved":
        return use == .reserved || call.host.pageFlags[call[0]]?.contains(name) == true ? 1 : 0
      default: return call.host.pageFlags[call[0]]?.contains(name) == true ? 1 : 0
      }
    },
    // page, name, value
    CallEntry("set_page_flag") { call throws(CallStop) in
      let name = String(decoding: try call.string(call[1]), as: UTF8.self)
      var flags = call.host.pageFlags[call[0]] ?? []
      if call[2] & 0xff != 0 { flags.insert(name) } else { flags.remove(name) }
      call.host.pageFlags[call[0]] = flags.isEmpty ? nil : flags
      return 0
    },
    // to, from, size
    CallEntry("copy_from_kernel_nofault") { call throws(CallStop) in
      guard let bytes = call.host.bytes(call[1], Int(clamping: call[2])) else {
        return UInt64(bitPattern: -14)
      }
      try call.write(bytes, to: call[0])
      return 0
    },
    CallEntry("copy_to_kernel_nofault") { call throws(CallStop) in
      let bytes = try call.bytes(call[1], Int(clamping: call[2]))
      return call.host.write(bytes, to: call[0]) ? 0 : UInt64(bitPattern: -14)
    },
    // to, address
    CallEntry("sprint_symbol") { call throws(CallStop) in
      let text = Array(call.host.symbol(at: call[1]).utf8)
      try call.write(text + [0], to: call[0])
      return UInt64(text.count)
    },
    CallEntry("sscanf") { call throws(CallStop) in
      try call.scan(arguments: call.arguments(from: 2))
    },
    CallEntry("vsscanf") { call throws(CallStop) in try call.scan(arguments: try call.list(2)) },
    CallEntry("set_memory_wb") { call throws(CallStop) in try call.setType() },
    CallEntry("set_memory_wc") { call throws(CallStop) in try call.setType() },
    CallEntry("set_memory_uc") { call throws(CallStop) in try call.setType() },
    CallEntry("set_memory_wt") { call throws(CallStop) in try call.setType() },
    CallEntry("read_cr3") { call in call.machine.mmu.topTable << 12 },
    CallEntry("kernel_page_present") { call throws(CallStop) in
      let address = call.host.directAddress(try call.pfn(0))
      return call.host.view.pages(at: address, error: 0) == nil ? 0 : 1
    },
  ]
}

extension NativeCall {
  /// A `struct vm_struct` of a fresh area; the caller is an address, or 0 for whoever calls.
  func getArea(
    size: UInt64, flags: UInt64, start: UInt64? = nil, end: UInt64? = nil, caller: UInt64 = 0
  ) throws(CallStop) -> UInt64 {
    mightSleep()
    let symbol = caller == 0 ? symbol : host.callerSymbol(caller, machine)
    let address = try pointer { () throws(Refusal) in
      try machine.vmAreas.getVMArea(
        size: size, flags: VMFlags(rawValue: flags), start: start,
        end: end, caller: symbol)
    }
    guard address != 0 else { return 0 }
    give(.area, address, size.pageRounded)
    return host.areaRecord(host.unfolded(address), machine)
  }

  /// The cache's mode is not seen by anybody here: only whether the pages are mapped.
  fileprivate func setType() throws(CallStop) -> UInt64 {
    for page in 0..<UInt64(uint(1)) {
      if host.view.entryAddress(address(0) &+ page << 12) == nil { return UInt64(bitPattern: -22) }
    }
    return 0
  }

  fileprivate func scan(arguments: some ArgumentSource) throws(CallStop) -> UInt64 {
    let scan = KernelScan(try string(self[0]), try string(self[1]))
    var arguments = arguments
    for store in scan.stores {
      let place: UInt64
      do throws(BadPointer) { place = try arguments.next() } catch {
        throw badPointer(error.address)
      }
      try write(store, to: place)
    }
    return UInt64(scan.count)
  }
}
