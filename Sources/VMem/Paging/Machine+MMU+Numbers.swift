/// The calls of `MMU` with plain numbers, as records and scripts have them.
extension Machine {
  package func read(
    _ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try mmu.read(address, count: count, chunk)
  }

  package func write(_ address: UInt64, _ bytes: Span<UInt8>) throws(Refusal) {
    try mmu.write(address, bytes)
  }

  package func fill(_ address: UInt64, count: UInt64, byte: UInt8) throws(Refusal) {
    try mmu.fill(address, count: count, byte: byte)
  }

  package func copy(to: UInt64, from: UInt64, count: UInt64) throws(Refusal) {
    try mmu.copy(to: to, from: from, count: count)
  }

  package func compare(_ a: UInt64, _ b: UInt64, count: UInt64) throws(Refusal) -> UInt64? {
    try mmu.compare(a, b, count: count)
  }

  package func walk(_ address: UInt64) -> [WalkStep] {
    mmu.walk(address)
  }

  @inlinable @inline(__always)
  package func load(_ address: UInt64) throws(Refusal) -> UInt64 {
    try mmu.load(address)
  }

  @inlinable @inline(__always)
  package func store(_ address: UInt64, _ value: UInt64) throws(Refusal) {
    try mmu.store(address, value)
  }
}
