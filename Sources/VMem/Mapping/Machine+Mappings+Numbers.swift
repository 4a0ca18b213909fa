/// The calls of `Mappings` with plain numbers, as records and scripts have them.
extension Machine {
  @discardableResult
  package func applyToPages(
    _ start: UInt64, _ end: UInt64, _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    try mappings.applyToPages(start, end, body)
  }

  @discardableResult
  package func applyToExistingPages(
    _ start: UInt64, _ end: UInt64, _ body: (_ table: UInt64, _ index: Int) throws(Refusal) -> Void
  ) throws(Refusal) -> UInt64 {
    try mappings.applyToExistingPages(start, end, body)
  }

  package func ioremap(
    _ physical: UInt64, size: UInt64, mode: CacheMode, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try mappings.ioremap(physical, size: size, mode: mode, caller: caller)
  }

  package func ioremapPageRange(
    start: UInt64, end: UInt64, physical: UInt64
  ) throws(Refusal) {
    try mappings.ioremapPageRange(start: start, end: end, physical: physical)
  }

  package func iounmap(_ address: UInt64) throws(Refusal) {
    try mappings.iounmap(address)
  }

  package func vmMapRAM(
    _ pages: [UInt64], count: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try mappings.vmMapRAM(pages, count: count)
  }

  package func vmUnmapRAM(_ address: UInt64, count: UInt64) throws(Refusal) {
    try mappings.vmUnmapRAM(address, count: count)
  }

  package func vmapPagesRange(start: UInt64, end: UInt64, pages: [UInt64]) throws(Refusal) {
    try mappings.vmapPagesRange(start: start, end: end, pages: pages)
  }

  package func vunmapRange(start: UInt64, end: UInt64) throws(Refusal) {
    try mappings.vunmapRange(start: start, end: end)
  }

  package func populate(start: UInt64, end: UInt64, level: Level = .pte) throws(Refusal) {
    try mappings.populate(start: start, end: end, level: level)
  }

  package func setPTE(at address: UInt64, pfn: UInt64) throws(Refusal) {
    try mappings.setPTE(at: address, pfn: pfn)
  }

  package func vmallocToPFN(_ address: UInt64) -> UInt64? {
    mappings.vmallocToPFN(address)
  }

  package func setMemoryRO(_ address: UInt64, count: UInt64) throws(Refusal) {
    try mappings.setMemoryRO(address, count: count)
  }

  package func setMemoryRW(_ address: UInt64, count: UInt64) throws(Refusal) {
    try mappings.setMemoryRW(address, count: count)
  }

  package func setMemoryX(_ address: UInt64, count: UInt64) throws(Refusal) {
    try mappings.setMemoryX(address, count: count)
  }

  package func setMemoryNX(_ address: UInt64, count: UInt64) throws(Refusal) {
    try mappings.setMemoryNX(address, count: count)
  }

  package func setVMFlushResetPerms(_ address: UInt64) throws(Refusal) {
    try mappings.setVMFlushResetPerms(address)
  }

  package func vmAreaMapPages(
    area address: UInt64, start: UInt64, end: UInt64, pages: [UInt64]
  ) throws(Refusal) {
    try mappings.vmAreaMapPages(area: address, start: start, end: end, pages: pages)
  }

  package func vmAreaUnmapPages(area address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    try mappings.vmAreaUnmapPages(area: address, start: start, end: end)
  }

  package func vfree(_ address: UInt64) throws(Refusal) {
    try mappings.vfree(address)
  }

  package func vfreeAtomic(_ address: UInt64) throws(Refusal) {
    try mappings.vfreeAtomic(address)
  }

  package func vmalloc(_ request: VmallocRequest) throws(Refusal) -> UInt64 {
    try mappings.vmalloc(request)
  }

  package func vmap(
    _ pages: [UInt64], count: UInt64, flags: VMFlags, protection: Protection = .kernel,
    caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try mappings.vmap(pages, count: count, flags: flags, protection: protection, caller: caller)
  }

  package func vunmap(_ address: UInt64) throws(Refusal) {
    try mappings.vunmap(address)
  }

  package func vmapPFN(
    _ pfn: UInt64, count: UInt64, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try mappings.vmapPFN(pfn, count: count, caller: caller)
  }

  package func vrealloc(
    _ address: UInt64, _ request: VmallocRequest
  ) throws(Refusal) -> UInt64 {
    try mappings.vrealloc(address, request)
  }
}
