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

  /// A cache's number is its type's place in the list of all; only free blocks share that of areas.
  @Test func cachesHaveNumbersOfTheirOwn() {
    #expect(ObjectCaches.types.count == ObjectCaches.count)
    for (number, type) in ObjectCaches.types.enumerated() {
      #expect(type.cache == number, "\(type)")
      #expect((1...256).contains(type.granules), "\(type)")
    }
    #expect(FreeBlock.cache == VMArea.cache)
    #expect(FreeBlock.granules <= VMArea.granules)
  }

  /// A record's kind is read from its number as it stands; others are none.
  @Test func kindsAreStoredAsTheirNumbers() {
    var area = VMArea()
    for (number, kind) in VMAreaKind.allCases.enumerated() {
      area.rawKind = UInt8(number)
      #expect(area.kind == kind && kind.rawValue == UInt8(number))
      #expect(area.isStack == (kind == .stack) && area.isImported == (kind == .imported))
    }
    #expect(Int(VMAreaKind.last) == VMAreaKind.allCases.count - 1)
    for number in VMAreaKind.last + 1...UInt8.max {
      area.rawKind = number
      #expect(area.kind == .caller && !area.isKnown)
    }
    #expect(ZoneKind.count == ZoneKind.allCases.count)
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
    #expect(MemoryLayout<FreeBlock>.offset(of: \.left) == FreeBlock.childrenOffset)
    #expect(MemoryLayout<FreeBlock>.offset(of: \.right) == FreeBlock.childrenOffset + 4)
    #expect(MemoryLayout<FreeBlock>.offset(of: \.leftMaximum) == FreeBlock.maximaOffset)
    #expect(MemoryLayout<FreeBlock>.offset(of: \.rightMaximum) == FreeBlock.maximaOffset + 8)
    #expect(MemoryLayout<Superblock>.size <= Int(CacheState.first) * 16)
    #expect(Roots().end <= Task.boot.granule)
    #expect(MemoryLayout<File>.size == 64)
    #expect(MemoryLayout<Arena>.size == 80)
    #expect(MemoryLayout<UserSpace>.size == 16)
    #expect(Int(Task.boot.granule) * 16 + MemoryLayout<Task>.size <= Int(TLBState.ref.granule) * 16)
    #expect(MemoryLayout<Name>.stride == 96)
  }

  /// Between fields lies nothing: what the compiler leaves out when it copies a record would be the
  /// host's stack, and two machines of one script would differ.
  @Test func recordsHaveNoHoles() throws {
    let machine = try Machine(Configuration())
    let ram = machine.ram
    expectNoHoles(ram[Superblock.ref])
    expectNoHoles(ram[TLBState.ref])
    expectNoHoles(ram[ram[Superblock.ref].perCPU])
    expectNoHoles(ram[ram[Superblock.ref].zones])
    expectNoHoles(ram[machine.areas.node(0)])
    expectNoHoles(ram[ram.paging])
    expectNoHoles(ram[ram.mapping])
    expectNoHoles(ram[ram.log])
    expectNoHoles(ram[ram.names])
    expectNoHoles(ram[ram.tasks])
    expectNoHoles(ram[ram.users])
    expectNoHoles(ram[ram.files])
    expectNoHoles(ram[ram.arenas])
    expectNoHoles(ram[ram.highMemory])
    expectNoHoles(ram[ram.injections])
    for type in ObjectCaches.types { expectNoHoles(inCacheOf: type, ram) }
  }

  private func expectNoHoles<T: SlabObject>(inCacheOf type: T.Type, _ ram: RAM) {
    // Any bytes will do: the fields are numbers.
    expectNoHoles(ram[Ref<T>(granule: 0)])
  }

  private func expectNoHoles<T>(_ record: T) {
    var end = 0
    for field in Mirror(reflecting: record).children {
      func place<F>(_ value: F) {
        let (size, alignment) = (MemoryLayout<F>.size, MemoryLayout<F>.alignment)
        let start = (end + alignment - 1) / alignment * alignment
        #expect(start == end, "\(T.self).\(field.label ?? ""): \(start - end) bytes in front")
        end = start + size
        if size > 0, Mirror(reflecting: value).displayStyle == .struct { expectNoHoles(value) }
      }
      _openExistential(field.value, do: place)
    }
  }
}
