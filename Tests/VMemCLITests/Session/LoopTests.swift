import Glibc
import Testing

@testable import VMem
@testable import VMemCLI
@testable import VMemScript

/// Links of a machine that lead astray: every walk along them has an end.
struct LoopTests {
  private static let isLong = getenv("VMEMCTL_LONG").map { $0[0] == 49 } ?? false

  private static func made() throws -> Interpreter {
    var options = Options()
    options.keepGoing = true
    var interpreter = Interpreter(
      machine: try Machine.booted(), options: options, output: nil, messages: nil)
    // Two areas at the end of what is taken, whose descriptors nobody needs any more.
    let freed = """

      a1 = get_vm_area 1M
      a2 = get_vm_area 1M
      free_vm_area a1
      free_vm_area a2
      reclaim_vmap
      """
    let code = interpreter.run(
      ScriptSource(name: "made.vmem", bytes: Array((FlippedImage.script + freed).utf8)))
    try #require(code == .success)
    return interpreter
  }

  /// Places of links, and what they may lead to instead: by kind, as granules.
  private static func links(
    _ machine: borrowing Machine
  ) -> [(name: String, places: [(UInt32, offset: Int)], targets: [UInt32])] {
    let ram = machine.ram
    var blocks: [UInt32] = []
    func visit(_ block: Ref<FreeBlock>) {
      if block.isNone { return }
      blocks.append(block.granule)
      visit(ram[block].left)
      visit(ram[block].right)
    }
    visit(ram[machine.areas.state].freeRoot)
    var names: [UInt32] = []
    ram[ram.names].names.forEach(ram) { names.append($0.granule) }
    var symbols: [UInt32] = []
    ram[ram.names].shortSymbols.forEach(ram) { symbols.append($0.granule) }
    var free: [UInt32] = []
    var object = ram[CacheState.ref(VMArea.cache)].free
    while object != 0 {
      free.append(object)
      object = ram[Ref<UInt32>(granule: object)]
    }
    func offset<T>(_ path: PartialKeyPath<T>) -> Int { MemoryLayout<T>.offset(of: path)! }
    let sides = [
      offset(\FreeBlock.left), offset(\FreeBlock.right), offset(\FreeBlock.parent),
    ]
    return [
      ("free tree", blocks.flatMap { block in sides.map { (block, $0) } }, blocks),
      ("names", names.map { ($0, offset(\Name.nextInBucket)) }, names),
      ("symbols", symbols.map { ($0, offset(\ShortSymbol.nextInBucket)) }, symbols),
      ("free objects", free.map { ($0, 0) }, free),
    ]
  }

  private static func set(_ ram: RAM, _ place: (UInt32, offset: Int), _ target: UInt32) {
    ram.withFrame(place.0 >> 8) {
      $0.storeBytes(
        of: target, toByteOffset: Int(place.0 & 255) << 4 + place.offset, as: UInt32.self)
    }
  }

  private static func redirect() throws {
    var interpreter = try made()
    var random = SystemRandomNumberGenerator()
    let commands = FlippedImage.commands.map { "@\($0)" }.shuffled()
    for (name, places, targets) in links(interpreter.machine) {
      try #require(targets.count >= 1, "\(name)")
      for _ in 0..<(isLong ? 1_000 : 25) {
        let place = places.randomElement(using: &random)!
        let target = targets.randomElement(using: &random)!
        let status = try ForkedProcess.status {
          set(interpreter.machine.ram, place, target)
          for command in commands { _ = interpreter.run(ScriptSource(line: command)) }
          interpreter.machine.caches.shrink()
          return interpreter.finish().rawValue
        }
        // A name that is lost was never bound.
        if ![0, 1, 3, 4, 65].contains(status) {
          ForkedProcess.report("\(name): \(place) leads to \(target): \(status)")
        }
      }
    }
  }

  /// Any link that leads to any other object of its kind.
  @Test func everyWalkHasAnEnd() async throws {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try LoopTests.redirect()
    }
    expectNoFailure(ended)
  }

  private static func expectEnd(_ what: String, _ body: () -> Void) throws {
    let status = try ForkedProcess.status {
      body()
      return 0
    }
    if status != 4 { ForkedProcess.report("\(what): \(status)") }
  }

  /// Walks that must go round, if nothing stopped them.
  private static func close(_ machine: borrowing Machine) throws {
    let ram = machine.ram
    for (name, places, _) in links(machine) {
      for place in places { set(ram, place, place.0) }
      switch name {
      case "names":
        try expectEnd("a name that is missing") {
          for at in 0..<100 { _ = machine.names.lookUp(Array("missing\(at)".utf8).span) }
        }
        try expectEnd("all names") { machine.names.forEachName { _ in } }
      case "symbols":
        try expectEnd("a new symbol") {
          for at in 0..<100 { _ = try? machine.intern(caller: Array("missing\(at)".utf8).span) }
        }
      case "free objects": try expectEnd("slab shrink") { machine.caches.shrink() }
      default:
        let space = machine.areas.space
        try expectEnd("an address") { _ = space.block(containing: 1) }
        try expectEnd("an address from below") { _ = space.block(startingAtOrBelow: 1) }
        let root = ram[machine.areas.state].freeRoot
        try expectEnd("the next block") { _ = space.next(root) }
        try expectEnd("the block before") { _ = space.previous(root) }
        try expectEnd("taking out") { space.unlink(root) }
        try expectEnd("aligned requests") {
          _ = try? space.allocate(size: 1 << 46, align: 1 << 30, from: 0, to: .max)
        }
      }
    }
  }

  @Test func loopsEndWithExitCode4() async throws {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try LoopTests.close(LoopTests.made().machine)
    }
    expectNoFailure(ended)
  }
}

extension LoopTests {
  /// Every word of the topmost chunk of the busy areas leads to that chunk again, or to one without areas:
  /// without a limit each walk would go through 2^40 words.
  private static func tangle(_ target: Tangle) throws {
    let machine = try Machine.booted()
    for size in [1 << 40, 1 << 43, 4096] as [UInt64] {
      _ = try machine.getVMArea(size: size)
    }
    let ram = machine.ram
    let busy = ram[machine.areas.state].busy
    guard busy.height == 4, let empty = FrameAllocator(ram: ram).allocate(zeroed: true) else {
      return ForkedProcess.report("height \(busy.height)")
    }
    // The topmost chunk, or its first child, whose words then lead to one that is empty.
    let chunk = target == .itself ? busy.root : ram[words: busy.root, 0]
    for index in 0..<1024 { ram[words: chunk, index] = target == .itself ? chunk : empty }
    for index in 1..<1024 { ram[words: busy.root, index] = chunk }
    let walks: [(String, () -> Void)] = [
      ("every area", { machine.vmAreas.forEachBusyArea { _ in } }),
      ("every area of a node", { machine.areas.forEachBusy(ofNode: 0) { _ in } }),
      ("the area at an address", { _ = machine.findVMArea(VirtualAddress(UInt64.max >> 1)) }),
      ("neighbours", { _ = machine.vmAreas.neighbours(of: 0xffff_e000_0000_0000) }),
    ]
    for (name, walk) in walks {
      let (status, _) = try ForkedProcess.usage(patience: 5) {
        walk()
        return 0
      }
      if ![0, 4].contains(status) { ForkedProcess.report("\(target): \(name): \(status)") }
    }
  }

  private enum Tangle { case itself, nothing }

  @Test func chunksThatLeadToChunksEnd() async throws {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      try LoopTests.tangle(.itself)
      try LoopTests.tangle(.nothing)
    }
    expectNoFailure(ended)
  }
}

/// Records what an exit test has reported.
func expectNoFailure(_ ended: ExitTest.Result?) {
  let text = String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self)
  for line in text.split(separator: "\n") where line.hasPrefix("failed: ") {
    Issue.record("\(line.dropFirst(8))")
  }
}
