import TestSupport
import Testing

@testable import VMem

/// Random calls on stacks against a model of numbers.
struct StackModelTests {
  /// What a stack, the stashes and the statistics come to, without memory or tables.
  private struct Model {
    enum Slot { case ready, taken, none }
    struct Stack {
      let policy: StackPolicy
      let pages: Int
      /// Pages it lists, and which of them are mapped, from the top down.
      var listed: Int
      var mapped: Set<Int>
      var accessed: Set<Int> = []
    }

    let repeatsTheMistake: Bool
    var stacks: [UInt64: Stack] = [:]
    var stashes: [[Slot]]
    /// CPUs whose tasks took pages.
    var marked: Set<Int> = []
    var kernel = 0
    var faults = 0

    init(repeatsTheMistake: Bool) {
      self.repeatsTheMistake = repeatsTheMistake
      stashes = Array(repeating: Array(repeating: .ready, count: 3), count: 2)
    }

    mutating func make(_ address: UInt64, _ policy: StackPolicy, pages: Int) {
      let first = policy == .dynamic ? 1 : pages
      kernel += first
      stacks[address] = Stack(
        policy: policy, pages: pages, listed: first, mapped: Set(0..<first))
    }

    mutating func free(_ address: UInt64) {
      guard let stack = stacks.removeValue(forKey: address) else { return }
      kernel -= stack.listed
      if stack.policy == .dynamic { faults -= stack.listed - 1 }
    }

    /// Whether an access succeeds.
    mutating func touch(_ address: UInt64, depth: Int, cpu: Int) -> Bool {
      guard var stack = stacks[address], depth > 0, depth <= stack.pages * 4096 else {
        return false
      }
      let page = (depth - 1) / 4096
      let succeeds =
        stack.mapped.contains(page)
        || stack.policy == .dynamic && fill(&stack, to: page, cpu)
      if succeeds { stack.accessed.insert(page) }
      stacks[address] = stack
      return succeeds
    }

    private mutating func fill(
      _ stack: inout Stack, to page: Int, _ cpu: Int
    ) -> Bool {
      guard stack.listed < stack.pages, page >= stack.listed else { return false }
      let first = stack.listed
      for at in first...page {
        guard let slot = stashes[cpu].firstIndex(of: .ready) else { return false }
        stashes[cpu][slot] = .taken
        stack.listed = repeatsTheMistake ? first + 1 : at + 1
        guard stack.mapped.insert(at).inserted else { return false }
      }
      marked.insert(cpu)
      return true
    }

    mutating func schedule(cpu: Int, failing: Bool) {
      guard marked.remove(cpu) != nil else { return }
      var fails = failing
      for slot in 0..<3 {
        guard stashes[cpu][slot] == .taken else { return }
        kernel += 1
        faults += 1
        stashes[cpu][slot] = fails ? .none : .ready
        fails = false
      }
    }

    mutating func reclaim(_ address: UInt64) -> Int? {
      guard let stack = stacks[address], stack.policy == .reclaim else { return nil }
      let gone = stack.mapped.subtracting(stack.accessed)
      stacks[address]?.mapped.subtract(gone)
      stacks[address]?.listed -= gone.count
      kernel -= gone.count
      return gone.count
    }
  }

  private static func compare(
    _ machine: borrowing Machine, _ model: Model, _ place: String
  ) -> Bool {
    guard machine.expectSound(place), !machine.stacks.stackState.isNone else { return false }
    let state = machine.ram[machine.stacks.stackState]
    var found = 0
    machine.stacks.forEachStack { stack in
      guard let expected = model.stacks[stack.start] else { return }
      found += 1
      #expect(
        stack.pages == expected.listed && stack.mappedPages == expected.mapped.count
          && stack.policy == expected.policy, "\(place): \(stack)")
    }
    #expect(found == model.stacks.count, "\(place)")
    #expect(
      state.kernelPages == model.kernel && state.faultPages == model.faults, "\(place)")
    for cpu in 0..<2 where machine.stacks.hasStackStashes {
      let slots = machine.stacks.stackStash(ofCPU: cpu).map {
        $0.pfn == nil ? Model.Slot.none : $0.isTaken ? .taken : .ready
      }
      #expect(slots == model.stashes[cpu], "\(place), cpu \(cpu)")
    }
    return true
  }

  @Test(arguments: 0..<4)
  func randomCalls(_ number: Int) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    var switches = KernelVersion.v6_18.switches
    if number % 2 == 1 { switches.insert(.rfcStackCount) }
    let machine = try Machine(Configuration(memory: 32 << 20, cpus: 2, switches: switches))
    var model = Model(repeatsTheMistake: number % 2 == 1)
    // Every stash is full from the start.
    try machine.stacks.freeStack(try machine.stacks.allocateStack(policy: .dynamic))
    var tasks = ["vmemctl", "vmemctl"]
    for step in 0..<Scale.operations(100, long: 4_000) {
      let addresses = model.stacks.keys.sorted()
      let place = "seed \(seed), step \(step)"
      switch random.below(16) {
      case 0..<3 where addresses.count < 20:
        let policy = random.pick(StackPolicy.allCases)
        let order = random.index(5)
        let stack = try machine.stacks.allocateStack(size: 4096 << UInt64(order), policy: policy)
        model.make(stack, policy, pages: 1 << order)
      case 3..<9 where !addresses.isEmpty:
        let stack = random.pick(addresses)
        let size = UInt64(model.stacks[stack]!.pages) << 12
        let depth = 1 + random.below(size + 4096)
        let refused = refusal(of: { () throws(Refusal) in
          try machine.stacks.touchStack(stack, depth: depth, isWrite: random.once(in: 2))
        })
        let succeeds = model.touch(stack, depth: Int(depth), cpu: machine.cpu)
        #expect((refused == nil) == succeeds, "\(place): \(hex(stack)), depth \(depth)")
      case 9..<12:
        let fails = random.once(in: 12)
        if fails { try machine.inject(.allocPage, Injection()) }
        try machine.schedule()
        machine.stopInjecting(.allocPage)
        model.schedule(cpu: machine.cpu, failing: fails)
      case 12: try machine.selectCPU(random.below(2))
      case 13:
        let task = random.pick(["vmemctl", "a\(machine.cpu)", "b\(machine.cpu)"])
        try machine.tasks.run(task: Array(task.utf8).span)
        if task != tasks[machine.cpu] { model.schedule(cpu: machine.cpu, failing: false) }
        tasks[machine.cpu] = task
      case 14 where !addresses.isEmpty:
        let stack = random.pick(addresses)
        #expect(
          (try? machine.stacks.reclaimStack(stack)).map(Int.init) == model.reclaim(stack),
          "\(place)")
      default:
        guard let stack = addresses.randomElement(using: &random) else { continue }
        try machine.stacks.freeStack(stack)
        model.free(stack)
      }
      guard Self.compare(machine, model, place) else { return }
    }
  }
}
