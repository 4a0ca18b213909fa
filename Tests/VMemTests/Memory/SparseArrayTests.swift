import TestSupport
import Testing

@testable import VMem

/// SparseArray against a dictionary.
struct SparseArrayTests {
  /// Keys that crowd together, stand apart, or lie at the ends of what a key can be.
  private static func key(_ random: inout SeededGenerator) -> UInt64 {
    switch random.below(6) {
    case 0: random.below(1 << 52)
    case 1: random.below(64)
    case 2: (1 << 52) - 1 - random.below(3000)
    case 3: random.below(64) << 20
    case 4: random.below(1000) << 10 | random.below(1000)
    default: random.below(6000)
    }
  }

  private static func check(_ array: SparseArray, _ machine: borrowing Machine) -> String? {
    var checker = Checker(ram: machine.ram)
    machine.prepare(&checker, BootLayout(machine.configuration))
    _ = array.check(machine.ram, &checker)
    return checker.violations.first.map { "\($0.what) \(hex($0.a)) \(hex($0.b))" }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func holdsWhatADictionaryHolds(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let ram = machine.ram
    let free = machine.counters.freeFrames
    var random = SeededGenerator(seed: seed)
    var array = SparseArray()
    var model: [UInt64: UInt32] = [:]
    var keys: [UInt64] = []
    for step in 0..<Scale.operations(10_000, long: 1_000_000) {
      let context = "seed \(seed), step \(step)"
      let isGrowing = step / 2000 % 2 == 0
      switch random.below(10) {
      case 0..<(isGrowing ? 5 : 2):
        let (key, value) = (Self.key(&random), UInt32(1 + random.below(1 << 30)))
        try require(array.store(key, value, ram), "\(context)")
        if model.updateValue(value, forKey: key) == nil { keys.append(key) }
      case 0..<7:
        let isKnown = !keys.isEmpty && random.below(4) > 0
        let at = isKnown ? random.index(keys.count) : 0
        let key = isKnown ? keys[at] : Self.key(&random)
        let (removed, wanted) = (array.remove(key, ram), model.removeValue(forKey: key) ?? 0)
        if isKnown {
          keys.swapAt(at, keys.count - 1)
          keys.removeLast()
        } else if wanted != 0 {
          keys.removeAll { $0 == key }
        }
        try require(removed == wanted, "\(context): remove \(hex(key))")
      default:
        let key = Self.key(&random)
        let (value, wanted) = (array.value(key, ram), model[key] ?? 0)
        try require(value == wanted, "\(context): value of \(hex(key))")
      }
      if step % 2000 == 1999 {
        let wrong = Self.check(array, machine)
        try require(wrong == nil, "\(context): \(wrong ?? "")")
        try Self.compareOrder(array, model, &random, ram, context)
      }
      if step % 7001 == 7000 {
        array.removeAll(ram)
        (model, keys) = ([:], [])
        let left = machine.counters.freeFrames
        try require(left == free, "\(context): removeAll keeps frames")
      }
    }
  }

  /// `next` and `previous` from keys that are there, beside them and anywhere.
  private static func compareOrder(
    _ array: SparseArray, _ model: [UInt64: UInt32], _ random: inout SeededGenerator, _ ram: RAM,
    _ context: String
  ) throws {
    let sorted = model.keys.sorted()
    var met: [UInt64] = []
    var at: UInt64 = 0
    while let found = array.next(from: at, ram) {
      met.append(found.key)
      at = found.key + 1
    }
    try require(met == sorted, "\(context): next")
    met = []
    var from: UInt64? = .max
    while let key = from, let found = array.previous(from: key, ram) {
      met.append(found.key)
      from = found.key == 0 ? nil : found.key - 1
    }
    try require(met == sorted.reversed(), "\(context): previous")
    for _ in 0..<50 {
      let key = Self.key(&random)
      let next = array.next(from: key, ram)?.key
      let previous = array.previous(from: key, ram)?.key
      try require(next == sorted.first { $0 >= key }, "\(context): next from \(hex(key))")
      try require(previous == sorted.last { $0 <= key }, "\(context): previous from \(hex(key))")
    }
  }

  /// A store that finds no frame changes nothing, whatever had to grow for it.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func aStoreWithoutMemoryChangesNothing(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 1 << 20))
    let ram = machine.ram
    var random = SeededGenerator(seed: seed)
    let free = machine.counters.freeFrames
    var array = SparseArray()
    var model: [UInt64: UInt32] = [:]
    var refused = 0
    for step in 0..<2000 {
      let context = "seed \(seed), step \(step)"
      let key = random.once(in: 2) ? random.below(1 << (1 + random.below(52))) : Self.key(&random)
      let before = machine.counters.freeFrames
      if refused > 0 && random.once(in: 3), let victim = model.keys.min() {
        let (removed, wanted) = (array.remove(victim, ram), model.removeValue(forKey: victim))
        try require(removed == wanted, "\(context)")
      } else if array.store(key, UInt32(step + 1), ram) {
        model[key] = UInt32(step + 1)
      } else {
        refused += 1
        let after = machine.counters.freeFrames
        try require(after >= before, "\(context): frames are lost")
        try require(array.value(key, ram) == model[key] ?? 0, "\(context)")
      }
      if (refused > 0 && step % 4 == 0) || step % 200 == 0 {
        let wrong = Self.check(array, machine)
        try require(wrong == nil, "\(context): \(wrong ?? "")")
      }
      if refused > 60 { break }
    }
    #expect(refused > 0, "seed \(seed): memory never ran out")
    for (key, value) in model { try require(array.value(key, ram) == value, "seed \(seed)") }
    array.removeAll(ram)
    let left = machine.counters.freeFrames
    #expect(left == free, "seed \(seed)")
    machine.expectSound("seed \(seed), emptied")
  }

  /// A height that no array has: looking for a key ends, and `check` tells.
  @Test(arguments: [7, 0xf2e0_1c98, .max] as [UInt32])
  func absurdHeightsAreNotBelieved(_ height: UInt32) throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let ram = machine.ram
    var array = SparseArray()
    for key in [0, 5, 2000] as [UInt64] { try require(array.store(key, 7, ram), "key \(key)") }
    array.height = height
    _ = array.value(1 << 51, ram)
    #expect(Self.check(array, machine) != nil)
  }
}
