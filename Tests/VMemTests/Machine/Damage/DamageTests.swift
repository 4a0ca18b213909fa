import TestSupport
import Testing

@testable import VMem

/// Flipped bytes in the structures of a machine: `check` names every one that means something.
struct DamageTests {
  /// Flips bits of a byte for as long as `body` runs.
  private static func withFlip<R>(
    _ machine: borrowing Machine, _ place: UInt64, _ bits: UInt8, _ body: () throws -> R
  ) rethrows -> R {
    func flip() {
      machine.ram.withFrame(UInt32(place >> 12)) { $0[Int(place & 4095)] ^= bits }
    }
    flip()
    defer { flip() }
    return try body()
  }

  /// Of each kind of record some bytes of some, by default, and in a long run every byte of as many as
  /// make 1,200, with one bit flipped or all that are not silent. In two parts, which run at the same
  /// time.
  @Test(arguments: [0, 1])
  func checkNamesEveryFlippedByte(_ part: Int) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    let machine = try LivelyMachine.make(seed: seed)
    try require(machine.expectSound("before"))
    let hash = machine.hash()
    var random = SeededGenerator(seed: seed)
    let kinds = Dictionary(grouping: machine.records(), by: \.kind)
    #expect(kinds.count >= 31, "\(kinds.keys.sorted())")
    var missed: [String] = []
    var all = 0
    for (kind, records) in kinds.sorted(by: { $0.key < $1.key }) {
      var flips = 0
      let budget = Scale.operations(12, long: 600)
      let mine = records.indices.filter { $0 % 2 == part }.map { records[$0] }
      for record in mine.shuffled(using: &random).prefix(500) where flips < budget {
        let bytes = (0..<record.size).filter { record.silent[$0] != 0xff }
        let chosen = Scale.isLong ? bytes : Array(bytes.shuffled(using: &random).prefix(4))
        for byte in chosen {
          let free = ~(record.silent[byte] ?? 0)
          var bit = UInt8(1) << UInt8(random.below(8))
          while bit & free == 0 { bit = bit << 1 | bit >> 7 }
          let bits = random.once(in: 2) ? free : bit
          let found = Self.withFlip(machine, record.place + UInt64(byte), bits) {
            machine.check(limit: 1)
          }
          flips += 1
          all += 1
          if found.isEmpty {
            missed.append("\(kind) at \(hex(record.place)): byte \(byte) ^ \(hex(UInt64(bits)))")
          }
        }
      }
    }
    if Scale.isLong { print("part \(part): \(all) flipped bytes, \(kinds.mapValues(\.count))") }
    #expect(missed.isEmpty, "seed \(seed)")
    #expect(machine.hash() == hash)
    machine.expectSound("after")
  }
}
