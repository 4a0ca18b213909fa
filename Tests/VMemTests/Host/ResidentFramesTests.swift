import Glibc
import Testing

@testable import VMem

@Suite struct ResidentFramesTests {
  /// Frames that hold something, seen by looking at every one of them.
  private func filled(_ ram: RAM) -> [UInt32] {
    (0..<ram.frameCount).filter { pfn in
      ram.withFrame(pfn) { bytes in bytes.contains { $0 != 0 } }
    }
  }

  /// A machine with bytes here and there: single frames, neighbours, more runs than fit one answer.
  private func machine() throws -> Machine {
    var configuration = Configuration()
    configuration.memory = 64 << 20
    let machine = try Machine(configuration)
    for pfn in stride(from: UInt64(4000), to: 10_000, by: 5) {
      try machine.mmu.fill(machine.map.pageOffset + pfn << 12, count: 1, byte: 1)
    }
    try machine.mmu.fill(machine.map.pageOffset + 12_345 << 12, count: 64 << 10, byte: 7)
    try machine.mmu.fill(machine.map.pageOffset + 16_383 << 12 + 4095, count: 1, byte: 1)
    return machine
  }

  @Test func theHostListsEveryFrameThatHoldsSomething() throws {
    let machine = try machine()
    let resident = ResidentFrames(ram: machine.ram)
    var all: [UInt32] = []
    resident.forEachFrame { all.append($0) }
    var asked: [UInt32] = []
    resident.ask(from: 0) { asked.append($0) }
    var rest: [UInt32] = []
    resident.ask(from: 9_001) { rest.append($0) }
    let none = resident.scan(-1) { _ in Issue.record("a scan without a descriptor found a frame") }
    #expect(none == 0)
    for list in [all, asked] { #expect(list == Array(Set(list)).sorted()) }
    #expect(rest == asked.filter { $0 >= 9_001 })
    // Most of the machine was never touched, and so never listed.
    #expect(all.count < 8_000)
    let truth = filled(machine.ram)
    #expect(truth.count > 1_200)
    #expect(Set(truth).isSubset(of: all))
    #expect(Set(truth).isSubset(of: asked))
  }

  @Test func usedFramesAreThoseNotAllZero() throws {
    let machine = try machine()
    var runs: [Range<UInt64>] = []
    machine.usedFrames().forEachRun(in: 0..<1 << 40) { runs.append($0) }
    let expected = filled(machine.ram).map(UInt64.init)
    #expect(runs.flatMap { Array($0) } == expected)
    for (run, next) in zip(runs, runs.dropFirst()) { #expect(run.upperBound < next.lowerBound) }
    var part: [Range<UInt64>] = []
    machine.usedFrames().forEachRun(in: 12_347..<12_350) { part.append($0) }
    #expect(part == [12_347..<12_350])
  }
}
