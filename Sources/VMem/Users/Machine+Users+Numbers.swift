/// The calls of `UserSpaces` with plain numbers, as records and scripts have them.
extension Machine {
  package func fork(_ mm: UInt64) throws(Refusal) -> UInt64 {
    try users.fork(mm)
  }

  package func mmap(_ mm: UInt64, _ request: MmapRequest) throws(Refusal) -> UInt64 {
    try users.mmap(mm, request)
  }

  package func mprotect(
    _ mm: UInt64, _ address: UInt64, length: UInt64, _ rights: UserMappingFlags
  ) throws(Refusal) {
    try users.mprotect(mm, address, length: length, rights)
  }

  package func mremap(
    _ mm: UInt64, _ address: UInt64, old: UInt64, new: UInt64, mayMove: Bool = false,
    to: UInt64? = nil
  ) throws(Refusal) -> UInt64 {
    try users.mremap(mm, address, old: old, new: new, mayMove: mayMove, to: to)
  }

  package func munmap(_ mm: UInt64, _ address: UInt64, length: UInt64) throws(Refusal) {
    try users.munmap(mm, address, length: length)
  }

  package func remapVmallocRange(
    _ user: UInt64, _ address: UInt64, offset: UInt64
  ) throws(Refusal) {
    try users.remapVmallocRange(user, address, offset: offset)
  }

  package func allocateMM() throws(Refusal) -> UInt64 {
    try users.allocateMM()
  }

  package func putMM(_ address: UInt64) throws(Refusal) {
    try users.putMM(address)
  }

  package func switchMM(_ address: UInt64) throws(Refusal) {
    try users.switchMM(address)
  }

  package func userTables(_ address: UInt64) throws(Refusal) -> UserTables {
    try users.userTables(address)
  }

  package var currentMM: UInt64 { users.currentMM }
}
