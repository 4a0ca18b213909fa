import Glibc
import TestSupport
import Testing

@testable import VMem
@testable import VMemCLI

/// What a checkpoint leaves in the process that made it.
struct CheckpointTests {
  /// Each commit lets the host pass the pages that it has mapped. Were those kept that were only read, a
  /// session would become slower with every line.
  @Test func leavesNoFramesMapped() throws {
    let kept = try KeptMachine()
    _ = try kept.run("get_vm_area 64K")
    let access = ImageFile.Access(isWriter: true)
    let file = try #require(try ImageFile(ImagePath(kept.path), access))
    let machine = try file.machine()
    let sum = (0..<machine.ram.frameCount).reduce(UInt64(0)) { sum, frame in
      sum &+ machine.ram.withFrame(frame) { $0.loadUnaligned(as: UInt64.self) }
    }
    #expect(sum != 0)
    #expect(mapped(machine.ram) == Int(machine.ram.frameCount))
    try file.checkpoint(machine.ram, history: file.extendHistory())
    #expect(mapped(machine.ram) == 0)
    #expect(machine.check().isEmpty)
  }

  /// Frames that the host has mapped.
  private func mapped(_ ram: RAM) -> Int {
    let pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
    defer { close(pagemap) }
    var entries = [UInt64](repeating: 0, count: Int(ram.frameCount))
    let place = Int(bitPattern: ram.base) / 4096 * 8
    pread(pagemap, &entries, entries.count * 8, place)
    return entries.filter { $0 >> 63 != 0 }.count
  }
}
