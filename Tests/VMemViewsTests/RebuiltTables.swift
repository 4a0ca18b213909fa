import Testing

@testable import VMem

/// Page tables made from the rows of a recorded table dump: the smallest set of tables that a
/// kernel must have had to print them.
struct RebuiltTables: ~Copyable {
  let machine: Machine
  /// Frame of a top-level table beside the machine's own.
  let top: UInt64

  private init(_ machine: consuming Machine, top: UInt64) {
    self.machine = machine
    self.top = top
  }

  static func from(_ rows: [String], levels: Int) throws -> RebuiltTables {
    var configuration = Configuration()
    configuration.levels = levels
    configuration.memory = 64 << 20
    let machine = try Machine(configuration)
    let top = UInt64(try #require(machine.frames.allocate()))
    let tables = RebuiltTables(machine, top: top)
    try tables.fill(rows)
    return tables
  }

  private func fill(_ rows: [String]) throws {
    var previous = ""
    var isOdd = false
    for row in rows where row.hasPrefix("0x") {
      let start = try #require(UInt64(row.dropFirst(2).prefix(16), radix: 16))
      let end = try #require(UInt64(row.dropFirst(21).prefix(16), radix: 16))
      let rest = row.dropFirst(row.count - row.reversed().firstIndex(of: " ")!)
      let level = try #require(Level.allCases.first { "\($0)" == rest })
      // Two rows that look alike differ in a bit that is not shown.
      let shown = String(row.dropFirst(51))
      isOdd = shown == previous && !isOdd
      previous = shown
      let bits = Self.bits(Array(shown), level)
      try set(start, end &- 1, level, bits == 0 || !isOdd ? bits : bits | 1 << 10)
    }
  }

  private static func bits(_ columns: [Character], _ level: Level) -> UInt64 {
    func has(_ column: Int) -> Bool { columns[column] != " " }
    guard columns.prefix(30).contains(where: { $0 != " " }) else { return 0 }
    var bits = Entry.present
    if has(0) { bits |= Entry.user }
    if columns[4] == "R" { bits |= Entry.writable }
    if has(7) { bits |= Entry.writeThrough }
    if has(11) { bits |= Entry.cacheDisable }
    if has(15) { bits |= Entry.pageSize }
    if has(23) { bits |= Entry.global }
    if columns[27] == "N" { bits |= Entry.noExecute }
    return bits
  }

  private func set(_ first: UInt64, _ last: UInt64, _ level: Level, _ bits: UInt64) throws {
    let levels = machine.map.levels
    let depth = level.depth(levels: levels)
    // A hole in the top table needs nothing.
    if depth == levels && bits == 0 { return }
    var at = first
    while true {
      var table = top
      for above in stride(from: levels, to: depth, by: -1) {
        let index = Level.index(of: at, depth: above)
        if machine.ram[table: table, index].isNone {
          let fresh = UInt64(try #require(machine.frames.allocate()))
          machine.ram[table: table, index] = Entry(pfn: fresh, .kernelTable)
        }
        table = machine.ram[table: table, index].pfn
      }
      let pfn: UInt64 = bits == 0 ? 0 : 0x4_0000
      machine.ram[table: table, Level.index(of: at, depth: depth)] = Entry(bits: pfn << 12 | bits)
      let size = Level.size(depth: depth)
      if last - at < size { return }
      at = (at / size + 1) * size
    }
  }
}
