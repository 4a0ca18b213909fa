import TestSupport
import Testing

@testable import VMem

/// Names of the command language and symbols against dictionaries.
struct NamesTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func manyNamesAreFoundAgain() throws {
    let machine = try Machine(Configuration(memory: 64 << 20))
    let count = Scale.operations(100_000, long: 500_000)
    for number in 0..<count {
      let text = bytes("n\(number)")
      let name = try machine.names.declare(text.span)
      machine.names.bind(name, number: UInt64(number))
    }
    for number in stride(from: 0, to: count, by: 7) {
      let text = bytes("n\(number)")
      let name = try required(machine.names.lookUp(text.span))
      try require(machine.names.name(name).value == UInt64(number))
    }
    let (missing, longer) = (bytes("n\(count)"), bytes("n10x"))
    let found = [machine.names.lookUp(missing.span), machine.names.lookUp(longer.span)]
    #expect(found == [nil, nil])
    var met = 0
    machine.names.forEachName { _ in met += 1 }
    #expect(met == count)
    machine.expectSound("\(count) names")
  }

  /// Texts that differ in the last digits stand side by side; others all over the place.
  @Test func numberedNamesAreNeighbours() {
    func hash(_ text: String) -> UInt32 {
      let text = bytes(text)
      return hash32(text.span)
    }
    #expect(hash("n0000042") == hash("n0000041") + 1)
    #expect(hash("n0000051") == hash("n0000041") + 16)
    #expect(hash("a") != hash("b") && hash("ab") != hash("ba") && hash("") != hash("a"))
    for names in [
      (0..<20_000).map { "n\($0)" }, (0..<20_000).map { "area\($0)_pages" },
      (0..<20_000).map { "p\(String($0, radix: 16))" },
    ] {
      var table = HashTable<Name>()
      table.bucketCount = UInt32(names.count)
      var longest: [UInt64: Int] = [:]
      for name in names { longest[table.bucket(hash(name)), default: 0] += 1 }
      #expect(longest.values.max() ?? 0 <= 16, "\(names[1])")
    }
  }

  /// A block of vm_map_ram comes and goes with none of the mappings in it, the first included.
  @Test func namesOfShortMappingsHoldNothing() throws {
    let machine = try Machine(Configuration(memory: 8 << 20))
    let text = bytes("r")
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 4))
    for round in 0..<300 {
      let address = try machine.mappings.vmMapRAM(pages)
      machine.names.bind(try machine.names.declare(text.span), address: address)
      #expect(machine.names.name(try required(machine.names.lookUp(text.span))).value == address)
      try machine.mappings.vmUnmapRAM(address, count: 4)
      if round % 50 == 0 { try machine.unmapAliases() }
      try require(machine.expectSound("round \(round)"))
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func namesLiveAsLongAsTheirAreas(_ seed: UInt64) throws {
    let machine = try Machine(Configuration(memory: 8 << 20))
    var random = SeededGenerator(seed: seed)
    var areas: [Int: UInt64] = [:]
    for step in 0..<3000 {
      let number = random.index(200)
      let text = bytes("a\(number)")
      let refused = refusal(of: { () throws(Refusal) in try machine.names.declare(text.span) })
      let isHeld = areas[number] != nil
      try require(
        refused == (isHeld ? Refusal(.errno(.EEXIST), .nameInUse) : nil),
        "seed \(seed), step \(step)")
      if let address = areas.removeValue(forKey: number) {
        try machine.vmAreas.freeVMArea(address)
        let name = machine.names.name(try required(machine.names.lookUp(text.span)))
        try require(!name.isLive && name.value == address, "seed \(seed), step \(step)")
      } else {
        let address = try machine.vmAreas.getVMArea(size: 4096 + random.below(40000))
        machine.names.bind(try machine.names.declare(text.span), address: address)
        areas[number] = address
      }
      if step % 500 == 0 { try require(machine.expectSound("seed \(seed), step \(step)")) }
    }
  }

  /// A name of pages lives until the last page is freed, and its set as long as the name needs it.
  @Test func namesLiveAsLongAsTheirPages() throws {
    let machine = try Machine(Configuration(memory: 2 << 20))
    let text = bytes("P")
    for _ in 0..<3 {
      let set = try machine.allocatePages(count: 3)
      let pages = machine.frameNumbers(of: set)
      let name = try machine.names.declare(text.span)
      machine.names.bind(name, pages: set)
      try require(machine.names.name(name).value == machine.map.pageOffset + pages[0] << 12)
      try machine.pageSets.freePages([pages[0], pages[2]])
      try require(machine.names.name(name).isLive)
      let refused = refusal(of: { () throws(Refusal) in try machine.names.declare(text.span) })
      #expect(refused?.outcome == .errno(.EEXIST))
      machine.expectSound("one page left")
      try machine.pageSets.freePages([pages[1]])
      try require(!machine.names.name(name).isLive)
      machine.expectSound("no page left")
    }
  }

  @Test func symbolsAreInternedOnce() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var known: [String: Ref<Symbol>] = [:]
    var random = SeededGenerator(seed: 9)
    for _ in 0..<3000 {
      let text = "symbol_\(random.below(400))+0x\(random.below(2))/0x10"
      let symbol = try machine.intern(caller: bytes(text).span)
      if let before = known.updateValue(symbol, forKey: text) { try require(before == symbol) }
    }
    let longest = [UInt8](repeating: 0x61, count: Symbol.maximumLength)
    let first = try machine.intern(caller: longest.span)
    let second = try machine.intern(caller: longest.span)
    #expect(first == second)
    #expect(machine.ram.text(of: first) == longest)
    machine.expectSound("symbols")
  }

  /// Short ones have smaller records; both kinds are found again, and neither for the other.
  @Test func symbolsOfEveryLength() throws {
    let machine = try Machine(Configuration(memory: 4 << 20))
    var known: [[UInt8]: Ref<Symbol>] = [:]
    for _ in 0..<2 {
      for length in 1...Symbol.maximumLength {
        for byte: UInt8 in [0x61, 0xff] {
          let text = [UInt8](repeating: byte, count: length)
          let symbol = try machine.intern(caller: text.span)
          if let before = known.updateValue(symbol, forKey: text) {
            try require(before == symbol)
          }
        }
      }
    }
    #expect(Set(known.values).count == known.count)
    for (text, symbol) in known { try require(machine.ram.text(of: symbol) == text) }
    machine.expectSound("symbols")
  }

  /// Without memory a declaration is -ENOMEM and leaves every other name as it is.
  @Test func declaringWithoutMemoryChangesNothing() throws {
    let machine = try Machine(Configuration(memory: 1 << 20))
    var count = 0
    var refused: Refusal?
    while refused == nil && count < 100_000 {
      let text = bytes("name\(count)")
      refused = refusal(of: { () throws(Refusal) in
        machine.names.bind(try machine.names.declare(text.span), number: UInt64(count))
      })
      if refused == nil { count += 1 }
    }
    #expect(refused == Refusal(.errno(.ENOMEM), .nameTableFull))
    machine.expectSound("no memory")
    for number in 0..<count {
      let text = bytes("name\(number)")
      let name = try required(machine.names.lookUp(text.span))
      try require(machine.names.name(name).value == UInt64(number))
    }
    let lost = bytes("name\(count)")
    let found = machine.names.lookUp(lost.span)
    #expect(found == nil)
  }
}
