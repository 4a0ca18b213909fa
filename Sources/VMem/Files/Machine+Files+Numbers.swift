/// The calls of `Files` with plain numbers, as records and scripts have them.
extension Machine {
  package func pread(
    _ address: UInt64, offset: UInt64, count: UInt64, _ body: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try files.pread(address, offset: offset, count: count, body)
  }

  package func pwrite(
    _ address: UInt64, offset: UInt64, _ bytes: Span<UInt8>
  ) throws(Refusal) -> UInt64 {
    try files.pwrite(address, offset: offset, bytes)
  }

  package func ftruncate(_ address: UInt64, size: UInt64) throws(Refusal) {
    try files.ftruncate(address, size: size)
  }

  package func fallocate(
    _ address: UInt64, start: UInt64, end: UInt64, punchesHole: Bool
  ) throws(Refusal) {
    try files.fallocate(address, start: start, end: end, punchesHole: punchesHole)
  }

  package func readAhead(_ address: UInt64, start: UInt64, end: UInt64) throws(Refusal) {
    try files.readAhead(address, start: start, end: end)
  }

  package func shrinkFolios(
    _ address: UInt64, start: UInt64, end: UInt64
  ) throws(Refusal) -> UInt64 {
    try files.shrinkFolios(address, start: start, end: end)
  }

  package func fsync(_ address: UInt64) throws(Refusal) -> UInt64 {
    try files.fsync(address)
  }

  package func mmapFile(
    _ mm: UInt64, _ object: UInt64, offset: UInt64, _ request: MmapRequest
  ) throws(Refusal) -> UInt64 {
    try files.mmapFile(mm, object, offset: offset, request)
  }

  package func openFile(
    path typed: Span<UInt8>, order: UInt64? = nil, window: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try files.openFile(path: typed, order: order, window: window)
  }

  package func makeFile(size: UInt64, order: UInt64 = 0) throws(Refusal) -> UInt64 {
    try files.makeFile(size: size, order: order)
  }

  package func createMemfd(
    allowsSealing: Bool, isHuge: Bool = false, isOptimized: Bool = false, order: UInt64 = 0
  ) throws(Refusal) -> UInt64 {
    try files.createMemfd(
      allowsSealing: allowsSealing, isHuge: isHuge, isOptimized: isOptimized, order: order)
  }

  package func closeFile(_ address: UInt64) throws(Refusal) {
    try files.closeFile(address)
  }

  package func hostPath(of address: UInt64) -> [UInt8]? {
    files.hostPath(of: address)
  }

  package func memfdSeals(_ address: UInt64) throws(Refusal) -> Seals {
    try files.memfdSeals(address)
  }

  package func addSeals(_ address: UInt64, _ seals: Seals) throws(Refusal) {
    try files.addSeals(address, seals)
  }

  package func createUdmabuf(
    _ item: UdmabufItem, closesOnExec: Bool = false
  ) throws(Refusal) -> UInt64 {
    try files.createUdmabuf(item, closesOnExec: closesOnExec)
  }

  package func createUdmabuf(
    list items: [UdmabufItem], closesOnExec: Bool = false
  ) throws(Refusal) -> UInt64 {
    try files.createUdmabuf(list: items, closesOnExec: closesOnExec)
  }

  package func closeBuffer(_ address: UInt64) throws(Refusal) {
    try files.closeBuffer(address)
  }

  package func mapBuffer(_ address: UInt64) throws(Refusal) -> UInt64 {
    try files.mapBuffer(address)
  }

  package func unmapBuffer(_ address: UInt64) throws(Refusal) {
    try files.unmapBuffer(address)
  }

  package func syncBuffer(_ address: UInt64, flags: UInt64) throws(Refusal) {
    try files.syncBuffer(address, flags: flags)
  }

  package func vmapFile(
    _ address: UInt64, start: UInt64, end: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try files.vmapFile(
      address, start: start, end: end, flags: flags, protection: protection, caller: caller)
  }

  package func vmapFileRFC(
    _ address: UInt64, start: UInt64, last: UInt64, flags: VMFlags = [],
    protection: Protection = .kernel, caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try files.vmapFileRFC(
      address, start: start, last: last, flags: flags, protection: protection, caller: caller)
  }
}
