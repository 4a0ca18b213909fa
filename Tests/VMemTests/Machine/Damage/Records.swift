@testable import VMem

/// One record of a machine, and which of its bits tell nothing when they change.
struct Record {
  let kind: String
  /// Byte offset in RAM.
  let place: UInt64
  let size: Int
  /// Bits of the record, as byte offset and mask, of which any value may be right.
  var silent: [Int: UInt8] = [:]

  init<T>(_ kind: String, _ ref: Ref<T>, size: Int? = nil) {
    self.kind = kind
    place = ref.physicalAddress
    self.size = size ?? MemoryLayout<T>.size
  }

  init(_ kind: String, _ place: UInt64, size: Int) {
    self.kind = kind
    self.place = place
    self.size = size
  }

  /// Nothing follows from these bytes.
  func silent(_ bytes: Range<Int>...) -> Record {
    var record = self
    for range in bytes { for at in range { record.silent[at] = 0xff } }
    return record
  }

  func silent(_ byte: Int, bits: UInt8) -> Record {
    var record = self
    record.silent[byte, default: 0] |= bits
    return record
  }

  func silent<T, each V>(_ paths: repeat KeyPath<T, each V>) -> Record {
    var record = self
    func add<Value>(_ path: KeyPath<T, Value>) {
      let offset = MemoryLayout<T>.offset(of: path) ?? 0
      for at in offset..<offset + MemoryLayout<Value>.size { record.silent[at] = 0xff }
    }
    repeat add(each paths)
    return record
  }
}

/// Every record of a machine, by kind: table entries, descriptors, lists, trees, frames.
///
/// What is silent has no second place that it could be held against: numbers that callers choose, and
/// what a record keeps of its life before. An image has a checksum for these.
extension Machine {
  func records() -> [Record] {
    areaRecords() + tableRecords() + frameRecords() + arrayRecords() + setRecords() + nameRecords()
      + blockRecords() + treeRecords() + listRecords() + tlbRecords() + stepRecords()
      + taskRecords() + fileRecords() + arenaRecords() + userRecords() + stackRecords()
      + kmapRecords()
  }

  /// Entries that say what the tables say: of the others anything may have been right.
  private func tlbRecords() -> [Record] {
    var records: [Record] = []
    let state = ram[TLBState.ref]
    for cpu in 0..<cpuCount {
      let tlb = TLB(ram: ram, cpu: cpu)
      for slot in 0..<Int(state.slots) where tlb.isValid(slot) && !tlb.isSuspect(slot) {
        let place = UInt64(state.frame(cpu)) << 12
        // Whether the translation is global is told by nothing that is flushed, and a CPU may not
        // know what others have written.
        let isDirty = tlb.data(slot) & Entry.dirty != 0
        records.append(
          Record("TLB entry", place + UInt64(slot) * 16, size: 16).silent(9, bits: 0x01)
            .silent(8, bits: isDirty ? UInt8(Entry.dirty) : 0))
        let times = place + (2 * UInt64(state.slots) + UInt64(slot)) * 8
        records.append(Record("TLB times", times, size: 8).silent(0..<4))
      }
    }
    return records
  }

  private func stepRecords() -> [Record] {
    let stride = UInt64(MemoryLayout<PerCPU>.stride)
    let offset = UInt64(MemoryLayout<PerCPU>.offset(of: \.step)!)
    return (0..<UInt64(cpuCount)).map { cpu in
      // Where the call is, and what it still has to do, is nowhere else.
      Record(
        "step", ram[Superblock.ref].perCPU.physicalAddress + cpu * stride + offset,
        size: MemoryLayout<StepState>.size
      ).silent(\StepState.done, \StepState.total, \StepState.start, \StepState.end)
        .silent(\StepState.kind, \StepState.phase, \StepState.flushed, \StepState.space)
    }
  }

  private func areaRecords() -> [Record] {
    var records: [Record] = []
    areas.forEachBusy { area in
      // How much of the last page was asked for, flags that callers may set, the vmap node, and which
      // of the symbols that there are.
      var record = Record("area", area).silent(
        \VMArea.requestedSize, \VMArea.rawFlags, \VMArea.caller
      )
      .silent(MemoryLayout<VMArea>.offset(of: \.areaFlags)! + 1, bits: 0xff)
      if ram[area].array != 0 { record = record.silent(24..<32) }
      let marks = MemoryLayout<VMArea>.offset(of: \.marks)!
      switch ram[area].kind {
      // Which group comes next, and whether the group was imported.
      case .perCPU: record = record.silent(\VMArea.owned).silent(marks, bits: 4)
      // Whether the page array is from vmalloc, where the row does not say at which address.
      case .imported where !ram[area].hasArray: record = record.silent(marks, bits: 4)
      // Whether it is from a trace.
      case .mapRAM: record = record.silent(marks, bits: 16)
      default: break
      }
      records.append(record)
    }
    func waiting(_ kind: String, _ list: VmapNode.List) {
      var area = list.head
      while !area.isNone {
        records.append(
          Record(kind, area).silent(16..<48).silent(\VMArea.owned).silent(60..<64)
            .silent(MemoryLayout<VMArea>.offset(of: \.areaFlags)!, bits: 0xff)
            .silent(MemoryLayout<VMArea>.offset(of: \.areaFlags)! + 1, bits: 3))
        area = ram[area].next
      }
    }
    for number in 0..<areas.nodeCount {
      waiting("lazy area", ram[areas.node(number)].lazy)
      for pool in 0..<256 { waiting("pooled area", ram[areas.node(number)].pools[pool]) }
    }
    return records
  }

  private func tableRecords() -> [Record] {
    var records: [Record] = []
    func visit(_ table: UInt64, _ depth: Int, _ base: UInt64) {
      for index in 0..<512 {
        let entry = ram[table: table, index]
        let address = base | UInt64(index) << Level.shift(depth: depth)
        if !entry.isPresent {
          if index % 64 == 5 {
            records.append(Record("empty entry", table << 12 + UInt64(index) * 8, size: 8))
          }
          continue
        }
        var record = Record("table entry", table << 12 + UInt64(index) * 8, size: 8)
        let isLeaf = depth == 1 || entry.bits & Entry.pageSize != 0
        // A large leaf is as old as the pages under it say.
        if isLeaf, depth > 1, !entry.isStale { record = record.silent(6, bits: 0x10) }
        let top = Level.index(of: address, depth: 4)
        if isLeaf, top != Level.index(of: map.pageOffset, depth: 4),
          top != Level.index(of: map.vmemmap, depth: 4)
        {
          // Any page may be mapped anywhere, and devices with several modes.
          record = record.silent(2..<6).silent(1, bits: 0xf0).silent(6, bits: 0x0f)
          if depth == 1, isReclaimable(address) { record = record.silent(0, bits: 0x60) }
          if entry.pfn >= UInt64(ram.frameCount) {
            record = record.silent(0, bits: 0x98).silent(1, bits: 0x02)
          }
        }
        // What once had other permissions is no longer global.
        if depth == 1, top == Level.index(of: map.pageOffset, depth: 4) {
          record = record.silent(1, bits: 1)
        }
        // Any page of the direct map may have any protection key.
        if has(.pks), top == Level.index(of: map.pageOffset, depth: 4), isLeaf {
          record = record.silent(7, bits: 0x78)
        }
        records.append(record)
        if !isLeaf { visit(entry.pfn, depth - 1, address) }
      }
    }
    visit(users.tables.top, map.levels, 0)
    return records
  }

  private func frameRecords() -> [Record] {
    var records: [Record] = []
    let fresh = MemoryLayout<Frame>.offset(of: \.isFresh)!
    let underStale = MemoryLayout<Frame>.offset(of: \.isUnderStaleLeaf)!
    let olderThanUse = framesUnderStaleLeaves()
    for number in 0..<frames.zoneCount {
      let zone = ram[frames.zone(number)]
      for pfn in zone.start..<zone.frontier {
        let frame = frames.frame(pfn)
        switch PageType(word: ram[frame].mapcount) {
        case .perCPU:
          records.append(
            Record("per-CPU frame", frame).silent(fresh, bits: 1).silent(40, bits: 0xff))
        case .buddy: records.append(Record("free frame", frame).silent(fresh, bits: 1))
        case .table: records.append(Record("frame of a table", frame))
        case .slab: records.append(Record("frame of a slab", frame))
        case .array: records.append(Record("frame of an array", frame))
        case nil:
          guard ram[frame].refcount > 0 else { continue }
          // A page of a program that nobody may write to may be its own or not.
          let isOwn = ram[frame].flags & ram.pageFlags.anonymous == ram.pageFlags.anonymous
          records.append(
            Record("page", frame).silent(1, bits: isOwn ? 0x08 : 0)
              // Whether a file's page was written to.
              .silent(0, bits: ram[frame].isFilePage ? UInt8(ram.pageFlags.dirty) : 0)
              .silent(underStale, bits: olderThanUse.contains(UInt64(pfn)) ? 1 : 0))
        }
      }
    }
    return records
  }

  /// Such a leaf may be older than what any of its frames is used for, or not.
  private func framesUnderStaleLeaves() -> Set<UInt64> {
    var found: Set<UInt64> = []
    for range in users.tables.rangesOfEntries {
      LeafWalk(users.tables).forEachEntry(in: range) { _, entry, depth, _ in
        if entry.isStale, depth > 1 {
          let inside = Level.size(depth: depth) >> 12 - 1
          found.formUnion(entry.pfn & ~inside...entry.pfn | inside)
        }
        return true
      }
    }
    return found
  }

  private func arrayRecords() -> [Record] {
    var records: [Record] = []
    let busyWord = "word of the busy index"
    func visit(_ chunk: UInt32, _ level: UInt32, _ kind: String) {
      for index in 0..<1024 {
        let word = ram[words: chunk, index]
        if word == 0 && index % 128 != 9 { continue }
        let record = Record(kind, UInt64(chunk) << 12 + UInt64(index) * 4, size: 4)
        // That an area is plain may be known or not.
        let mayBePlain =
          kind == busyWord && level == 1 && word != 0
          && areas.isPlain(BusyWord(rawValue: word).area)
        records.append(mayBePlain ? record.silent(0, bits: 3) : record)
        if word != 0 && level > 1 { visit(word, level - 1, kind) }
      }
    }
    func visit(_ array: SparseArray, _ kind: String) {
      if array.height > 0 { visit(array.root, array.height, kind) }
    }
    visit(ram[areas.state].busy, busyWord)
    visit(ram[ram.names].names.buckets, "bucket of names")
    visit(ram[ram.names].symbols.buckets, "bucket of symbols")
    visit(ram[ram.names].shortSymbols.buckets, "bucket of short symbols")
    for cpu in 0..<cpuCount { visit(areas.blocks.index(cpu), "word of the block index") }
    files.forEachFile { (file: Ref<File>) in visit(ram[file].pages, "word of a file") }
    return records
  }

  private func setRecords() -> [Record] {
    var sets: Set<Ref<PageSet>> = []
    names.forEachName { if !ram[$0].pages.isNone { sets.insert(ram[$0].pages) } }
    areas.forEachBusy { if !ram[$0].pages.isNone { sets.insert(ram[$0].pages) } }
    return sets.sorted { $0.granule < $1.granule }.map { set in
      // Frames that were lent, or that are gone, know nothing of the set.
      let isBound = pageSets.page(0, of: set).map { ram[frames.frame($0)].owner == set } ?? false
      var record = Record("set of pages", set)
      if !isBound { record = record.silent(\PageSet.first) }
      // The first chunk of its frames may be the one that stays when it is empty, or not.
      record = record.silent(MemoryLayout<PageSet>.offset(of: \.frames)! + 8, bits: 1)
      // An area knows how many pages it has; a name does not.
      let isNamed = !ram[set].name.isNone && ram[set].first != 0
      return isNamed ? record.silent(\PageSet.count) : record
    }
  }

  private func nameRecords() -> [Record] {
    var records: [Record] = []
    names.forEachName { name in
      let isFree = ram[name].kind == NameKind.number.rawValue || !ram[name].isLive
      // An address inside the first page stands for an area too.
      let record = Record("name", name).silent(16, bits: 0xff).silent(17, bits: 0x0f)
      records.append(isFree ? record.silent(\Name.value) : record)
    }
    ram[ram.names].symbols.forEach(ram) { records.append(Record("symbol", $0)) }
    ram[ram.names].shortSymbols.forEach(ram) { records.append(Record("short symbol", $0)) }
    return records
  }

  /// What a file is for, and how large it is, is told by nothing else.
  private func fileRecords() -> [Record] {
    var records: [Record] = []
    files.forEachFile { (file: Ref<File>) in
      records.append(
        Record("file", file)
          .silent(\File.size, \File.hostSize)
          .silent(0, bits: ram[file].kind == .host ? 0x1b : 0x0b).silent(1, bits: 0xff)
          .silent(
            MemoryLayout<File>.offset(of: \.previous)! + 4, bits: ram[file].isMemfd ? 0x1f : 0
          )
          .silent(MemoryLayout<File>.offset(of: \.pages)! + 8, bits: 1)
          .silent(\File.number))
    }
    files.forEachBuffer { (buffer: Ref<DmaBuf>) in
      records.append(
        Record("dma-buf", buffer).silent(\DmaBuf.address, \DmaBuf.mapCount, \DmaBuf.number)
          // The first chunk of its pages may be the one that stays when it is empty, or not.
          .silent(MemoryLayout<DmaBuf>.offset(of: \.pages)! + 8, bits: 1)
          .silent(MemoryLayout<DmaBuf>.offset(of: \.previous)! + 4, bits: 1)
          .silent(MemoryLayout<DmaBuf>.offset(of: \.previous)! + 5, bits: 1))
    }
    return records
  }

  private func taskRecords() -> [Record] {
    (0...Int(ram[ram.tasks].count)).map { number in
      // A letter of a name may be any other.
      let length = Int(ram[tasks.task(number)].nameLength)
      let record = Record("task", tasks.task(number)).silent(0..<length)
      // So may its address space.
      return ram[tasks.task(number)].memory.isNone ? record : record.silent(\Task.memory)
    }
  }

  /// Whether accesses are noted at an address: its upper bits do not matter.
  private func isReclaimable(_ address: UInt64) -> Bool {
    var isFound = false
    areas.forEachBusy { area in
      let stack = ram[area].stack
      guard !stack.isNone, ram[stack].policy == StackPolicy.reclaim.rawValue else { return }
      if (address &- ram[area].start) << 16 < ram[stack].size << 16 { isFound = true }
    }
    return isFound
  }

  private func blockRecords() -> [Record] {
    var records: [Record] = []
    for cpu in 0..<cpuCount {
      var key: UInt64 = 0
      while let found = areas.blocks.index(cpu).next(from: key, ram) {
        key = found.key + 1
        // How often a page was given back, and what the next flush is to cover.
        records.append(
          Record("map block", Ref<MapBlock>(granule: found.value)).silent(
            \MapBlock.free, \MapBlock.dirty, \MapBlock.dirtyStart, \MapBlock.dirtyEnd,
            \MapBlock.used))
      }
    }
    var type = ram[ram.mapping].memoryTypes
    while !type.isNone {
      // A mode is held against others of the same range, of which there may be none.
      records.append(
        Record("memory type", type).silent(MemoryLayout<MemoryType>.offset(of: \.mode)!, bits: 7))
      type = ram[type].next
    }
    return records
  }

  private func treeRecords() -> [Record] {
    var records: [Record] = []
    func visit(_ block: Ref<FreeBlock>) {
      guard !block.isNone else { return }
      let record = Record("free block", block, size: 48)
      records.append(
        areas.space.keepsMaxima
          ? record : record.silent(\FreeBlock.leftMaximum, \FreeBlock.rightMaximum))
      visit(ram[block].left)
      visit(ram[block].right)
    }
    visit(ram[areas.state].freeRoot)
    func visit(_ node: UInt32, _ level: Int) {
      let count = areas.space.index.handle(node).count
      let place = UInt64(node) << 4
      records.append(Record("count of an index node", place, size: 4))
      records.append(Record("sizes of an index node", place + 16, size: count * 4))
      records.append(Record("links of an index node", place + 264, size: count * 4))
      records.append(Record("starts of an index node", place + 512, size: 512))
      guard level > 0 else { return }
      for at in 0..<count { visit(areas.space.index.handle(node).refs[at], level - 1) }
    }
    visit(ram[areas.state].indexRoot, Int(ram[areas.state].indexHeight) - 1)
    return records
  }

  private func listRecords() -> [Record] {
    var records: [Record] = []
    for number in 0..<frames.zoneCount
    where ram[frames.zone(number)].start < ram[frames.zone(number)].end {
      records.append(Record("zone", frames.zone(number)).silent(\Zone.run))
    }
    for number in 0..<areas.nodeCount { records.append(Record("vmap node", areas.node(number))) }
    for cpu in 0..<cpuCount {
      // Which empty chunk may stay, when none is empty.
      let size = MemoryLayout<PerCPU>.offset(of: \.step)!
      records.append(
        Record("per-CPU data", areas.blocks.perCPU(cpu), size: size).silent(16..<24))
    }
    return records
  }
}
