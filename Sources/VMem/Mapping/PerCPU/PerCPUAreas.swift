/// Areas for per-CPU data: several at fixed distances from one base, searched from the top of the
/// vmalloc window downwards. The corresponding kernel function is `pcpu_get_vm_areas`.
struct PerCPUAreas {
  /// One area of the group: its distance from the base and its size, in bytes.
  struct Member {
    var offset: UInt64
    var size: UInt64
  }

  let areas: AreaAllocator
  let members: [Member]
  /// Power of two, whole pages.
  let align: UInt64

  private var ram: RAM { areas.ram }
  private var windowStart: UInt64 { (areas.map.vmallocStart + align - 1) & ~(align - 1) }
  private var windowEnd: UInt64 { areas.map.vmallocEnd & ~(align - 1) }
  private var last: Int {
    var last = 0
    for index in members.indices where members[index].offset > members[last].offset { last = index }
    return last
  }
  /// Bytes from the base to the end of the highest member.
  var span: UInt64 { members[last].offset &+ members[last].size }
  var fitsWindow: Bool { windowEnd - windowStart >= span }

  /// The highest base at which every member is free, or nil.
  func findBase() -> UInt64? {
    var area = last
    var terminal = area
    var block = lastBlock(atOrBelow: windowEnd)
    var base = usableEnd(&block) &- (members[area].offset &+ members[area].size)
    while true {
      let start = members[area].offset
      let end = start &+ members[area].size
      // The base may have gone below zero: compare where it cannot.
      if base &+ span < windowStart &+ span { return nil }
      if block.isNone { return nil }
      if base &+ end > ram[block].end {
        base = usableEnd(&block) &- end
        terminal = area
        continue
      }
      if base &+ start < ram[block].start {
        block = areas.space.previous(block)
        base = usableEnd(&block) &- end
        terminal = area
        continue
      }
      area = (area + members.count - 1) % members.count
      if area == terminal { return base }
      block = lastBlock(atOrBelow: base &+ members[area].offset &+ members[area].size)
    }
  }

  /// The highest block that starts at or below an address (`pvm_find_va_enclose_addr`).
  private func lastBlock(atOrBelow address: UInt64) -> Ref<FreeBlock> {
    areas.space.block(startingAtOrBelow: address)
  }

  /// End of the block's usable part below the window's end, aligned; goes down to the first block
  /// that has one (`pvm_determine_end_from_reverse`).
  private func usableEnd(_ block: inout Ref<FreeBlock>) -> UInt64 {
    while !block.isNone {
      let end = min(ram[block].end & ~(align - 1), windowEnd)
      if ram[block].start < end { return end }
      block = areas.space.previous(block)
    }
    return 0
  }
}

extension PerCPUAllocator {
  /// Carries out `Machine.getPerCPUAreas`.
  package func getPerCPUAreas(
    align: UInt64, _ list: [(offset: UInt64, size: UInt64)], caller: Ref<Symbol> = .none
  ) throws(Refusal) -> UInt64 {
    try getPerCPUAreas(align: align, list, caller: caller, kind: .perCPU)
  }

  /// As above, of areas that belong to `kind`.
  func getPerCPUAreas(
    align: UInt64, _ list: [(offset: UInt64, size: UInt64)], caller: Ref<Symbol> = .none,
    kind: VMAreaKind
  ) throws(Refusal) -> UInt64 {
    let group = PerCPUAreas(
      areas: areas, members: list.map { PerCPUAreas.Member(offset: $0.offset, size: $0.size) },
      align: align)
    try checkGroup(list, align)
    guard group.fitsWindow else {
      warn(.pcpu_get_vm_areas)
      throw Refusal(.null, .holePastRangeEnd, group.span, map.vmallocStart, map.vmallocEnd)
    }
    // Both lists of pointers are asked for before either is looked at.
    let lacksFirst = ram.fails(.kmalloc)
    guard !ram.fails(.kmalloc), !lacksFirst else { throw Refusal(.null, .noDescriptor) }
    var records = [Ref<VMArea>](repeating: .none, count: list.count)
    defer {
      // What is still here is part of nothing.
      for record in records where !record.isNone { caches.free(record) }
    }
    for index in list.indices {
      let lacksArea = ram.fails(.vmapArea)
      guard !ram.fails(.vmStruct), !lacksArea,
        let record = caches.allocate(VMArea.self)
      else { throw Refusal(.null, .noDescriptor) }
      records[index] = record
    }
    var base = claim(group, &records)
    if base == nil {
      areas.reclaim()
      for index in list.indices where records[index].isNone {
        guard !ram.fails(.vmapArea), let record = caches.allocate(VMArea.self) else {
          throw Refusal(.null, .noDescriptor)
        }
        records[index] = record
      }
      base = claim(group, &records)
    }
    guard let base else { throw Refusal(.null, .noHole, group.span, align) }
    try file(&records, group, base, caller, kind)
    return base &+ list[0].offset
  }

  /// Takes the group's addresses out of the free space and returns its base, or nil: when there is no
  /// place, or no descriptor for what is left of a block. In that case, a WARN once, the members
  /// before go back with their descriptors.
  private func claim(
    _ group: PerCPUAreas, _ records: inout [Ref<VMArea>]
  ) -> UInt64? {
    guard let base = group.findBase() else { return nil }
    for (index, member) in group.members.enumerated() {
      if areas.space.reserve(base &+ member.offset, member.size) { continue }
      warnOnce(.percpuOverlap, .pcpu_get_vm_areas)
      release(group.members[..<index], base, &records)
      return nil
    }
    return base
  }

  private func release(
    _ members: ArraySlice<PerCPUAreas.Member>, _ base: UInt64, _ records: inout [Ref<VMArea>]
  ) {
    for index in members.indices.reversed() {
      let start = base &+ members[index].offset
      _ = areas.space.release(
        start, start &+ members[index].size, spare: records[index].cast(to: FreeBlock.self))
      records[index] = .none
    }
  }

  /// Makes areas of what was claimed. The descriptors are no longer the caller's then.
  private func file(
    _ records: inout [Ref<VMArea>], _ group: PerCPUAreas, _ base: UInt64, _ caller: Ref<Symbol>,
    _ kind: VMAreaKind
  ) throws(Refusal) {
    let caller =
      caller.isNone ? (try? internText("pcpu_get_vm_areas+0x0/0x0")) ?? .none : caller
    for (index, member) in group.members.enumerated() {
      var record = VMArea()
      record.start = base &+ member.offset
      record.reserved = member.size
      record.requestedSize = member.size
      record.flags = .alloc
      record.caller = caller
      record.kind = kind
      record.owned = index + 1 < records.count ? records[index + 1].granule : 0
      ram[records[index]] = record
      guard areas.insertBusy(BusyWord(records[index]), at: record.start) else {
        for filed in records[..<index] { areas.removeBusy(filed) }
        release(group.members[...], base, &records)
        throw Refusal(.null, .noDescriptor)
      }
    }
    records = []
    if kind == .perCPU { ram[ram.mapping].hasHadGroups = 1 }
  }

  private func checkGroup(
    _ list: [(offset: UInt64, size: UInt64)], _ align: UInt64
  ) throws(Refusal) {
    guard !list.isEmpty, align & 4095 == 0, align.nonzeroBitCount == 1 else {
      throw bug(.pcpu_get_vm_areas, .alignmentNotPowerOfTwo, align)
    }
    for (index, one) in list.enumerated() {
      guard one.offset & (align - 1) == 0, one.size & (align - 1) == 0 else {
        throw bug(.pcpu_get_vm_areas, .groupNotAligned, one.offset, one.size, align)
      }
      // A kernel would file an area without a byte, and never find it again.
      guard one.size > 0 else { throw bug(.pcpu_get_vm_areas, .sizeRoundsToZero, one.size) }
      for other in list[(index + 1)...]
      where other.offset < one.offset &+ one.size && one.offset < other.offset &+ other.size {
        throw bug(.pcpu_get_vm_areas, .groupOverlaps, one.offset, other.offset)
      }
    }
  }

  /// Carries out `Machine.freePerCPUAreas`.
  package func freePerCPUAreas(_ address: UInt64) throws(Refusal) {
    let area = areas.busyArea(startingAt: address)
    if !area.isNone, ram[area].kind == .perCPUChunk { throw vmAreas.whyStays(.free_vm_area, area) }
    guard !area.isNone, ram[area].kind == .perCPU else {
      throw bug(.free_vm_area, .noAreaAtAddress, address)
    }
    removeGroup(area, .perCPU)
  }

  /// Removes an area of a group and those behind it.
  func removeGroup(_ first: Ref<VMArea>, _ kind: VMAreaKind) {
    var area = first
    while !area.isNone {
      let next = Ref<VMArea>(granule: ram[area].owned)
      mightSleep(.remove_vm_area)
      vmAreas.removeArea(area)
      // Another call may have freed a member.
      area = isMember(next, kind) ? next : .none
    }
  }

  private func isMember(_ area: Ref<VMArea>, _ kind: VMAreaKind) -> Bool {
    !area.isNone && ram[area].kind == kind && areas.busyArea(startingAt: ram[area].start) == area
  }

  func internText(_ text: StaticString) throws(Refusal) -> Ref<Symbol> {
    // Safe: a static string's bytes live as long as the process.
    let bytes = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return try names.intern(caller: unsafe Span(_unsafeElements: bytes))
  }
}
