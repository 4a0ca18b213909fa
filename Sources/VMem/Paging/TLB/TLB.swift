/// The TLB of one CPU: direct-mapped, in frames of RAM that no allocator has.
///
/// Each slot has three words. The *tag* is the page's address and `valid`; every other low bit makes
/// the quick comparison of a hit fail. The *data*, next to it, are the frame's physical address and
/// the rights. The *times*, in an array behind them, are the clock of the filling and, in the upper
/// half, of the change that made the entry stale. The *walks* behind those are in `TLB+Walks.swift`.
@usableFromInline
struct TLB {
  /// Bits of a tag; none is a bit that an address within a word of eight bytes can have.
  @usableFromInline static let valid: UInt64 = 8
  /// The tables have changed since, and nothing has flushed it yet.
  static let suspect: UInt64 = 16
  /// No RAM lies there: a device answers.
  static let device: UInt64 = 32
  /// Each access is looked at: the page has a protection key, or lies in the windows of kmap.
  static let guarded: UInt64 = 64
  static let tagBits: UInt64 = 0xfff

  /// Bits of a leaf that a TLB keeps: frame, rights, cache mode, and whether it was written through.
  static let kept =
    Entry.pfnMask | Entry.writable | Entry.user | Entry.writeThrough | Entry.cacheDisable
    | Entry.dirty | Entry.global | Entry.noExecute | Entry.keyMask
  /// What a data word must have for a write to need no walk.
  @usableFromInline static let written = Entry.writable | Entry.dirty

  let ram: RAM
  let cpu: Int
  let frame: UInt64

  var state: Ref<TLBState> { TLBState.ref }

  @inline(__always)
  init(ram: RAM, cpu: Int) {
    self.ram = ram
    self.cpu = cpu
    frame = UInt64(ram[TLBState.ref].frame(cpu))
  }

  /// The TLB of the CPU that runs.
  @inline(__always)
  init(current ram: RAM) {
    self.ram = ram
    cpu = ram[Superblock.ref].cpu
    frame = UInt64(ram[TLBState.ref].current >> 8)
  }

  var count: UInt32 {
    get { ram[perCPU].tlbUsed }
    nonmutating set { ram[perCPU].tlbUsed = newValue }
  }
  var perCPU: Ref<PerCPU> { ram.perCPU(cpu) }

  /// Word `part` of a slot: 0 tag, 1 data, 2 times.
  subscript(part: Int, slot: Int) -> UInt64 {
    @inline(__always) get {
      part == 2
        ? ram[tlb: frame, 2 &* Int(ram[state].slots) &+ slot] : ram[tlb: frame, 2 &* slot &+ part]
    }
    @inline(__always) nonmutating set {
      if part == 2 {
        ram[tlb: frame, 2 &* Int(ram[state].slots) &+ slot] = newValue
      } else {
        ram[tlb: frame, 2 &* slot &+ part] = newValue
      }
    }
  }

  // MARK: Slots

  /// The slot for the page of `depth` (1 to 3) that contains an address; nil when there is none.
  @inline(__always)
  private func slot(_ address: UInt64, _ depth: Int) -> Int? {
    let small = ram[state].small
    guard small > 0 else { return nil }
    let number = UInt32(truncatingIfNeeded: address >> Level.shift(depth: depth))
    let medium = ram[state].medium
    switch depth {
    case 1: return Int(number & (small &- 1))
    case 2: return Int(small &+ number & (medium &- 1))
    default: return Int(small &+ medium &+ number & (medium &- 1))
    }
  }

  @inline(__always)
  private static func page(_ address: UInt64, _ depth: Int) -> UInt64 {
    address & ~(Level.size(depth: depth) - 1)
  }

  /// The slot that has an address, and the depth of its page.
  func slot(of address: UInt64) -> (slot: Int, depth: Int)? {
    guard count != 0 else { return nil }
    for depth in 1...3 {
      guard let slot = slot(address, depth) else { continue }
      let tag = self[0, slot]
      if tag & Self.valid != 0, tag & ~Self.tagBits == Self.page(address, depth) {
        return (slot, depth)
      }
    }
    return nil
  }

  // MARK: Entries

  func isSuspect(_ slot: Int) -> Bool { self[0, slot] & Self.suspect != 0 }
  func data(_ slot: Int) -> UInt64 { self[1, slot] }
  func filledAt(_ slot: Int) -> UInt32 { UInt32(truncatingIfNeeded: self[2, slot]) }
  func suspectSince(_ slot: Int) -> UInt32 { UInt32(truncatingIfNeeded: self[2, slot] >> 32) }
  func address(_ slot: Int) -> UInt64 { self[0, slot] & ~Self.tagBits }
  func isValid(_ slot: Int) -> Bool { self[0, slot] & Self.valid != 0 }
  func isDevice(_ slot: Int) -> Bool { self[0, slot] & Self.device != 0 }
  func isGuarded(_ slot: Int) -> Bool { self[0, slot] & Self.guarded != 0 }
  /// Whether a slot has no other bits than the ones that mean something.
  func hasKnownBits(_ slot: Int) -> Bool {
    self[0, slot] & Self.tagBits & ~(Self.valid | Self.suspect | Self.device | Self.guarded) == 0
      && self[1, slot] & ~Self.kept == 0
  }
  /// Whether there is anything in a slot, whatever it is.
  func isUsed(_ slot: Int) -> Bool { (0..<3).contains { self[$0, slot] != 0 } }

  /// What the TLB would keep of a leaf `depth` steps above the pages.
  static func word(_ leaf: Entry, _ depth: Int) -> UInt64 {
    leaf.bits & kept & ~((Level.size(depth: depth) - 1) & Entry.pfnMask)
  }

  /// Physical address that an address has by the word of its page.
  static func physical(_ word: UInt64, address: UInt64, depth: Int) -> UInt64 {
    word & Entry.pfnMask | address & (Level.size(depth: depth) - 1)
  }

  /// Takes a translation from the tables.
  func fill(_ address: UInt64, _ leaf: Entry, _ depth: Int) {
    guard let slot = slot(address, depth) else { return ram[state].fills &+= 1 }
    let word = Self.word(leaf, depth)
    let isRAM = ram.isMemory((word & Entry.pfnMask) >> 12)
    var tag = isRAM ? Self.valid : Self.valid | Self.device
    if Self.isGuarded(word, address) { tag |= Self.guarded }
    put(slot, page: Self.page(address, depth), word: word, tag: tag)
  }

  /// Whether accesses by a word are looked at one by one.
  @inline(__always)
  static func isGuarded(_ word: UInt64, _ address: UInt64) -> Bool {
    word & Entry.keyMask != 0 || address >= KmapWindow.floor
  }

  @inline(__always)
  func put(_ slot: Int, page: UInt64, word: UInt64, tag: UInt64) {
    ram[state].fills &+= 1
    if self[0, slot] & Self.valid == 0 {
      count += 1
      ram[state].used += 1
    }
    forget(suspect: slot)
    self[0, slot] = page | tag
    self[1, slot] = word
    self[2, slot] = ram[Superblock.ref].clock & 0xffff_ffff
  }

  /// The tables bear the entry out once more.
  func clear(suspicion slot: Int) {
    forget(suspect: slot)
    self[0, slot] &= ~Self.suspect
    self[2, slot] &= 0xffff_ffff
  }

  func remove(_ slot: Int) {
    guard self[0, slot] & Self.valid != 0 else { return }
    forget(suspect: slot)
    for part in 0..<3 { self[part, slot] = 0 }
    count -= 1
    ram[state].used -= 1
  }

  private func forget(suspect slot: Int) {
    if slot >= Int(ram[state].small), isSuspect(slot) { ram[state].suspectLarge &-= 1 }
  }

  // MARK: Ranges

  /// INVLPG: the pages of any size that contain an address.
  func flush(page address: UInt64) {
    for depth in 1...3 {
      guard let slot = slot(address, depth) else { continue }
      if self[0, slot] & ~Self.tagBits == Self.page(address, depth) { remove(slot) }
    }
  }

  /// Everything, global entries included.
  func flushAll() {
    guard count != 0 else { return }
    if ram[state].suspectLarge > 0 {
      for slot in Int(ram[state].small)..<Int(ram[state].slots) { forget(suspect: slot) }
    }
    ram[state].used -= count
    count = 0
    ram.zero(UInt32(truncatingIfNeeded: frame), count: Int(ram[state].framesPerCPU))
  }

  /// Everything but global entries: what a load of CR3 does. A global entry for a user's address, which
  /// kernels never make, may differ from what the new tables say.
  func flushUser() {
    ram.forgetWalks()
    guard count != 0 else { return }
    for slot in 0..<Int(ram[state].slots) where isValid(slot) {
      if data(slot) & Entry.global == 0 {
        remove(slot)
      } else if address(slot) >> 63 == 0 {
        suspect(slot)
      }
    }
  }

  /// Marks what the TLB has of a range whose entries have changed in the tables.
  func suspect(_ start: UInt64, _ end: UInt64) {
    guard count != 0 else { return }
    for depth in 1...3 {
      let size = Level.size(depth: depth)
      let first = Self.page(start, depth)
      let pages = (end &- 1 &- first) / size + 1
      if pages <= UInt64(ram[state].slots) / 4 {
        for number in 0..<pages {
          guard let slot = slot(first &+ number &* size, depth) else { break }
          if self[0, slot] & ~Self.tagBits == first &+ number &* size { suspect(slot) }
        }
        continue
      }
      for slot in slots(depth) where isValid(slot) {
        let page = address(slot)
        if page &- first < end &- first { suspect(slot) }
      }
    }
  }

  private func suspect(_ slot: Int) {
    let tag = self[0, slot]
    guard tag & Self.valid != 0, tag & Self.suspect == 0 else { return }
    self[0, slot] = tag | Self.suspect
    if slot >= Int(ram[state].small) { ram[state].suspectLarge += 1 }
    self[2, slot] |= UInt64(UInt32(truncatingIfNeeded: ram[Superblock.ref].clock)) << 32
  }

  /// The slots for pages of a depth.
  func slots(_ depth: Int) -> Range<Int> {
    let state = ram[self.state]
    let (small, medium) = (Int(state.small), Int(state.medium))
    switch depth {
    case 1: return 0..<small
    case 2: return small..<small + medium
    default: return small + medium..<Int(state.slots)
    }
  }
}

extension RAM {
  /// Word `index` (taken modulo 65536) of a TLB that begins in frame `pfn`.
  @inlinable
  subscript(tlb pfn: UInt64, index: Int) -> UInt64 {
    @inline(__always) unsafeAddress {
      // Safe: 512 KiB from a frame of RAM, or from where bad numbers lead, lie in the reservation.
      unsafe UnsafePointer(frame(pfn).assumingMemoryBound(to: UInt64.self) + (index & 0xffff))
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      unsafe frame(pfn).assumingMemoryBound(to: UInt64.self) + (index & 0xffff)
    }
  }
}
