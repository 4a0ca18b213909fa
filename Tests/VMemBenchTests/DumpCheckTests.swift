import Glibc
import Testing
import VMem
import VMemViews

@testable import VMemBench

@Suite struct DumpCheckTests {
  /// A machine with a page of 0x5a, and its dump.
  private final class Dumped {
    let machine: Machine
    let path: String

    init() throws {
      machine = try Machine(Configuration())
      try machine.mmu.fill(machine.map.pageOffset + 512 << 20, count: 4096, byte: 0x5a)
      var name = Array("/tmp/vmemctl-test-XXXXXX".utf8CString)
      let descriptor = mkstemp(&name)
      path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      defer { close(descriptor) }
      let failure = Dump.kcore(machine, descriptor: descriptor)
      #expect(failure == nil)
    }

    func check() throws(BenchmarkFailure) { try DumpCheck(path: path).run(machine) }

    deinit { unlink(path) }
  }

  /// The machine keeps its TLBs in the device space below 1 MiB: no dump has them, and none needs to.
  @Test func aWholeDumpIsRight() throws {
    let dumped = try Dumped()
    var framesInDeviceSpace = 0
    dumped.machine.usedFrames().forEachRun(in: 0xa0..<0x100) { framesInDeviceSpace += $0.count }
    #expect(framesInDeviceSpace > 0)
    try dumped.check()
  }

  @Test func aByteThatDiffersIsFound() throws {
    let dumped = try Dumped()
    // Past the MMU, which counts its accesses in RAM.
    dumped.machine.ram[table: 131_072, 1] = Entry(bits: 0)
    expectWrong(dumped, "the dump is not what memory holds from frame 131072 on")
  }

  @Test func aDumpWithoutHolesIsFound() throws {
    let dumped = try Dumped()
    let descriptor = open(dumped.path, O_RDWR | O_CLOEXEC)
    posix_fallocate(descriptor, 0, 64 << 20)
    close(descriptor)
    expectWrong(dumped, "the dump takes")
  }

  @Test func aMissingFileIsTheHostsFailure() throws {
    let dumped = try Dumped()
    unlink(dumped.path)
    let failure = #expect(throws: BenchmarkFailure.self) { try dumped.check() }
    #expect(failure?.exitCode == 74)
  }

  private func expectWrong(_ dumped: Dumped, _ text: String) {
    let failure = #expect(throws: BenchmarkFailure.self) { try dumped.check() }
    #expect(failure?.exitCode == 70)
    #expect(failure?.message.hasPrefix(text) == true, "\(failure?.message ?? "")")
  }
}
