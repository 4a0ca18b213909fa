import TestSupport
import Testing

@testable import VMem

/// Random users of kmap and kmap_local beside a model that has lists instead of tables.
struct KmapModelTests {
  /// A task by the model: what it has by kmap_local, the last one last.
  private struct Task {
    var local: [Int] = []
    var cpu = 0
    var maps: [Int] = []
  }

  private static let tasks = 5

  @Test(arguments: [(4, false), (16, false), (512, true)])
  func randomUsers(_ slots: Int, hasGuards: Bool) throws {
    let seed = UInt64.random(in: 1...1_000_000)
    var random = SeededGenerator(seed: seed)
    var c = Configuration(memory: 12 << 20, cpus: 2)
    c.highmem = 4 << 20
    c.window = .i386PAE
    c.pkmapSlots = slots
    if hasGuards { c.switches.insert(.debugKmapLocal) }
    let machine = try Machine(c)
    let frames = machine.frameNumbers(
      of: try machine.allocatePages(count: UInt64(slots) + 3, gfp: [.kernel, .highmem]))
    for (number, frame) in frames.enumerated() {
      machine.ram.withFrame(UInt32(frame)) { $0.storeBytes(of: UInt64(number), as: UInt64.self) }
    }
    var model = NaiveKmap(slots: slots)
    var tasks = Array(repeating: Task(), count: Self.tasks)
    for operation in 0..<Scale.operations(1500, long: 40_000) {
      let number = random.index(Self.tasks)
      var task = tasks[number]
      if task.local.isEmpty { task.cpu = random.index(2) }
      try run(machine, number, task.cpu)
      let context = "seed \(seed), operation \(operation)"
      switch random.index(5) {
      case 0, 1: try map(machine, &model, &task, frames, random.index(frames.count), context)
      case 2: try unmap(machine, &model, &task, frames, &random, context)
      case 3:
        try local(machine, &task, frames, random.index(frames.count), hasGuards, context)
      default: try unlocal(machine, &task, hasGuards, context)
      }
      tasks[number] = task
      try compare(machine, model, task, hasGuards, context)
      if operation % 200 == 0 { try require(machine.expectSound(context)) }
    }
    try require(machine.expectSound("seed \(seed), at the end"))
  }

  private func run(_ machine: borrowing Machine, _ number: Int, _ cpu: Int) throws {
    // Whoever runs elsewhere leaves first.
    for other in 0..<2 {
      try machine.selectCPU(UInt64(other))
      if machine.taskName(machine.task) == Self.name(number) {
        try machine.tasks.run(task: Array("vmemctl".utf8).span)
      }
    }
    try machine.selectCPU(UInt64(cpu))
    let name = Self.name(number)
    try machine.tasks.run(task: name.span)
  }

  private static func name(_ number: Int) -> [UInt8] { Array("task\(number)".utf8) }

  private func map(
    _ machine: borrowing Machine, _ model: inout NaiveKmap, _ task: inout Task,
    _ frames: [UInt64], _ page: Int, _ context: String
  ) throws {
    // Sleep is for the tests of interleavings: here nobody asks when all slots have users.
    guard model.slot(ofPage: page) != nil || model.slots.contains(where: { $0.count < 2 })
    else { return }
    let slot = try required(model.map(page))
    let address = try machine.highmem.kmap(frames[page])
    #expect(address == machine.highmem.kmapWindow!.address(slot), "\(context)")
    task.maps.append(page)
  }

  private func unmap(
    _ machine: borrowing Machine, _ model: inout NaiveKmap, _ task: inout Task,
    _ frames: [UInt64], _ random: inout SeededGenerator, _ context: String
  ) throws {
    guard !task.maps.isEmpty else {
      let page = random.index(frames.count)
      if random.once(in: 3) {
        model.flush()
        try machine.kmapFlushUnused()
      } else if model.slot(ofPage: page).map({ model.slots[$0].count == 1 }) ?? true {
        let refused = refusal { () throws(Refusal) in try machine.highmem.kunmap(frames[page]) }
        #expect(refused?.outcome == .bug, "\(context)")
      }
      return
    }
    let page = task.maps.remove(at: random.index(task.maps.count))
    #expect(model.unmap(page) != .refused)
    try machine.highmem.kunmap(frames[page])
  }

  private func local(
    _ machine: borrowing Machine, _ task: inout Task, _ frames: [UInt64], _ page: Int,
    _ hasGuards: Bool, _ context: String
  ) throws {
    guard task.local.count < (hasGuards ? 16 : 15) else {
      let refused = refusal { () throws(Refusal) in try machine.highmem.kmapLocalPage(frames[page])
      }
      #expect(refused?.outcome == .bug, "\(context)")
      return
    }
    let address = try machine.highmem.kmapLocalPage(frames[page])
    task.local.append(page)
    #expect(address == place(machine, task, task.local.count - 1, hasGuards), "\(context)")
  }

  private func unlocal(
    _ machine: borrowing Machine, _ task: inout Task, _ hasGuards: Bool, _ context: String
  ) throws {
    guard !task.local.isEmpty else { return }
    try machine.highmem.kunmapLocal(place(machine, task, task.local.count - 1, hasGuards) + 77)
    task.local.removeLast()
  }

  /// The address of a task's mapping by its depth.
  private func place(
    _ machine: borrowing Machine, _ task: Task, _ depth: Int, _ hasGuards: Bool
  ) -> UInt64 {
    let number = hasGuards ? 33 * task.cpu + 2 * depth + 1 : 16 * task.cpu + depth
    return 0xffff_ffff_fffb_b000 - UInt64(number) << 12
  }

  /// The current task reads all it has, and finds nothing behind it; the window is as the model's.
  private func compare(
    _ machine: borrowing Machine, _ model: NaiveKmap, _ task: Task, _ hasGuards: Bool,
    _ context: String
  ) throws {
    for (depth, page) in task.local.enumerated() {
      let read = machine.bytes(at: place(machine, task, depth, hasGuards), count: 2)
      #expect(read == [UInt8(page & 255), UInt8(page >> 8)], "\(context)")
    }
    let behind = place(machine, task, task.local.count, hasGuards)
    #expect(machine.bytes(at: behind, count: 1) == nil, "\(context)")
    let slot = Int(machine.clock) % model.slots.count
    let address = machine.highmem.kmapWindow!.address(slot)
    let read = machine.bytes(at: address, count: 2)
    let page = model.slots[slot].count > 0 ? model.slots[slot].page : nil
    #expect(read == page.map { [UInt8($0 & 255), UInt8($0 >> 8)] }, "\(context)")
    #expect(Int(machine.highmem.pkmapCount(slot)) == model.slots[slot].count, "\(context)")
    #expect(machine.highmem.pkmapCursor?.last == model.last, "\(context)")
    #expect(machine.ram[TLBState.ref].staleHits == 0, "\(context)")
  }
}
