import Glibc
import TestSupport
import Testing

@testable import VMem
@testable import VMemViews

@Suite struct DumpTests {
  private static let memory: UInt64 = 16 << 20

  /// A machine with one of every kind of area, and bytes in them.
  private func machine(levels: Int = 4, cpus: Int = 2) throws -> (machine: Story, areas: [UInt64]) {
    var configuration = Configuration()
    configuration.levels = levels
    configuration.cpus = cpus
    configuration.memory = Self.memory
    let story = try Story.told(configuration)
    let plain = try story.machine.vmAreas.getVMArea(size: 64 << 10, flags: .map)
    // Scattered: every second page of what the story has, downwards, with holes between.
    for (index, frame) in story.frames.reversed().enumerated() {
      let at = plain + UInt64(index) * 0x3000
      try story.machine.mappings.vmapPagesRange(start: at, end: at + 0x1000, pages: [frame])
    }
    let device = try story.machine.vmAreas.getVMArea(size: 0x4000, flags: .ioremap)
    try story.machine.mappings.vmapPagesRange(
      start: device, end: device + 0x1000, pages: [story.frames[0]])
    let bare = try story.machine.vmAreas.getVMArea(size: 0x3000, flags: .noGuard)
    let module = try story.machine.vmAreas.getVMArea(
      size: 0x5000, flags: .alloc, start: AddressMap(levels: 4).modulesStart,
      end: AddressMap.modulesEnd)
    try story.machine.mappings.vmapPagesRange(
      start: module + 0x2000, end: module + 0x3000, pages: [story.frames[2]])
    for (index, frame) in story.frames.enumerated() {
      let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7 + index * 31 + 1) }
      try story.machine.mmu.write(story.machine.map.pageOffset + frame << 12, bytes.span)
    }
    return (story, [story.area, plain, device, bare, module])
  }

  private func file() -> Int32 {
    var path = Array("/tmp/vmem-dump-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    unlink(path)
    return descriptor
  }

  private func kcore(_ machine: borrowing Machine) -> CoreReader {
    let descriptor = file()
    let failure = Dump.kcore(machine, descriptor: descriptor)
    #expect(failure == nil)
    return CoreReader(descriptor: descriptor)
  }

  /// What a reader of /proc/kcore gets.
  private func truth(_ machine: borrowing Machine, _ address: UInt64, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    machine.mmu.kcoreRead(address, count: UInt64(count)) { chunk in
      chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Space that nobody reads costs nothing, however much there is of it.
  @Test func hugeAreasAreNotReadPageByPage() throws {
    var configuration = Configuration()
    configuration.memory = 256 << 20
    let machine = try Machine(configuration)
    let sparse = try machine.vmAreas.getVMArea(size: 1 << 40, flags: .sparse)
    let device = try machine.mappings.ioremap(1 << 38, size: 1 << 39, mode: .uncachedMinus)
    _ = try machine.vmAreas.getVMArea(size: 1 << 40, flags: .map)
    let start = ContinuousClock.now
    let descriptor = file()
    #expect(Dump.kcore(machine, descriptor: descriptor) == nil)
    close(descriptor)
    for area in [sparse, device] {
      #expect(machine.mmu.kcoreZeroes(from: area) >= 1 << 39)
      #expect(truth(machine, area + 1 << 38, 8192).allSatisfy { $0 == 0 })
    }
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  // MARK: kcore

  @Test func theFileHeaderIsThatOfProcKcore() throws {
    let story = try machine().machine
    let core = kcore(story.machine)
    let count = UInt64(core.segments.count)
    let expected: [(UInt64, Int, UInt64)] = [
      (0, 4, 0x464c_457f), (4, 1, 2), (5, 1, 1), (6, 1, 1), (7, 1, 0), (8, 8, 0), (16, 2, 4),
      (18, 2, 62), (20, 4, 1), (24, 8, 0), (32, 8, 64), (40, 8, 0), (48, 4, 0), (52, 2, 64),
      (54, 2, 56), (56, 2, count), (58, 2, 0), (60, 2, 0), (62, 2, 0),
    ]
    for (offset, size, value) in expected {
      #expect(core.number(offset, size) == value, "offset \(offset)")
    }
    let note = try #require(core.segments.first)
    #expect(
      note
        == CoreReader.Segment(
          type: 4, flags: 0, offset: 64 + 56 * count, address: 0, physical: 0,
          fileSize: note.fileSize, memorySize: 0, alignment: 0))
    let data = (note.offset + note.fileSize + 4095) & ~4095
    #expect(core.loads.first?.offset == data)
    #expect(core.bytes(note.offset + note.fileSize, 64).allSatisfy { $0 == 0 })
  }

  @Test func theNotesAreThoseOfProcKcore() throws {
    let story = try machine().machine
    let notes = kcore(story.machine).notes
    #expect(notes.map(\.name) == ["CORE", "CORE", "CORE", "VMCOREINFO"])
    #expect(notes.map(\.type) == [1, 3, 4, 0])
    #expect(notes.prefix(3).map(\.bytes.count) == [336, 136, 5064])
    // pr_pid, and rip in a function of the image.
    #expect(notes[0].bytes[32] == 1)
    #expect(
      notes[0].bytes[112 + 128..<112 + 136].reversed().starts(with: [255, 255, 255, 255, 0x81]))
    #expect(notes[1].bytes[1] == UInt8(ascii: "R"))
    #expect(Array(notes[1].bytes[40..<48]) == Array("vmlinux\0".utf8))
    let arguments = notes[1].bytes[56..<136].prefix { $0 != 0 }
    #expect(
      String(decoding: arguments, as: UTF8.self)
        == "boot --memory 16777216 --cpus 2 --nodes 1 --levels 4 --kernel 6.18")
    #expect(!notes[3].bytes.contains(0))
  }

  /// The notes of real kernels, and how they were built.
  static let notes: [(file: String, kernel: KernelVersion, levels: Int, config: Switches)] = [
    ("vmcoreinfo.4", .v6_1, 4, []), ("vmcoreinfo.5", .v6_1, 5, []),
    ("kernel-6.12.117/boot/vmcoreinfo.txt", .v6_12, 4, .randomizeBase),
    ("kernel-6.12.117/boot-la57/vmcoreinfo.txt", .v6_12, 5, .randomizeBase),
    ("kernel-6.18.15/boot/vmcoreinfo.txt", .v6_18, 4, .randomizeBase),
    ("kernel-6.18.15/boot-la57/vmcoreinfo.txt", .v6_18, 5, .randomizeBase),
    ("host-6.18/vmcoreinfo.txt", .v6_18, 4, .randomizeBase),
    ("kernel-7.0.13/boot/vmcoreinfo.txt", .v7_0, 4, .randomizeBase),
    ("kernel-7.2.12/boot/vmcoreinfo.txt", .v7_2, 4, .randomizeBase),
    ("kernel-7.2.12/boot-la57/vmcoreinfo.txt", .v7_2, 5, .randomizeBase),
    ("kernel-7.3.4/boot/vmcoreinfo.txt", .v7_3, 4, .randomizeBase),
  ]

  @Test(arguments: notes.indices)
  func vmcoreinfoIsARealKernels(_ number: Int) throws {
    let (file, kernel, levels, config) = Self.notes[number]
    var configuration = Configuration()
    configuration.memory = 16 << 20
    configuration.levels = levels
    configuration.kernel = kernel
    configuration.switches = kernel.switches.union(config)
    let machine = try Machine(configuration)
    let objects = KernelObjects(machine)
    let lines = Vmcoreinfo(objects, machine).text.split(separator: "\n").map(String.init)
    func key(_ line: String) -> String { String(line.prefix { $0 != "=" }) }
    // What only some builds have: huge pages, memory that comes later or must be accepted.
    let options = [
      "NUMBER(HUGETLB_PAGE_DTOR)", "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)",
      "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)", "NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)",
    ]
    // Of another vendor's build with more kinds of free lists.
    let isOther = file.hasPrefix("host")
    let others = ["NUMBER(PG_hwpoison)"]
    func isCommon(_ line: String) -> Bool {
      line.contains("=") && !options.contains(key(line)) && !(isOther && others.contains(key(line)))
    }
    let real = try Fixture.lines(file).filter(isCommon)
    let ours = lines.filter(isCommon)
    #expect(ours.map(key) == real.map(key))
    // The name of the kernel, and where its image lies.
    let own = ["OSRELEASE", "BUILD-ID", "NUMBER(phys_base)"]
    let same = ["SYMBOL(_stext)", "SYMBOL(vmemmap)"]
    for (line, wanted) in zip(ours, real) {
      if own.contains(key(line)) { continue }
      if line.hasPrefix("SYMBOL("), !same.contains(key(line)) { continue }
      if isOther, ["zone", "free_area", "pglist_data"].contains(where: line.contains) { continue }
      #expect(line == wanted)
    }
  }

  @Test(arguments: [4, 5])
  func everyByteIsWhatAReadOfKcoreGives(levels: Int) throws {
    let (story, areas) = try machine(levels: levels)
    let core = kcore(story.machine)
    // One PT_LOAD for each area, guard page included, then RAM, the kernel's own memory behind it, the
    // struct pages of a whole section, and the image.
    var expected: [(UInt64, UInt64, UInt64)] = []
    story.machine.vmAreas.forEachBusyArea { expected.append(($0.start, $0.reserved, .max)) }
    #expect(Set(expected.map(\.0)) == Set(areas))
    let objects = KernelObjects(story.machine)
    let own = objects.pagesAt - Self.memory
    expected += [
      (story.machine.map.pageOffset, 0xa0000, 0),
      (story.machine.map.pageOffset + 0x100000, Self.memory - 0x100000, 0x100000),
      (story.machine.map.pageOffset + Self.memory, own, Self.memory),
      (story.machine.map.vmemmap, 2 << 20, .max),
      (KernelImage.start, objects.image.end - KernelImage.start, Self.memory),
    ]
    #expect(core.loads.map(\.address) == expected.map(\.0))
    #expect(core.loads.map(\.memorySize) == expected.map(\.1))
    #expect(core.loads.map(\.physical) == expected.map(\.2))
    let shape = core.loads.allSatisfy {
      $0.flags == 7 && $0.alignment == 4096 && $0.fileSize == $0.memorySize
        && $0.offset % 4096 == 0
    }
    #expect(shape)
    #expect(core.loads.last.map { $0.offset + $0.fileSize } == core.size)
    for load in core.loads.dropLast(3) where load.fileSize <= 64 << 20 {
      let bytes = core.memory(load.address, Int(load.fileSize))
      #expect(bytes == truth(story.machine, load.address, Int(load.fileSize)))
    }
    // The sparse area of 4 GiB reads zero even where it is mapped.
    #expect(core.memory(story.area, 0x8000)?.allSatisfy { $0 == 0 } == true)
    let plain = areas[1]
    let written = truth(story.machine, story.machine.map.pageOffset + story.frames[3] << 12, 4096)
    #expect(written.contains { $0 != 0 })
    #expect(core.memory(plain, 4096) == written)
    #expect(core.memory(plain + 0x1000, 4096)?.allSatisfy { $0 == 0 } == true)
    #expect(core.memory(areas[2], 4096)?.allSatisfy { $0 == 0 } == true)
  }

  @Test func zeroesTakeNoRoomOnDisk() throws {
    let story = try machine().machine
    let core = kcore(story.machine)
    #expect(core.size > 4 << 30)
    var used: UInt64 = 0
    story.machine.usedFrames().forEachRun(in: 0..<1 << 40) { used += UInt64($0.count) }
    // Every used frame, some mapped again, and what the kernel keeps behind RAM: its image twice, and
    // the struct pages of a section.
    #expect(core.allocated >= used << 12)
    #expect(core.allocated <= (2 * used) << 12 + 6 << 20)
  }

  @Test func aPipeGetsTheSameBytes() throws {
    var configuration = Configuration()
    configuration.memory = 4 << 20
    let m = try Machine(configuration)
    let pages = try m.allocatePages(count: 3)
    let frames = (0..<3).map { UInt64(m.pageSets.page($0, of: pages)!) }
    let area = try m.vmAreas.getVMArea(size: 0x9000)
    try m.mappings.vmapPagesRange(start: area + 0x2000, end: area + 0x5000, pages: frames)
    try m.mmu.fill(area + 0x2ffe, count: 5, byte: 0x83)
    let core = kcore(m)
    // A file that appends takes bytes in order only, as a pipe does.
    let ordered = file()
    #expect(fcntl(ordered, F_SETFL, O_APPEND) == 0)
    let failure = Dump.kcore(m, descriptor: ordered)
    #expect(failure == nil)
    let other = CoreReader(descriptor: ordered)
    #expect(core.size == other.size)
    #expect(core.bytes(0, Int(core.size)) == other.bytes(0, Int(core.size)))
    #expect(other.allocated >= other.size)
  }

  @Test func failuresOfTheDescriptorAreTold() throws {
    let story = try machine().machine
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let failure = Dump.kcore(story.machine, descriptor: full)
    #expect(failure == .errno(ENOSPC))
    let closed = Dump.vmcore(story.machine, descriptor: -1)
    #expect(closed == .errno(EBADF))
  }

  @Test func manyAreasNeedTheExtendedCount() throws {
    var configuration = Configuration()
    configuration.memory = 64 << 20
    let m = try Machine(configuration)
    let count = 65_540
    var last: UInt64 = 0
    for _ in 0..<count { last = try m.vmAreas.getVMArea(size: 4096, flags: .noGuard) }
    let pages = try m.allocatePages(count: 1)
    try m.mappings.vmapPagesRange(
      start: last, end: last + 4096, pages: [UInt64(m.pageSets.page(0, of: pages)!)])
    try m.mmu.fill(last, count: 4096, byte: 0x5a)
    let core = kcore(m)
    #expect(core.number(56, 2) == 0xffff)
    #expect(core.number(58, 2) == 64)
    #expect(core.number(60, 2) == 1)
    #expect(core.loads.count == count + 5)
    #expect(core.memory(last, 4096) == [UInt8](repeating: 0x5a, count: 4096))
    #expect(core.notes.count == 4)
  }

  // MARK: vmcore and memory

  @Test(arguments: [4, 5])
  func vmcoreIsRAMByPhysicalAddress(levels: Int) throws {
    let story = try machine(levels: levels, cpus: 3).machine
    let descriptor = file()
    let failure = Dump.vmcore(story.machine, descriptor: descriptor)
    #expect(failure == nil)
    let core = CoreReader(descriptor: descriptor)
    #expect(core.segments.first?.alignment == 4)
    #expect(core.notes.map(\.type) == [1, 1, 1, 0])
    #expect(core.notes.prefix(3).allSatisfy { $0.bytes.count == 336 })
    #expect(core.loads.map(\.physical) == [0, 0x100000, Self.memory])
    #expect(core.loads.map(\.fileSize).prefix(2) == [0xa0000, Self.memory - 0x100000])
    for load in core.loads.prefix(2) {
      #expect(load.address == story.machine.map.pageOffset + load.physical)
      let bytes = core.memory(load.address, Int(load.fileSize))
      #expect(bytes == truth(story.machine, load.address, Int(load.fileSize)))
    }
  }

  @Test func ramKeepsItsPlaceIn64KiBOfTheFile() throws {
    let (story, _) = try machine()
    let descriptor = file()
    #expect(Dump.vmcore(story.machine, descriptor: descriptor) == nil)
    let vmcore = CoreReader(descriptor: descriptor)
    for core in [kcore(story.machine), vmcore] {
      var end: UInt64 = 0
      for load in core.loads {
        #expect(load.offset >= end && load.offset < end + 0x10000 || end == 0)
        end = load.offset + load.fileSize
      }
      let ram = core.loads.filter { $0.physical < Self.memory }
      #expect(ram.map(\.physical) == [0, 0x100000])
      #expect(ram.allSatisfy { ($0.offset ^ $0.physical) & 0xffff == 0 })
    }
  }

  @Test func memoryIsEveryFrameAtItsPlace() throws {
    let story = try machine().machine
    let descriptor = file()
    let failure = Dump.memory(story.machine, descriptor: descriptor)
    #expect(failure == nil)
    let core = CoreReader(descriptor: descriptor)
    #expect(core.size == Self.memory)
    let all = core.bytes(0, Int(core.size))
    #expect(
      Array(all[0x100000...])
        == truth(
          story.machine, story.machine.map.pageOffset + 0x100000, Int(Self.memory) - 0x100000))
    #expect(all[0xa0000..<0x100000].allSatisfy { $0 == 0 })
  }
}
