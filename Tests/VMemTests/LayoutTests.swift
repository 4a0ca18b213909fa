import Testing

@testable import VMem

/// Structures in RAM lie on 16-byte granules and keep the offsets that dumps rely on.
struct LayoutTests {
  @Test func arraysOfStructuresStepInGranules() {
    #expect(MemoryLayout<Zone>.stride % 16 == 0)
    #expect(MemoryLayout<VmapNode>.stride % 16 == 0)
    #expect(MemoryLayout<PerCPU>.stride % 16 == 0)
    #expect(MemoryLayout<LogRecord>.stride % 16 == 0)
    #expect(MemoryLayout<Superblock>.offset(of: \.areas) == 16)
  }

  @Test func structPageHasTheKernelsOffsets() {
    #expect(MemoryLayout<Frame>.size == 64)
    #expect(MemoryLayout<Frame>.offset(of: \.flags) == 0)
    #expect(MemoryLayout<Frame>.offset(of: \.next) == 8)
    #expect(MemoryLayout<Frame>.offset(of: \.mapping) == 24)
    #expect(MemoryLayout<Frame>.offset(of: \.private) == 40)
    #expect(MemoryLayout<Frame>.offset(of: \.mapcount) == 48)
    #expect(MemoryLayout<Frame>.offset(of: \.refcount) == 52)
  }

  @Test func recordsAreAsSmallAsTheyClaim() {
    #expect(MemoryLayout<VMArea>.size == 64)
    #expect(MemoryLayout<FreeBlock>.size <= 64)
    #expect(MemoryLayout<Superblock>.size <= Int(Task.boot.granule) * 16)
    #expect(Int(Task.boot.granule) * 16 + MemoryLayout<Task>.size <= Int(TLBState.ref.granule) * 16)
    #expect(MemoryLayout<Name>.stride == 96)
  }
}
