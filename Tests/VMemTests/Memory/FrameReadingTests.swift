import Testing
import VMem

@Suite struct FrameReadingTests {
  @Test func aFrameReadsAsTheDirectMapDoes() throws {
    var configuration = Configuration()
    configuration.memory = 16 << 20
    let machine = try Machine(configuration)
    let frames = UInt32(configuration.memory >> 12)
    let direct = machine.map.pageOffset + UInt64(frames - 1) << 12
    let text = Array("hello".utf8)
    try machine.mmu.write(direct, text.span)
    let found = machine.withFrame(frames - 1) { bytes in
      (0..<text.count).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(found == text)
  }

  @Test(arguments: [UInt32(0xa0), 0xff, 4096, .max])
  func whatIsNoRAMHasNoBytes(pfn: UInt32) throws {
    var configuration = Configuration()
    configuration.memory = 16 << 20
    let machine = try Machine(configuration)
    #expect(machine.withFrame(pfn) { $0.byteCount } == nil)
  }
}
