/// The calls of `MMU`.
extension Machine {
  /// Reads `count` bytes and hands them out in order. Nothing is handed out when any byte of them
  /// faults. Where no RAM is, the bus answers.
  public func read(_ address: VirtualAddress, count: UInt64, _ chunk: (Span<UInt8>) -> Void)
    throws(Refusal)
  {
    try mmu.read(address.bits, count: count, chunk)
  }

  /// Writes bytes up to the first that faults.
  public func write(_ address: VirtualAddress, _ bytes: Span<UInt8>) throws(Refusal) {
    try mmu.write(address.bits, bytes)
  }

  /// Sets `count` bytes up to the first that faults.
  public func fill(_ address: VirtualAddress, count: UInt64, byte: UInt8) throws(Refusal) {
    try mmu.fill(address.bits, count: count, byte: byte)
  }

  /// Copies `count` bytes, ranges that overlap included, up to the first that faults. A copy upwards
  /// into its own source goes from the end.
  public func copy(to: VirtualAddress, from: VirtualAddress, count: UInt64) throws(Refusal) {
    try mmu.copy(to: to.bits, from: from.bits, count: count)
  }

  /// Offset of the first byte in which two ranges differ, or nil.
  public func compare(_ a: VirtualAddress, with b: VirtualAddress, count: UInt64) throws(Refusal)
    -> UInt64?
  {
    try mmu.compare(a.bits, b.bits, count: count)
  }

  /// Every step of the translation of an address, from the top to the leaf or the hole.
  public func walk(_ address: VirtualAddress) -> [WalkStep] {
    mmu.walk(address.bits)
  }

  /// Reads eight bytes, little endian. Faults as `read` does.
  @inlinable @inline(__always)
  public func load(_ address: VirtualAddress) throws(Refusal) -> UInt64 {
    try mmu.load(address.bits)
  }

  /// Writes eight bytes, little endian. Faults as `write` does.
  @inlinable @inline(__always)
  public func store(_ address: VirtualAddress, _ value: UInt64) throws(Refusal) {
    try mmu.store(address.bits, value)
  }

  /// Slots of each TLB.
  public var tlbSlots: Int { mmu.tlbSlots }

  /// Translations that TLBs have taken from the tables since boot.
  public var tlbFills: UInt64 { mmu.tlbFills }

  /// Accesses that entries of the TLBs have served since boot.
  public var tlbHits: UInt64 { mmu.tlbHits }
}
