import TestSupport
import Testing

@testable import VMem

/// What a real kernel answered to mapping in sparse areas, call by call.
struct SparseTruthTests {
  private struct Operation {
    let words: [Substring]
    var answer: [String]
  }

  /// Recorded operations: number, operation and answer apart by tabs, more lines of the answer after.
  private static func operations(_ name: String) throws -> [Operation] {
    var result: [Operation] = []
    for line in try Fixture.lines("sparse/\(name).returned") where !line.hasPrefix("#") {
      if line.hasPrefix("\t\t") {
        result[result.count - 1].answer.append(String(line.dropFirst(2)))
      } else {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        result.append(
          Operation(words: parts[1].split(separator: " "), answer: [String(parts[2])]))
      }
    }
    return result
  }

  @Test(arguments: [
    "c1_sparse", "c2_sparse_flags", "c4_partial_fail", "c5_unaligned", "c6_cross_pmd_unaligned",
    "c6_end_unaligned", "c6_start_unaligned", "c8_cross_pmd_overrun", "d1_tables",
  ])
  func everyAnswerIsTheKernels(_ name: String) throws {
    let operations = try Self.operations(name)
    try require(operations.count > 8, "\(name): nothing recorded")
    let machine = try Machine(
      Configuration(
        memory: 1 << 30, cpus: 2, nodes: 2, switches: [.lazyMerge, .sizeWrapBug, .sparse]))
    // What the recorded machine's boot had taken of the window, and the table it had made.
    let before = try machine.vmAreas.getVMArea(size: 0x19b000, flags: .noGuard)
    try machine.mappings.populate(start: before, end: before + 0x19b000)
    var player = ScenarioPlayer()
    var compared = 0
    for (number, operation) in operations.enumerated() {
      guard let answer = try player.perform(operation.words, machine) else { continue }
      compared += 1
      let text = operation.words.joined(separator: " ")
      try require(
        answer == operation.answer,
        "\(name), operation \(number): \(text): \(answer), kernel \(operation.answer)")
      try require(machine.check().isEmpty, "\(name): \(text): \(machine.check())")
    }
    try require(compared * 2 >= operations.count, "\(name): only \(compared) compared")
  }

  /// The ranges that killed the recorded kernel are refused as BUGs.
  @Test func whatKilledTheKernelIsABug() throws {
    let machine = try Machine(Configuration(memory: 16 << 20))
    let pages = machine.frameNumbers(of: try machine.allocatePages(count: 8))
    let s = try machine.vmAreas.getVMArea(size: 65536, flags: .sparse)
    try machine.mappings.vmAreaMapPages(
      area: s, start: s + 0x8000, end: s + 0xa000, pages: [pages[5], pages[6]])
    let tables = TableText(machine, s, s + 65536).lines
    let mapped = refusal(of: { () throws(Refusal) in
      try machine.mappings.vmAreaMapPages(
        area: s, start: s + 0x1000, end: s + 0x1000, pages: [pages[0]])
    })
    #expect(mapped == Refusal(.bug, .emptyRange, s + 0x1000, s + 0x1000))
    let unmapped = refusal(of: { () throws(Refusal) in
      try machine.mappings.vmAreaUnmapPages(area: s, start: s + 0x1000, end: s + 0x1000)
    })
    #expect(unmapped == Refusal(.bug, .emptyRange, s + 0x1000, s + 0x1000))
    let unaligned = refusal(of: { () throws(Refusal) in
      try machine.mappings.vmAreaUnmapPages(area: s, start: s + 0x1000, end: s + 0x2800)
    })
    #expect(unaligned == Refusal(.bug, .unalignedUnmap, s + 0x1000, s + 0x2800))
    let after = TableText(machine, s, s + 65536).lines
    #expect(after == tables)
    machine.expectSound("after three BUGs")
  }
}
