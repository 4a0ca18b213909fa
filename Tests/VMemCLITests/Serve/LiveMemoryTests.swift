import Glibc
import TestSupport
import Testing
import VMem
import VMemScript
import VMemViews

@testable import VMemCLI

/// What debuggers see beside RAM.
@Suite struct LiveMemoryTests {
  /// It is what a dump has, but for the addresses that stacks lead back to.
  @Test(arguments: [("6.1", 4), ("7.2", 5)])
  func sameAsADump(_ kernel: String, _ levels: Int) throws {
    var served = try ServedMachine(
      """
      boot --memory 16M --kernel \(kernel) --levels \(levels)
      v = vmalloc 16K
      d = ioremap 0xfed00000 4K
      """)
    let file = try TemporaryFile()
    #expect(Dump.vmcore(served.interpreter.machine, descriptor: file.descriptor) == nil)
    let core = CoreReader(descriptor: dup(file.descriptor))
    let memory = served.target.memory(served.interpreter.machine)
    let segment = try #require(core.loads.last)
    let range = memory.kernelRange
    #expect(segment.physical == range.lowerBound && segment.fileSize == UInt64(range.count))
    let live = served.hostBytes(range.lowerBound, range.count) ?? []
    #expect(live.count == range.count)
    let dumped = core.bytes(segment.offset, range.count)
    let differing = Set(live.indices.filter { live[$0] != dumped[$0] }.map { $0 / 8 })
    let stack = memory.registers(ofCPU: 0).rsp - segment.address
    #expect(differing == [Int(stack / 8)])
    #expect(memory.ramRanges.count == core.loads.count - 1)
  }

  /// It follows the machine, where it is made anew, and does not change it.
  @Test func followsTheMachine() throws {
    var served = try ServedMachine("boot --memory 16M\nv = vmalloc 16K")
    let before = served.say("info --hash")
    let v: UInt64 = 0xffff_c900_0000_0000
    #expect(served.read(v, 1) == "00")
    #expect(served.say("info --hash") == before)
    _ = served.say("vfree v")
    served.target.change()
    #expect(served.read(v, 1) == "E14")
  }
}
