import Glibc
import TestSupport
import Testing

@testable import VMem
@testable import VMemCLI

/// What stays mapped in a process that goes on. Each commit lets the host pass the pages that it has mapped:
/// were those kept that were only read, a session would become slower with every line.
struct MappedFramesTests {
  @Test func aCheckpointLeavesNone() throws {
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

  @Test func whatHasNotChangedCanBeForgotten() throws {
    let kept = try KeptMachine()
    try kept.run("P = alloc_pages 4")
    let access = ImageFile.Access(isWriter: true)
    let file = try #require(try ImageFile(ImagePath(kept.path), access))
    let machine = try file.machine()
    let before = machine.ram.frame(0).loadUnaligned(as: UInt64.self)
    let last = machine.ram.frameCount - 1
    for frame in [7, 8, 300, last] as [UInt32] {
      machine.ram.frame(UInt64(frame)).storeBytes(of: 0x5a5a, as: UInt64.self)
    }
    for frame in 0..<machine.ram.frameCount { machine.ram.withFrame(frame) { _ = $0[0] } }
    let changed = ChangedFrames(of: machine.ram)
    changed.forgetOthers(of: machine.ram)
    #expect(mapped(machine.ram) == changed.count)
    #expect(changed.count >= 4 && changed.count < 100)
    for frame in [7, 8, 300, last] as [UInt32] {
      #expect(machine.ram.frame(UInt64(frame)).loadUnaligned(as: UInt64.self) == 0x5a5a)
    }
    #expect(machine.ram.frame(0).loadUnaligned(as: UInt64.self) == before)
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
