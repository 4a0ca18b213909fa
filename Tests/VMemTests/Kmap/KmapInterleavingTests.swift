import TestSupport
import Testing

@testable import VMem

/// Three tasks and four slots: every order in which they can run.
struct KmapInterleavingTests {
  enum Step: Hashable { case map(Int), unmap(Int) }

  /// Where all tasks are, by the description.
  struct State: Hashable {
    var kmap = NaiveKmap(slots: 4)
    /// Steps that each task has done.
    var done = [0, 0, 0]
    var asleep = [false, false, false]

    /// Lets a task do its next step, or go on with the one it slept in. Returns the slot it got, if
    /// that was a map that ended.
    mutating func run(_ task: Int, _ step: Step) -> Int? {
      switch step {
      case .map(let page):
        guard let slot = kmap.map(page) else {
          asleep[task] = true
          return nil
        }
        done[task] += 1
        return slot
      case .unmap(let page):
        if kmap.unmap(page) == .wakes { asleep = [false, false, false] }
        done[task] += 1
        return nil
      }
    }
  }

  /// What the tasks do: six pages for four slots, of which each needs two; a page that two of them
  /// share; one that maps again what it has given up; and releases in both orders.
  static let programs: [[[Step]]] = [
    [
      [.map(0), .map(1), .unmap(1), .unmap(0)], [.map(2), .map(3), .unmap(2), .unmap(3)],
      [.map(4), .map(5), .unmap(5), .unmap(4)],
    ],
    [
      [.map(0), .map(1), .map(2), .unmap(0), .unmap(1), .unmap(2)],
      [.map(0), .map(3), .unmap(0), .unmap(3)], [.map(4), .unmap(4), .map(4), .unmap(4)],
    ],
    // Who holds three and wants a fourth may wait for each other for ever.
    [
      [.map(0), .map(1), .map(2), .unmap(0), .unmap(1), .unmap(2)],
      [.map(3), .map(4), .map(5), .unmap(3), .unmap(4), .unmap(5)],
      [.map(6), .map(6), .unmap(6), .unmap(6)],
    ],
  ]

  private static let names = ["a", "b", "c"].map { Array($0.utf8) }

  private static func boot(cpus: Int) throws -> Machine {
    var c = Configuration(memory: 4 << 20, cpus: cpus)
    c.highmem = 1 << 20
    c.window = .i386PAE
    c.pkmapSlots = 4
    c.tlbEntries = 12
    return try Machine(c)
  }

  /// Seven pages whose first bytes tell them apart.
  private static func fill(_ machine: borrowing Machine) throws -> [UInt64] {
    let pages = machine.frameNumbers(
      of: try machine.allocatePages(count: 7, gfp: [.kernel, .highmem]))
    for page in pages {
      machine.ram.withFrame(UInt32(page)) { $0[0] = UInt8(truncatingIfNeeded: page) }
    }
    return pages
  }

  /// Lets a task do its next step on both sides, and compares what it gets and all slots.
  private func go(
    _ task: Int, _ step: Step, _ machine: borrowing Machine, _ pages: [UInt64],
    _ state: inout State, _ way: [Int]
  ) throws {
    try machine.selectCPU(UInt64(task % machine.cpuCount))
    let name = Self.names[task]
    let wasAsleep = machine.isWoken(name)
    let slot = state.run(task, step)
    var address: UInt64?
    var isBlocked = false
    do throws(Refusal) {
      address = try machine.tasks.run(task: name.span)
      if !wasAsleep {
        switch step {
        case .map(let page): address = try machine.highmem.kmap(pages[page])
        case .unmap(let page): try machine.highmem.kunmap(pages[page])
        }
      }
    } catch {
      isBlocked = error.outcome == .blocked
      #expect(isBlocked, "\(way): \(error)")
    }
    #expect(isBlocked == state.asleep[task], "\(way)")
    #expect(address == slot.map { machine.highmem.kmapWindow!.address($0) }, "\(way)")
    if let address, case .map(let page) = step {
      #expect(machine.bytes(at: address, count: 1) == [UInt8(truncatingIfNeeded: pages[page])])
    }
    for slot in 0..<4 {
      #expect(Int(machine.highmem.pkmapCount(slot)) == state.kmap.slots[slot].count)
    }
    #expect(machine.highmem.pkmapCursor?.last == state.kmap.last)
    #expect(machine.highmem.pkmapCursor?.waiting == state.asleep.count { $0 })
  }

  /// Comes to every state that there is. Each machine goes on from one to the next as long as that
  /// is new; the others that can follow wait for machines of their own.
  @Test(arguments: Scale.isLong ? [(0, 1), (1, 1), (2, 1), (0, 3)] : [(2, 1)])
  func everyOrder(_ number: Int, cpus: Int) throws {
    let programs = Self.programs[number]
    var seen: Set<State> = [State()]
    var open: [[Int]] = [[]]
    var (sleeps, deadlocks) = (0, 0)
    while var way = open.popLast() {
      let machine = try Self.boot(cpus: cpus)
      let pages = try Self.fill(machine)
      var here = State()
      for task in way {
        try go(task, programs[task][here.done[task]], machine, pages, &here, way)
      }
      var isNew = true
      while isNew {
        let state = here
        isNew = false
        let tasks = (0..<3).filter { state.done[$0] < programs[$0].count && !state.asleep[$0] }
        let isEnd = zip(state.done, programs).allSatisfy { $0 == $1.count }
        if tasks.isEmpty && !isEnd { deadlocks += 1 }
        for task in tasks {
          var next = state
          _ = next.run(task, programs[task][state.done[task]])
          guard seen.insert(next).inserted else { continue }
          sleeps += next.asleep[task] ? 1 : 0
          if isNew {
            open.append(Array(way.dropLast()) + [task])
          } else {
            isNew = true
            way.append(task)
            try go(task, programs[task][state.done[task]], machine, pages, &here, way)
          }
        }
      }
      if open.count % 4 == 0 { machine.expectSound("\(way)") }
    }
    #expect(seen.count > 2000 && sleeps > 0, "\(seen.count) \(sleeps)")
    #expect((deadlocks > 0) == (number == 2), "\(deadlocks)")
  }
}

extension Machine {
  /// Whether a task has been woken and has not run since.
  fileprivate func isWoken(_ name: [UInt8]) -> Bool {
    guard tasks.hasTask(name.span), let number = try? tasks.findTask(name.span) else {
      return false
    }
    let control = highmem.kmapControl(ofTask: number, onCPU: cpu)
    return !control.isNone && ram[control].sleep == KmapControl.Sleep.woken.rawValue
  }
}
