import TestSupport
import Testing

@testable import VMem

/// Two frees of pages of one arena that overlap, in every order of their parts.
@Suite struct ArenaInterleavingTests {
  /// Every order in which `first` parts of one call and `second` of another can follow each other:
  /// the CPU of each.
  private static func orders(_ first: Int, _ second: Int) -> [[UInt64]] {
    if first == 0 { return [Array(repeating: 1, count: second)] }
    if second == 0 { return [Array(repeating: 0, count: first)] }
    return orders(first - 1, second).map { [0] + $0 } + orders(first, second - 1).map { [1] + $0 }
  }

  /// Pages 0 and 1 go on CPU 0, pages 1 and 2 on CPU 1; page 3 stays. Whichever comes first, nothing is
  /// freed twice or lost.
  @Test(arguments: [KernelVersion.v6_18, .v7_2])
  func twoFreesThatOverlap(_ kernel: KernelVersion) throws {
    var configuration = Configuration()
    configuration.kernel = kernel
    configuration.memory = 16 << 20
    configuration.cpus = 2
    let machine = try Machine(configuration)
    var request = Machine.ArenaRequest(pages: 4)
    request.mapExtra = 1 << 44
    let arena = try machine.arenas.createArena(request)
    _ = try machine.arenas.arenaAllocPages(arena, count: 1, at: 1 << 44 + 0x3000)
    for (number, order) in Self.orders(5, 5).enumerated() {
      _ = try machine.arenas.arenaAllocPages(arena, count: 3, at: 1 << 44)
      var hasBegun = [false, false]
      for cpu in order {
        do throws(Refusal) {
          if hasBegun[Int(cpu)] {
            _ = try machine.steps.step(cpu)
          } else {
            hasBegun[Int(cpu)] = true
            _ = try machine.steps.begin(
              .arenaFreePages(arena: arena, address: 1 << 44 + cpu << 12, count: 2), on: cpu)
          }
        } catch {
          // It met the lock, and somebody has finished it or will.
          #expect(error.rule == .noCallToStep)
        }
        if Scale.isLong { #expect(machine.check().isEmpty, "\(kernel) \(order)") }
      }
      let info = try machine.arenas.arenaInfo(arena)
      #expect(info.pages == 1 && info.byPlace.map { $0.first } == [0], "\(kernel) \(order)")
      #expect(info.byPlace.map { $0.last } == [2], "\(kernel) \(order)")
      #expect(machine.ram[Superblock.ref].busyCPUs == 0, "\(kernel) \(order)")
      if number.isMultiple(of: 12) { #expect(machine.check().isEmpty, "\(kernel) \(order)") }
    }
  }
}
