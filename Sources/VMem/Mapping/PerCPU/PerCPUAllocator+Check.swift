extension PerCPUAllocator {
  /// Chunks have their areas, areas of chunks their chunk.
  func check(_ checker: inout Checker) {
    let layout = PerCPULayout(configuration)
    var starts: Set<UInt64> = []
    for chunk in ram[ram.mapping].perCPUChunks.check("per-CPU chunk", &checker) {
      let record = ram[chunk]
      checker.expect(
        record.used <= layout.unit && record.used & (PerCPUChunk.step - 1) == 0
          && starts.insert(record.base).inserted
          && (0..<4).allSatisfy { record.records[$0] & 4095 == 0 },
        "per-CPU chunk", chunk.physicalAddress, record.base)
      guard checker.hasSoundIndex else { continue }
      let area = areas.busyArea(startingAt: record.base)
      checker.expect(
        !area.isNone && ram[area].kind == .perCPUChunk, "per-CPU chunk: area", record.base)
    }
    let list = ram[ram.mapping].perCPUPageList
    checker.expect(list & 4095 == 0, "per-CPU chunks: list of pages", list)
    let members = checker.areas.filter { ram[$0].kind == .perCPUChunk }
    checker.expect(
      members.count == starts.count * layout.groups.count, "per-CPU chunks: areas",
      UInt64(members.count))
  }
}
