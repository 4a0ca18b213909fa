import TestSupport
import Testing

@testable import VMem

/// mmap, mprotect, mremap and fork, one by one.
struct UserMemoryTests {
  private static let base: UInt64 = 0x4000_0000

  private static func map(
    _ machine: borrowing Machine, _ mm: UInt64, _ at: UInt64, _ pages: UInt64,
    _ rights: UserMappingFlags = [.read, .write], isShared: Bool = false
  ) throws(Refusal) -> UInt64 {
    var request = MmapRequest(.anonymous, length: pages << 12)
    (request.hint, request.isFixed, request.rights, request.isShared) = (at, true, rights, isShared)
    return try machine.users.mmap(mm, request)
  }

  /// Mappings as page numbers behind `base` and rights.
  private static func rows(_ machine: borrowing Machine, _ mm: UInt64) throws -> [String] {
    var rows: [String] = []
    try machine.users.forEachUserMapping(of: mm) { mapping, _ in
      let flags = mapping.flags
      let rights =
        (flags.contains(.read) ? "r" : "-") + (flags.contains(.write) ? "w" : "-")
      rows.append("\((mapping.start - base) >> 12)-\((mapping.end - base) >> 12) \(rights)")
    }
    return rows
  }

  @Test func neighboursOfOneKindAreOneMapping() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    for page in [0, 2, 4] as [UInt64] {
      _ = try Self.map(machine, mm, Self.base + page << 12, 1)
    }
    #expect(try Self.rows(machine, mm) == ["0-1 rw", "2-3 rw", "4-5 rw"])
    _ = try Self.map(machine, mm, Self.base + 1 << 12, 1)
    #expect(try Self.rows(machine, mm) == ["0-3 rw", "4-5 rw"])
    _ = try Self.map(machine, mm, Self.base + 3 << 12, 1, .read)
    #expect(try Self.rows(machine, mm) == ["0-3 rw", "3-4 r-", "4-5 rw"])
    try machine.users.mprotect(mm, Self.base + 3 << 12, length: 4096, [.read, .write])
    #expect(try Self.rows(machine, mm) == ["0-5 rw"])
    // A part joins its neighbour without a record.
    try machine.users.mprotect(mm, Self.base, length: 8192, .read)
    try machine.users.mprotect(mm, Self.base + 8192, length: 4096, .read)
    #expect(try Self.rows(machine, mm) == ["0-3 r-", "3-5 rw"])
    try machine.users.mprotect(mm, Self.base + 4096, length: 8192, [.read, .write])
    #expect(try Self.rows(machine, mm) == ["0-1 r-", "1-5 rw"])
    machine.expectSound("merged")
    // What is promised stays so once it was written, and keeps mappings apart.
    try machine.mmu.store(Self.base + 4096, 1)
    try machine.users.mprotect(mm, Self.base + 4096, length: 16384, .read)
    #expect(try Self.rows(machine, mm) == ["0-1 r-", "1-5 r-"])
    machine.expectSound("apart")
    // Shared memory is one object for each mmap.
    _ = try Self.map(machine, mm, Self.base + 8 << 12, 1, isShared: true)
    _ = try Self.map(machine, mm, Self.base + 9 << 12, 1, isShared: true)
    #expect(try Self.rows(machine, mm).suffix(2) == ["8-9 rw", "9-10 rw"])
    machine.expectSound("shared")
  }

  /// Pages of the program's own keep mappings apart that were written before they met, unless the later
  /// one found a neighbour's number.
  @Test func mappingsWithPagesMerge() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    for page in [0, 2] as [UInt64] {
      _ = try machine.mmu.store(Self.map(machine, mm, Self.base + page << 12, 1), 1)
    }
    _ = try Self.map(machine, mm, Self.base + 4096, 1)
    // It joins one of them, not both.
    #expect(try Self.rows(machine, mm) == ["0-2 rw", "2-3 rw"])
    try machine.users.mprotect(mm, Self.base + 3 << 12 - 4096, length: 4096, .read)
    // Rights are no obstacle to a common number.
    let other = Self.base + 16 << 12
    _ = try Self.map(machine, mm, other, 1)
    _ = try Self.map(machine, mm, other + 4096, 1, [.read, .write, .exec])
    try machine.mmu.store(other, 1)
    try machine.mmu.store(other + 4096, 1)
    try machine.users.mprotect(mm, other + 4096, length: 4096, [.read, .write])
    #expect(try Self.rows(machine, mm).last == "16-18 rw")
    machine.expectSound("numbers")
    // A child's pages may be its parent's: they do not merge with what is new.
    let child = try machine.users.fork(mm)
    _ = try Self.map(machine, child, other + 8192, 1)
    #expect(try Self.rows(machine, child).suffix(2) == ["16-18 rw", "18-19 rw"])
    _ = try Self.map(machine, mm, other + 8192, 1)
    #expect(try Self.rows(machine, mm).last == "16-19 rw")
    machine.expectSound("forked")
  }

  @Test func fixedPlaces() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    func outcome(_ at: UInt64, _ pages: UInt64 = 1) -> Refusal.Outcome? {
      refusal(of: { () throws(Refusal) in try Self.map(machine, mm, at, pages) })?.outcome
    }
    #expect(outcome(0x10001) == .errno(.EINVAL))
    #expect(outcome(0xf000) == .errno(.EPERM) && outcome(0x10000) == nil)
    #expect(outcome(machine.map.taskSize) == .errno(.ENOMEM))
    #expect(outcome(machine.map.taskSize - 4096) == nil)
    #expect(outcome(machine.map.taskSize - 4096, 2) == .errno(.ENOMEM))
    // More than all of RAM is promised to nobody; what is not writable promises nothing.
    let most = machine.counters.managedFrames
    #expect(outcome(Self.base, most) == nil && outcome(Self.base, most + 1) == .errno(.ENOMEM))
    #expect(
      refusal(of: { () throws(Refusal) in
        try Self.map(machine, mm, Self.base, most + 1, isShared: true)
      })?.rule == .morePagesThanRAM)
    _ = try Self.map(machine, mm, Self.base, most + 1, .read)
    #expect(
      refusal(of: { () throws(Refusal) in
        try machine.users.mprotect(mm, Self.base, length: (most + 1) << 12, [.read, .write])
      })?.rule == .morePagesThanRAM)
    machine.expectSound("places")
  }

  @Test func mprotectRefuses() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    let user = try Self.map(machine, mm, Self.base, 2)
    func outcome(_ at: UInt64, _ length: UInt64) -> Refusal.Outcome? {
      refusal(of: { () throws(Refusal) in try machine.users.mprotect(mm, at, length: length, []) })?
        .outcome
    }
    #expect(outcome(user + 1, 4096) == .errno(.EINVAL))
    #expect(outcome(user, 0) == nil && outcome(0x1000, 0) == nil)
    #expect(outcome(user, .max) == .errno(.ENOMEM))
    #expect(outcome(user - 4096, 8192) == .errno(.ENOMEM))
    #expect(try Self.rows(machine, mm) == ["0-2 rw"])
    try machine.mmu.store(user, 5)
    #expect(outcome(user, 12288) == .errno(.ENOMEM))
    #expect(try Self.rows(machine, mm) == ["0-2 --"])
    // Not present, and the bits of its frame number are inverted.
    let entry = try required(machine.mmu.walk(user).last?.entry)
    #expect(!entry.isPresent && entry.bits & 0xfff == 0x120 && entry.userFrame < 16384)
    #expect(entry.bits >> 40 & 0xfff == 0xfff && entry.bits & Entry.savedDirty != 0)
    machine.expectSound("without rights")
    try machine.users.mprotect(mm, user, length: 4096, .read)
    #expect(try machine.mmu.load(user) == 5)
    #expect(UserFaultTests.outcome(machine, user, write: true) == .signal(.SIGSEGV))
    try machine.users.mprotect(mm, user, length: 4096, [.read, .write])
    let leaf = try required(machine.mmu.walk(user).last?.entry)
    #expect(leaf.bits & ~Entry.pfnMask == 0x8000_0000_0000_0067)
    // A driver may take away what mprotect may give.
    var request = MmapRequest(.device, length: 4096)
    (request.rights, request.isShared, request.removed) = (.read, true, .mayWrite)
    let device = try machine.users.mmap(mm, request)
    let got = refusal(of: { () throws(Refusal) in
      try machine.users.mprotect(mm, device, length: 4096, [.read, .write])
    })
    #expect(got?.outcome == .errno(.EACCES))
    machine.expectSound("refused")
  }

  @Test func mremapRefusesInTheKernelsOrder() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    let user = try Self.map(machine, mm, Self.base, 4)
    func outcome(
      _ at: UInt64, _ old: UInt64, _ new: UInt64, mayMove: Bool = true, to: UInt64? = nil
    ) -> Refusal.Outcome? {
      refusal(of: { () throws(Refusal) in
        try machine.users.mremap(mm, at, old: old, new: new, mayMove: mayMove, to: to)
      })?.outcome
    }
    let size = machine.map.taskSize
    #expect(outcome(user + 1, 4096, 0) == .errno(.EINVAL))
    #expect(outcome(user, 4096, 0) == .errno(.EINVAL))
    #expect(outcome(user, 4096, size + 1) == .errno(.EINVAL))
    #expect(outcome(user, 4096, 4096, to: size) == .errno(.EINVAL))
    #expect(outcome(user, 4096, 4096, to: user + 8193) == .errno(.EINVAL))
    #expect(outcome(user, 4096, 4096, mayMove: false, to: user + 8192) == .errno(.EINVAL))
    #expect(outcome(user, 8192, 8192, to: user + 4096) == .errno(.EINVAL))
    #expect(outcome(user - 4096, 4096, 8192) == .errno(.EFAULT))
    #expect(outcome(user, 0, 4096) == .errno(.EINVAL))
    #expect(outcome(user, 20480, 24576) == .errno(.EFAULT))
    #expect(outcome(user, 4096, 8192, mayMove: false) == .errno(.ENOMEM))
    #expect(outcome(user, 4096, 4096, to: 0x1000) == .errno(.EPERM))
    #expect(outcome(user, 16384, 20480, mayMove: false) == nil)
    #expect(try Self.rows(machine, mm) == ["0-5 rw"])
    #expect(outcome(user, 20480, 4096) == nil)
    #expect(try Self.rows(machine, mm) == ["0-1 rw"])
    #expect(outcome(user, 4096, machine.counters.managedFrames << 13) == .errno(.ENOMEM))
    // What a driver has filled does not grow.
    let device = try machine.mapDevice(mm, length: 4096, hint: Self.base + 1 << 20)
    var area = VmallocRequest(size: 4096)
    area.flags = .usermap
    try machine.users.remapVmallocRange(device, try machine.mappings.vmalloc(area), offset: 0)
    #expect(outcome(device, 4096, 8192) == .errno(.EFAULT))
    #expect(outcome(device, 4096, 4096, to: Self.base + 2 << 20) == nil)
    #expect(UserFaultTests.outcome(machine, Self.base + 2 << 20) == nil)
    #expect(UserFaultTests.outcome(machine, device) == .signal(.SIGSEGV))
    let space = try machine.users.userSpace(at: mm)
    let count = machine.ram[space].count
    machine.ram[space].count = UserSpace.maximumCount - 5
    #expect(outcome(user, 4096, 4096, to: Self.base + 3 << 20) == .errno(.ENOMEM))
    machine.ram[space].count = count
    machine.expectSound("moved")
  }

  /// Whole tables go where both places begin one.
  @Test(arguments: [2 as UInt64, 1024])
  func tablesMove(_ megabytes: UInt64) throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    let size = megabytes << 20
    // Not more than RAM may be promised.
    let isWritable = megabytes == 2
    let rights: UserMappingFlags = isWritable ? [.read, .write] : .read
    let user = try Self.map(machine, mm, 1 << 40, size >> 12, rights)
    _ = try machine.mmu.load(user)
    if isWritable {
      try machine.mmu.store(user + 4096, 7)
    } else {
      _ = try machine.mmu.load(user + 4096)
    }
    let value: UInt64 = isWritable ? 7 : 0
    let free = machine.counters.freeFrames
    for page in [0, 1] as [UInt64] {
      let from = user + page << 12
      let length = page == 0 ? 4096 : size - 4096
      // In three parts that no table begins with.
      _ = try machine.users.mremap(
        mm, from, old: length, new: length, mayMove: true, to: from + 1 << 32)
    }
    #expect(try machine.mmu.load(user + 1 << 32 + 4096) == value)
    machine.expectSound("pages moved")
    let moved = machine.users.tables(ofCPU: 0).entryPlace(user + 1 << 32, depth: 1).table
    let back = try machine.users.mremap(
      mm, user + 1 << 32, old: size, new: size, mayMove: true, to: user)
    #expect(back == user)
    #expect(try machine.mmu.load(user + 4096) == value)
    machine.expectSound("tables moved")
    let again = machine.users.tables(ofCPU: 0).entryPlace(user, depth: 1).table
    #expect(again == moved && machine.counters.freeFrames == free)
  }

  @Test func copyOnWrite() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    let user = try Self.map(machine, mm, Self.base, 3)
    for page in 0..<2 as Range<UInt64> { try machine.mmu.store(user + page << 12, page + 1) }
    _ = try machine.mmu.load(user + 8192)
    let shared = try Self.map(machine, mm, Self.base + 1 << 20, 1, isShared: true)
    try machine.mmu.store(shared, 3)
    let flushes = machine.counters.flushes.full
    let child = try machine.users.fork(mm)
    #expect(machine.counters.flushes.full == flushes + 1 && machine.mmu.tlbCount(0) == 0)
    func leaf() throws -> Entry { try required(machine.mmu.walk(user).last?.entry) }
    let parent = try leaf()
    #expect(parent.bits & ~Entry.pfnMask == 0x8400_0000_0000_0025)
    let page = try required(machine.pageSets.structPage(parent.pfn))
    #expect(
      page.refcount == 2 && page.mapcount == 1 && page.flags & machine.ram.pageFlags.exclusive == 0)
    machine.expectSound("forked")
    try machine.users.switchMM(child)
    // The child's entry has not been used.
    #expect(try leaf().bits & ~Entry.pfnMask == 0x8400_0000_0000_0005)
    #expect(try machine.mmu.load(user) == 1)
    #expect(try leaf().bits == parent.bits)
    try machine.mmu.store(user, 9)
    let own = try leaf()
    #expect(own.pfn != parent.pfn && own.bits & ~Entry.pfnMask == 0x8000_0000_0000_0067)
    #expect(machine.pageSets.structPage(parent.pfn)?.refcount == 1)
    // Shared memory is found again by a fault.
    #expect(!(try required(machine.mmu.walk(shared).last).entry.isPresent))
    #expect(try machine.mmu.load(shared) == 3)
    try machine.mmu.store(shared, 4)
    machine.expectSound("child wrote")
    try machine.users.switchMM(mm)
    let words = [try machine.mmu.load(user), try machine.mmu.load(shared)]
    #expect(words == [1, 4])
    // The last who has the page writes to it itself.
    try machine.mmu.store(user, 8)
    #expect(try leaf().pfn == parent.pfn && machine.mmu.walk(user).last?.entry.isWritable == true)
    machine.expectSound("parent wrote")
    try machine.users.putMM(child)
    machine.expectSound("child gone")
    #expect(try machine.mmu.load(user + 4096) == 2)
    try machine.mmu.store(user + 4096, 5)
    try machine.users.switchMM(0)
    try machine.users.putMM(mm)
    #expect(machine.ram[machine.ram.files].files.isEmpty)
    machine.expectSound("all gone")
  }

  @Test func forkLeavesOutWhatIsNotToBeCopied() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    var request = MmapRequest(.device, length: 4096)
    (request.isShared, request.added) = (true, .dontCopy)
    let user = try machine.users.mmap(mm, request)
    _ = try machine.mapDevice(mm, length: 4096)
    let child = try machine.users.fork(mm)
    var count = 0
    try machine.users.forEachUserMapping(of: child) { mapping, _ in
      #expect(mapping.start != user)
      count += 1
    }
    #expect(count == 1)
    let missing = refusal(of: { () throws(Refusal) in try machine.users.fork(mm + 8) })
    #expect(missing?.outcome == .errno(.ENOENT))
    machine.expectSound("copied")
  }

  /// What a mapping grows by past its shared memory's end is not there.
  @Test func sharedMemoryEnds() throws {
    let machine = try UserFaultTests.machine()
    let mm = machine.users.currentMM
    let user = try Self.map(machine, mm, Self.base, 1, isShared: true)
    _ = try machine.users.mremap(mm, user, old: 4096, new: 8192)
    #expect(UserFaultTests.outcome(machine, user, write: true) == nil)
    #expect(UserFaultTests.outcome(machine, user + 4096) == .signal(.SIGBUS))
    machine.expectSound("grown")
  }

  @Test func tasksHaveAddressSpaces() throws {
    let machine = try UserFaultTests.machine()
    let (first, second) = (machine.users.currentMM, try machine.users.allocateMM())
    func run(_ name: String, _ mm: UInt64? = nil) throws(Refusal) {
      _ = try machine.tasks.run(task: Array(name.utf8).span, mm: mm)
    }
    try run("a", second)
    #expect(machine.users.currentMM == second)
    try run("vmemctl", first)
    #expect(machine.users.currentMM == first)
    // A task of the kernel leaves what there is.
    try run("worker")
    #expect(machine.users.currentMM == first)
    try run("a")
    #expect(machine.users.currentMM == second)
    try run("worker")
    try machine.selectCPU(1)
    #expect(machine.users.currentMM == 0)
    try run("a")
    #expect(machine.users.currentMM == second)
    machine.expectSound("tasks")
    let missing = refusal(of: { () throws(Refusal) in try run("b", second + 16) })
    #expect(missing?.outcome == .errno(.ENOENT))
    try machine.users.switchMM(0)
    try machine.selectCPU(0)
    try machine.users.switchMM(0)
    #expect(
      refusal(of: { () throws(Refusal) in try machine.users.putMM(second) })?.rule
        == .userSpaceOfTask)
    try machine.selectCPU(1)
    try run("a", 0)
    try machine.users.putMM(second)
    machine.expectSound("gone")
  }
}
