/// The PKMAP window: one table of slots for all tasks, under one lock. The corresponding kernel
/// file is mm/highmem.c.
struct Pkmap {
  let ram: RAM
  let map: AddressMap
  let window: KmapWindow

  /// Frames that boot takes for the state, the slots and the records.
  static func framesNeeded(_ window: KmapWindow) -> UInt32 { 2 + slotFrames(window.slots) }

  private static func slotFrames(_ slots: Int) -> UInt32 {
    UInt32((slots * MemoryLayout<KmapSlot>.stride + 4095) / 4096)
  }

  private var first: UInt32 { ram[ram.highMemory].kmapFrames }
  var state: Ref<KmapState> { Ref(granule: first << 8) }

  func slot(_ number: Int) -> Ref<KmapSlot> {
    Ref(granule: (first &+ 1) << 8 &+ UInt32(number) << 1)
  }

  func record(_ number: UInt64) -> Ref<KmapRecord> {
    let frame = first &+ 1 &+ Self.slotFrames(window.slots)
    return Ref(granule: frame << 8 &+ UInt32(number % UInt64(KmapRecord.capacity)) << 2)
  }

  // MARK: Entries

  /// Writes the entry of an address in either window, whose tables boot has made.
  func set(_ address: UInt64, _ entry: Entry) {
    let table = PageTables(ram: ram, map: map).entryPlace(address, depth: 1).table
    ram[table: table, Level.index(of: address, depth: 1)] = entry
    ram[state].writes += 1
  }

  func entry(_ address: UInt64) -> Entry {
    let table = PageTables(ram: ram, map: map).entryPlace(address, depth: 1).table
    return ram[table: table, Level.index(of: address, depth: 1)]
  }

  // MARK: Addresses of pages

  static func bucket(_ page: UInt32) -> Int { Int((page &* 0x9e37_79b1) >> (25 as UInt32)) }

  /// The slot that maps a page, or nil (`page_address` of a highmem page).
  func slot(ofPage page: UInt32) -> Int? {
    var next = Int(ram[state].heads[Self.bucket(page)])
    var limit = StepLimit(UInt64(window.slots))
    while next != 0 {
      limit.step()
      let slot = slot((next - 1) & 1023)
      if ram[slot].page == page { return (next - 1) & 1023 }
      next = Int(ram[slot].next)
    }
    return nil
  }

  private func remember(_ number: Int, _ page: UInt32) {
    let bucket = Self.bucket(page)
    ram[slot(number)].page = page
    ram[slot(number)].next = ram[state].heads[bucket]
    ram[state].heads[bucket] = UInt16(number + 1)
  }

  private func forget(_ number: Int) {
    let bucket = Self.bucket(ram[slot(number)].page)
    let next = ram[slot(number)].next
    if Int(ram[state].heads[bucket]) == number + 1 {
      ram[state].heads[bucket] = next
    } else {
      var at = Int(ram[state].heads[bucket])
      var limit = StepLimit(UInt64(window.slots))
      while at != 0, Int(ram[slot((at - 1) & 1023)].next) != number + 1 {
        limit.step()
        at = Int(ram[slot((at - 1) & 1023)].next)
      }
      if at != 0 { ram[slot((at - 1) & 1023)].next = next }
    }
    ram[slot(number)] = KmapSlot()
  }

  // MARK: Slots

  func lock() { ram[state].locks += 1 }

  /// Maps a page for a task by its bit, or nil when every slot has users. The corresponding kernel
  /// functions are `kmap_high` and `map_new_virtual`, up to where that would sleep.
  func map(_ page: UInt32, by maker: UInt64) -> UInt64? {
    var number = slot(ofPage: page)
    if number == nil {
      guard let free = findFree() else { return nil }
      set(window.address(free), Entry(pfn: UInt64(page), .kernel))
      ram[slot(free)].count = 1
      remember(free, page)
      number = free
    }
    guard let number else { return nil }
    ram[slot(number)].count += 1
    ram[slot(number)].makers |= maker
    ram[state].mappings += 1
    return window.address(number)
  }

  /// Searches from behind the last slot on. The first one comes last: each time the search comes
  /// there, what nobody uses any more is flushed, and the search counts from the beginning.
  private func findFree() -> Int? {
    var tries = window.slots
    while true {
      let next = (Int(ram[state].last) + 1) & (window.slots - 1)
      ram[state].last = UInt32(next)
      if next == 0 {
        flushUnused()
        tries = window.slots
      }
      if ram[slot(next)].count == 0 { return next }
      tries -= 1
      if tries == 0 { return nil }
    }
  }

  /// Clears the slots that nobody uses, and flushes the window on every CPU when there was one. The
  /// corresponding kernel function is `flush_all_zero_pkmaps`.
  func flushUnused() {
    var isChanged = false
    for number in 0..<window.slots where ram[slot(number)].count == 1 {
      set(window.address(number), .none)
      forget(number)
      isChanged = true
    }
    if isChanged { FlushObligation(ram, window.base, window.end).flush() }
  }

  // MARK: Audit

  /// Keeps a use that has ended when there is something to say about it.
  func note(
    _ address: UInt64, _ page: UInt32, _ marks: KmapMarks, makers: UInt64, users: UInt64
  ) {
    guard !marks.isEmpty || users & ~makers != 0 else { return }
    var record = KmapRecord()
    record.address = address
    record.page = page
    record.marks = marks
    record.makers = makers
    record.users = users
    record.ended = ram[Superblock.ref].clock
    ram[self.record(ram[state].recordCount)] = record
    ram[state].recordCount += 1
  }
}
