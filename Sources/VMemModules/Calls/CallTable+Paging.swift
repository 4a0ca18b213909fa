internal import CModule
internal import VMem

/// Page tables, resources and device memory.
extension CallTable {
  static let paging: [CallEntry] = [
    // address, pointer to level
    CallEntry("lookup_address") { call throws(CallStop) in try call.lookUp(call.address(0), call[1])
    },
    // entry of the top table, address, pointer to level: all top tables share the kernel's half
    CallEntry("lookup_address_in_pgd") { call throws(CallStop) in
      try call.lookUp(call.address(1), call[2])
    },
    CallEntry("slow_virt_to_phys") { call in
      let pfn = call.machine.mappings.vmallocToPFN(call.address(0)) ?? 0
      return pfn << 12 | call.address(0) & 4095
    },
    CallEntry("kern_addr_valid") { call in
      call.machine.mappings.vmallocToPFN(call.address(0)) == nil ? 0 : 1
    },
    CallEntry("populate_tables") { call throws(CallStop) in
      try call.status { () throws(Refusal) in
        try call.machine.mappings.populate(start: call.address(0), end: call.address(1))
      }
    },
    // entry, value: through the engine, as tables are not writable
    CallEntry("set_entry") { call throws(CallStop) in try call.setEntry() },
    // A page for a table that stays for ever, as those that the kernel links by itself.
    CallEntry("table_alloc") { call in
      call.direct(
        call.host.allocate([.zero, .directReclaim], order: 0, node: nil, call.machine))
    },
    CallEntry("table_free") { call throws(CallStop) in
      switch call.machine.pageSets.use(ofFrame: try call.pfnOfAddress(0)) {
      case .allocated: return try call.free(call.pfnOfAddress(0), count: 1)
      case .table: throw call.complaint("frees a page table that an entry still leads to")
      default: throw call.complaint("frees what is no page table")
      }
    },
    CallEntry("flush_tlb_kernel_range") { call in
      call.host.view.flush(call.address(0), call.address(1))
      return 0
    },
    CallEntry("flush_tlb_all") { call in
      call.host.view.flush(call.host.map.vmallocStart, call.host.map.vmallocEnd)
      return 0
    },
  ]

  static let devices: [CallEntry] =
    [
      ("ioremap", CacheMode.uncachedMinus), ("ioremap_uc", .uncached),
      ("ioremap_wc", .writeCombining), ("ioremap_wt", .writeThrough),
      ("ioremap_cache", .writeBack),
    ].map { (name: StaticString, mode: CacheMode) in
      CallEntry(name) { call throws(CallStop) in try call.ioremap(call[0], call[1], mode) }
    } + [
      // physical, size, protection
      CallEntry("ioremap_prot") { call throws(CallStop) in
        // Bits PWT, PCD and PAT of the protection.
        let mode: CacheMode =
          switch (call[2] >> 3 & 3, call[2] >> 7 & 1) {
          case (0, 0): .writeBack
          case (1, 0): .writeCombining
          case (2, 0): .uncachedMinus
          case (_, 0): .uncached
          default: .writeThrough
          }
        return try call.ioremap(call[0], call[1], mode)
      },
      CallEntry("iounmap") { call throws(CallStop) in
        call.explainLostPages(of: call.address(0) & ~4095)
        call.take(call.address(0) & ~4095)
        return try call.nothing { () throws(Refusal) in
          try call.machine.mappings.iounmap(call.address(0))
        }
      },
      // physical, size, flags
      CallEntry("memremap") { call throws(CallStop) in try call.memremap() },
      CallEntry("memunmap") { call throws(CallStop) in try call.memunmap() },
      // root, resource: start, end
      CallEntry("request_resource") { call throws(CallStop) in try call.request(call[1]) },
      CallEntry("insert_resource") { call throws(CallStop) in try call.request(call[1]) },
      CallEntry("release_resource") { call in call.host.release(call[0]) ? 0 : .max - 21 },
      CallEntry("remove_resource") { call in call.host.release(call[0]) ? 0 : .max - 21 },
      // root, start, size, name, flags
      CallEntry("__request_region") { call throws(CallStop) in
        guard call[2] > 0 else { return 0 }
        let record = call.host.objects.keep([UInt8](repeating: 0, count: 80))
        try call.write(word: call[1], to: record)
        try call.write(word: call[1] &+ call[2] &- 1, to: record &+ 8)
        try call.write(word: call[3], to: record &+ 16)
        // The root's type; in use.
        let type = try call.words(call[0], 4)[3] & 0x1f00
        try call.write(word: type | 0x8000_0000 | call[4] & 0xffff_ffff, to: record &+ 24)
        return try call.request(record) == 0 ? record : 0
      },
      CallEntry("__release_region") { call in
        call.host.resources.removeAll { $0.start == call[1] && $0.end == call[1] &+ call[2] &- 1 }
        return 0
      },
    ]
}

/// A range of physical addresses that a module has reserved.
struct ReservedRange {
  let start: UInt64
  let end: UInt64
  let record: UInt64
  let module: String
}

extension NativeCall {
  /// An oops about what the caller does.
  fileprivate func complaint(_ what: String) -> CallStop {
    .oops(Oops(lines: [], explanation: "\(callerName) \(what)"))
  }

  /// Sets an entry of a page table, its address and value in the arguments.
  fileprivate func setEntry() throws(CallStop) -> UInt64 {
    let value = "an entry, 0x\(host.hex(self[1], digits: 1)),"
    switch host.view.setEntry(at: address(0), self[1]) {
    case nil: return 0
    case .noTable?: throw complaint("sets an entry of what is no page table")
    case .reservedBits(let depth)?:
      throw complaint("sets \(value) that a table of level \(depth) cannot have: reserved bits")
    case .noTableBelow(let pfn)?:
      throw complaint(
        "sets \(value) to page frame \(pfn), which is no page of entries, or a table already")
    }
  }

  /// The entry that maps an address, its level written to `level` unless that is null.
  fileprivate func lookUp(_ address: UInt64, _ level: UInt64) throws(CallStop) -> UInt64 {
    guard let (entry, depth) = host.view.entryAddress(address) else { return 0 }
    if level != 0 { try write(word: UInt64(depth), size: 4, to: level) }
    return host.folded(entry)
  }

  func ioremap(
    _ physical: UInt64, _ size: UInt64, _ mode: CacheMode
  ) throws(CallStop) -> UInt64 {
    mightSleep()
    let address = try pointer { () throws(Refusal) in
      try machine.mappings.ioremap(physical, size: size, mode: mode, caller: symbol)
    }
    give(.mapping, address & ~4095, size.plus(physical & 4095).pageRounded)
    return address
  }

  /// Reserves what a `struct resource` says; -EBUSY where somebody has a part of it.
  fileprivate func request(_ record: UInt64) throws(CallStop) -> UInt64 {
    let words = try words(record, 2)
    let isTaken = host.resources.contains { $0.start <= words[1] && words[0] <= $0.end }
    if isTaken || words[0] > words[1] { return UInt64(bitPattern: -16) }
    host.resources.append(
      ReservedRange(
        start: words[0], end: words[1], record: record, module: host.moduleName(at: caller)))
    return 0
  }
}

extension ModuleHost {
  func release(_ record: UInt64) -> Bool {
    let count = resources.count
    resources.removeAll { $0.record == record }
    return resources.count < count
  }
}
