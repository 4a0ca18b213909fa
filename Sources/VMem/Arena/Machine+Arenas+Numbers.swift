/// The calls of `Arenas` with plain numbers, as records and scripts have them.
extension Machine {
  package func createArena(_ request: ArenaRequest) throws(Refusal) -> UInt64 {
    try arenas.createArena(request)
  }

  package func freeArena(_ address: UInt64) throws(Refusal) {
    try arenas.freeArena(address)
  }

  package func touchArena(
    _ address: UInt64, at place: UInt64, as visitor: ArenaVisitor, write: Bool
  ) throws(Refusal) -> UInt8 {
    try arenas.touchArena(address, at: place, as: visitor, write: write)
  }

  package func arenaFreePages(
    _ address: UInt64, _ user: UInt64, count: UInt64
  ) throws(Refusal) {
    try arenas.arenaFreePages(address, user, count: count)
  }

  package func arenaMmap(
    _ address: UInt64, mm: UInt64, _ request: ArenaMmapRequest
  ) throws(Refusal) -> UInt64 {
    try arenas.arenaMmap(address, mm: mm, request)
  }

  package func arenaMunmap(_ address: UInt64, mm: UInt64) throws(Refusal) {
    try arenas.arenaMunmap(address, mm: mm)
  }

  package func freezeArena(_ address: UInt64) throws(Refusal) {
    try arenas.freezeArena(address)
  }

  package func arenaAllocPages(
    _ address: UInt64, count: UInt64, at wanted: UInt64 = 0, node: Int64 = -1, flags: UInt64 = 0
  ) throws(Refusal) -> UInt64 {
    try arenas.arenaAllocPages(address, count: count, at: wanted, node: node, flags: flags)
  }

  package func arenaReservePages(
    _ address: UInt64, _ user: UInt64, count: UInt64
  ) throws(Refusal) -> Bool {
    try arenas.arenaReservePages(address, user, count: count)
  }

  package func arenaInfo(_ address: UInt64) throws(Refusal) -> ArenaInfo {
    try arenas.arenaInfo(address)
  }
}
