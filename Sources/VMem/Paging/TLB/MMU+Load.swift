/// Single words through the current CPU's TLB, for programs that work on emulated memory: an access is
/// no kernel call, so the clock stands still.
extension MMU {
  /// Carries out `Machine.load`.
  @inlinable @inline(__always)
  package func load(_ address: UInt64) throws(Refusal) -> UInt64 {
    guard let word = hit(address) else { return try loadSlowly(address) }
    ram[TLBState.ref].hits &+= 1
    // Safe: the word does not cross the page.
    return unsafe ram.place(ofWord: word, address & 4095).loadUnaligned(as: UInt64.self)
  }

  /// Carries out `Machine.store`.
  @inlinable @inline(__always)
  package func store(_ address: UInt64, _ value: UInt64) throws(Refusal) {
    guard let word = hit(address), word & TLB.written == TLB.written else {
      return try storeSlowly(address, value)
    }
    ram[TLBState.ref].hits &+= 1
    // Safe: as above.
    unsafe ram.place(ofWord: word, address & 4095).storeBytes(of: value, as: UInt64.self)
  }

  /// What the TLB keeps of a word's page, when that is a page of 4 KiB in RAM, the tables still have it
  /// so, and the word is aligned.
  @inlinable @inline(__always)
  func hit(_ address: UInt64) -> UInt64? {
    // The lowest bits of the address stay, and no tag has them.
    hit(address, tag: (address & ~0xff8) &+ TLB.valid)
  }

  @inlinable @inline(__always)
  func hit(_ address: UInt64, tag: UInt64) -> UInt64? {
    let number = UInt32(truncatingIfNeeded: address >> 12) & ram[TLBState.ref].mask
    let slot = Ref<TLBSlot>(granule: ram[TLBState.ref].current &+ number)
    return ram[slot].tag == tag ? ram[slot].data : nil
  }

  @usableFromInline @inline(never)
  func loadSlowly(_ address: UInt64) throws(Refusal) -> UInt64 {
    if let word = try refill(address, forWriting: false) {
      // Safe: the word does not cross the page.
      return unsafe ram.place(ofWord: word, address & 4095).loadUnaligned(as: UInt64.self)
    }
    return try loadBytes(address)
  }

  /// What the TLB keeps of a word's page once it has it from the tables, where a user's fault may have
  /// to put it first; nil where that is not all, and `read` and `write` do the rest.
  @inline(__always)
  private func refill(_ address: UInt64, forWriting: Bool) throws(Refusal) -> UInt64? {
    guard address & 4095 <= 4088 else { return nil }
    if address & 7 != 0, let word = hit(address, tag: address & ~4095 | TLB.valid),
      !forWriting || word & TLB.written == TLB.written
    {
      ram[TLBState.ref].hits &+= 1
      return word
    }
    if let word = TLB.refillQuickly(ram, address, forWriting: forWriting) { return word }
    return try refillSlowly(address, forWriting: forWriting)
  }

  @inline(never)
  private func refillSlowly(_ address: UInt64, forWriting: Bool) throws(Refusal) -> UInt64? {
    let tlb = TLB(current: ram)
    let word = tlb.refill(address, users.tables(ofCPU: cpu), forWriting: forWriting)
    if word != nil { return word }
    guard tlb.misses(address), users.mayFault(address), map.isCanonical(address) else { return nil }
    try users.serveUserFault(address, write: forWriting)
    return tlb.refill(address, users.tables(ofCPU: cpu), forWriting: forWriting)
  }

  @inline(never)
  private func loadBytes(_ address: UInt64) throws(Refusal) -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    try read(address, count: 8) { bytes in
      for index in bytes.indices {
        value |= UInt64(bytes[index]) << shift
        shift += 8
      }
    }
    return value
  }

  @usableFromInline @inline(never)
  func storeSlowly(_ address: UInt64, _ value: UInt64) throws(Refusal) {
    if let word = try refill(address, forWriting: true) {
      // Safe: as above.
      return unsafe ram.place(ofWord: word, address & 4095).storeBytes(of: value, as: UInt64.self)
    }
    var bytes = InlineArray<8, UInt8>(repeating: 0)
    for at in 0..<8 { bytes[at] = UInt8(truncatingIfNeeded: value >> UInt64(8 * at)) }
    try write(address, bytes.span)
  }
}
