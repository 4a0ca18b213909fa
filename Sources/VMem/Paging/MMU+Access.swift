/// Access to memory through the page tables, as the current CPU's MMU does it.
extension MMU {
  /// A translated run of bytes inside one page.
  private struct Chunk {
    /// Physical address; where no RAM is, a device would answer.
    var physical: UInt64
    var count: Int
    var isRAM: Bool
  }

  /// Who translates.
  private enum Way {
    /// The MMU: the TLB first, which learns of it.
    case mmu
    /// The same once more, without a trace.
    case mmuAgain
    /// A walk of the tables by software.
    case tables
  }

  /// The part of [address, address + remaining) that lies in the first page.
  private func chunk(
    _ address: UInt64, _ remaining: UInt64, forWriting: Bool, _ way: Way = .mmu
  ) throws(Refusal) -> Chunk {
    let found =
      switch way {
      case .mmu: try translate(address, forWriting: forWriting)
      case .mmuAgain: try peek(address, forWriting: forWriting)
      case .tables: try walkTables(address, forWriting: forWriting)
      }
    return Chunk(
      physical: found.physical, count: Int(min(4096 - address & 4095, remaining)),
      isRAM: found.isRAM)
  }

  /// Calls `body` for the chunks of [address, address + count), ascending, up to the first fault.
  @inline(__always)
  private func forEachChunk(
    _ address: UInt64, _ count: UInt64, forWriting: Bool, _ way: Way = .mmu,
    _ body: (Chunk, _ offset: UInt64) -> Void
  ) throws(Refusal) {
    var done: UInt64 = 0
    while done < count {
      let chunk = try chunk(address &+ done, count - done, forWriting: forWriting, way)
      body(chunk, done)
      done += UInt64(chunk.count)
    }
  }

  /// Carries out `Machine.read`.
  package func read(
    _ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    if count > 4096 - address & 4095 {
      try forEachChunk(address, count, forWriting: false) { _, _ in }
      return try forEachChunk(address, count, forWriting: false, .mmuAgain) { part, _ in
        hand(out: part, chunk)
      }
    }
    try forEachChunk(address, count, forWriting: false) { part, _ in hand(out: part, chunk) }
  }

  /// Reads as a walker in software does, whatever TLBs hold.
  func readByTables(
    _ address: UInt64, count: UInt64, _ chunk: (Span<UInt8>) -> Void
  ) throws(Refusal) {
    try forEachChunk(address, count, forWriting: false, .tables) { part, _ in
      hand(out: part, chunk)
    }
  }

  private func hand(out part: Chunk, _ body: (Span<UInt8>) -> Void) {
    guard part.isRAM else {
      var bytes = InlineArray<4096, UInt8>(repeating: 0)
      for index in 0..<part.count { bytes[index] = Bus.read(part.physical + UInt64(index)) }
      return body(bytes.span.extracting(first: part.count))
    }
    unsafe ram.withFrame(UInt32(part.physical >> 12)) { bytes in
      let offset = Int(part.physical & 4095)
      // Safe: the chunk lies inside the frame.
      unsafe body(
        Span(_unsafeElements: UnsafeBufferPointer(bytes.bindMemory(to: UInt8.self)))
          .extracting(offset..<offset + part.count))
    }
  }

  /// Carries out `Machine.write`.
  package func write(_ address: UInt64, _ bytes: Span<UInt8>) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try forEachChunk(address, UInt64(bytes.count), forWriting: true) { part, done in
      unsafe edit(part) { target in
        for index in 0..<part.count { unsafe target[index] = bytes[Int(done) + index] }
      }
    }
  }

  /// Carries out `Machine.fill`.
  package func fill(_ address: UInt64, count: UInt64, byte: UInt8) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    try forEachChunk(address, count, forWriting: true) { part, _ in
      unsafe edit(part) { target in unsafe target.initialize(repeating: byte) }
    }
  }

  private func edit(_ part: Chunk, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    guard part.isRAM else { return }
    unsafe ram.withFrame(UInt32(part.physical >> 12)) { bytes in
      let offset = Int(part.physical & 4095)
      // Safe: the chunk lies inside the frame.
      let all = unsafe bytes.bindMemory(to: UInt8.self)
      unsafe body(UnsafeMutableBufferPointer(rebasing: all[offset..<offset + part.count]))
    }
  }

  /// Carries out `Machine.copy`.
  package func copy(to: UInt64, from: UInt64, count: UInt64) throws(Refusal) {
    try beginCall()
    defer { endCall() }
    let backwards = to > from && to &- from < count
    var done: UInt64 = 0
    while done < count {
      let left = count - done
      let step: UInt64
      if backwards {
        step = min(left, min((to &+ left &- 1) & 4095, (from &+ left &- 1) & 4095) + 1)
      } else {
        step = min(left, min(4096 - (to &+ done) & 4095, 4096 - (from &+ done) & 4095))
      }
      let offset = backwards ? left - step : done
      let source = try chunk(from &+ offset, step, forWriting: false)
      let target = try chunk(to &+ offset, step, forWriting: true)
      move(source, target)
      done += step
    }
  }

  private func move(_ source: Chunk, _ target: Chunk) {
    hand(out: source) { bytes in
      unsafe edit(target) { place in
        // A scratch copy, since both may be the same frame.
        var scratch = InlineArray<4096, UInt8>(repeating: 0)
        for index in bytes.indices { scratch[index] = bytes[index] }
        for index in bytes.indices { unsafe place[index] = scratch[index] }
      }
    }
  }

  /// Carries out `Machine.compare`.
  package func compare(_ a: UInt64, _ b: UInt64, count: UInt64) throws(Refusal) -> UInt64? {
    try beginCall()
    defer { endCall() }
    var done: UInt64 = 0
    while done < count {
      let step = min(count - done, min(4096 - (a &+ done) & 4095, 4096 - (b &+ done) & 4095))
      let left = try chunk(a &+ done, step, forWriting: false)
      let right = try chunk(b &+ done, step, forWriting: false)
      var difference: Int?
      hand(out: left) { first in
        hand(out: right) { second in
          difference = first.indices.first { first[$0] != second[$0] }
        }
      }
      if let difference { return done + UInt64(difference) }
      done += step
    }
    return nil
  }

  /// Carries out `Machine.walk`.
  package func walk(_ address: UInt64) -> [WalkStep] {
    users.tables(ofCPU: cpu).descent(to: address).map {
      WalkStep(
        level: Level(depth: $0.depth, levels: map.levels), index: $0.index, table: $0.table,
        entry: $0.entry)
    }
  }
}

/// One level of a translation.
public struct WalkStep: Sendable {
  public let level: Level
  public let index: Int
  package let table: UInt64
  package let entry: Entry
  /// Frame of the table the entry lies in.
  public var tableFrame: FrameNumber { FrameNumber(table) }
  /// Physical address of the entry itself.
  public var entryAddress: PhysicalAddress { PhysicalAddress(entryPhysicalAddress) }
  package var entryPhysicalAddress: UInt64 { (table << 12) + UInt64(index) * 8 }
}
